import { object } from "../fields/objects.ts";
import { type LossKind, mean, zeroOne } from "./kind.ts";

/** 1/units · Σ |a − y|. */
export const meanAbsoluteError = {
  fields: () => object({}),
  kernel: "ABSOLUTE_ERROR",
  fused: {},
  alpha: mean,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
