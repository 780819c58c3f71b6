import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { common, type OptimizerKind, rate, share } from "./kind.ts";

const fields = () =>
  object({
    learningRate: rate(0.01),
    momentum: share(0.9, DOCS && "Share of the last step kept."),
    ...common(),
  });
type Config = Infer<ReturnType<typeof fields>>;
const slots = () => [{ name: "velocity", initial: 0 }];

/** v = μ · v − η · dw, w += v. Source: Polyak 1964, as Keras writes it. */
export const momentum = {
  fields,
  slots,
  move: (builder, { momentum }: Config, { w, dw, slots: [v], n, step }) =>
    builder.emit("MOMENTUM", { w, dw, v, n, step, momentum }),
} satisfies OptimizerKind;

/** The same, with the gradient's step counted ahead: w += μ · v − η · dw. Source: Nesterov 1983, as Keras writes it. */
export const nesterov = {
  fields,
  slots,
  move: (builder, { momentum }: Config, { w, dw, slots: [v], n, step }) =>
    builder.emit("NESTEROV", { w, dw, v, n, step, momentum }),
} satisfies OptimizerKind;
