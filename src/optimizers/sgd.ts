import { object } from "../fields/objects.ts";
import { common, type OptimizerKind, rate } from "./kind.ts";

/** w −= η · dw. */
export const sgd = {
  fields: () => object({ learningRate: rate(0.01), ...common() }),
  slots: () => [],
  move: (builder, _, { w, dw, n, step }) => builder.emit("SGD", { w, dw, n, step }),
} satisfies OptimizerKind;
