import { object } from "../fields/objects.ts";
import { type LossKind, meanOverOutputs, zeroOne } from "./kind.ts";

/** 1/units · Σ |a − y|, trained by the rule w −= rate · (a − y) x. */
export const perceptron = {
  fields: () => object({}),
  kernel: "PERCEPTRON",
  fused: {},
  outputs: ["step"],
  alpha: meanOverOutputs,
  labels: zeroOne,
  domain: "binary",
  classification: true,
  oneLayer: true,
  advice: (_activation, outputs) =>
    `its rule is for outputs of 0 and 1; use activation ${outputs}, or another loss`,
} satisfies LossKind;
