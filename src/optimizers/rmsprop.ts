import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { common, epsilon, type OptimizerKind, rate, share } from "./kind.ts";

const fields = () =>
  object({
    learningRate: rate(0.001),
    rho: share(0.9, DOCS && "Decay of the mean of squared gradients."),
    momentum: share(0, DOCS && "Share of the last step kept."),
    epsilon: epsilon(),
    ...common(),
  });
type Config = Infer<ReturnType<typeof fields>>;

/** Tieleman & Hinton 2012, as Keras writes it. */
export const rmsprop = {
  fields,
  slots: ({ momentum }: Config) => [
    { name: "meanSquare", initial: 0 },
    ...(momentum > 0 ? [{ name: "velocity", initial: 0 }] : []),
  ],
  move(builder, { rho, momentum, epsilon }: Config, { w, dw, slots: [s, last], n, step }) {
    // without momentum the next slot is not its own: with useEma it is w itself
    const v = momentum > 0 ? last : 0;
    builder.emit("RMSPROP", { w, dw, s, v, n, step, rho, momentum, epsilon });
  },
} satisfies OptimizerKind;
