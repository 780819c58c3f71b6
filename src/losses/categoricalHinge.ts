import { object } from "../fields/objects.ts";
import { type LossKind, zeroOne } from "./kind.ts";

/** max(0, 1 + best a of a wrong class − a of the right class). */
export const categoricalHinge = {
  fields: () => object({}),
  kernel: "CATEGORICAL_HINGE",
  fused: {},
  outputs: ["linear", "tanh"],
  alpha: () => 1,
  labels: zeroOne,
  domain: "one-hot",
  classification: true,
  outputPerClass: true,
  advice: (_activation, outputs) => `it needs outputs of both signs; use activation ${outputs}`,
} satisfies LossKind;
