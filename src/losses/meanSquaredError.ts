import { object } from "../fields/objects.ts";
import { type LossKind, meanOverOutputs, zeroOne } from "./kind.ts";

/** 1/units · Σ (a − y)². */
export const meanSquaredError = {
  fields: () => object({}, { doc: DOCS && "Mean of (a - y)² over the outputs." }),
  kernel: "SQUARED_ERROR",
  fused: {},
  alpha: meanOverOutputs,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
