import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { common, epsilon, type OptimizerKind, rate, share } from "./kind.ts";

const fields = (weightDecay: number) =>
  object({
    learningRate: rate(0.001),
    beta1: share(0.9, DOCS && "Decay of the mean of gradients."),
    beta2: share(0.999, DOCS && "Decay of the mean of their squares."),
    epsilon: epsilon(),
    ...common(weightDecay),
  });

/** Kingma & Ba 2015. */
export const adam = {
  fields: () => fields(0),
  slots: () => [
    { name: "mean", initial: 0 },
    { name: "variance", initial: 0 },
  ],
  move(builder, config: Infer<ReturnType<typeof fields>>, { w, dw, slots: [m, v], n, step }) {
    const { beta1, beta2, epsilon } = config;
    builder.emit("ADAM", { w, dw, m, v, n, step, beta1, beta2, epsilon });
  },
} satisfies OptimizerKind;

/** Adam with decoupled weight decay. Source: Loshchilov & Hutter 2019. */
export const adamw = { ...adam, fields: () => fields(0.004) } satisfies OptimizerKind;
