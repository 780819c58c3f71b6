import { object } from "../fields/objects.ts";
import { type LossKind, meanOverOutputs } from "./kind.ts";

/** 1/units · Σ max(0, 1 − y a), y is −1 or 1; as in Keras, 0 stands for −1. */
export const hinge = {
  fields: () => object({}),
  kernel: "HINGE",
  fused: {},
  outputs: ["linear", "tanh"],
  alpha: meanOverOutputs,
  labels: { on: 1, off: -1 },
  domain: "sign",
  classification: true,
  advice: (_activation, outputs) => `it needs outputs of both signs; use activation ${outputs}`,
} satisfies LossKind;
