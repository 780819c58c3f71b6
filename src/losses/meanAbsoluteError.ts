import { object } from "../fields/objects.ts";
import { type LossKind, meanOverOutputs, zeroOne } from "./kind.ts";

/** 1/units · Σ |a − y|. */
export const meanAbsoluteError = {
  fields: () => object({}),
  kernel: "ABSOLUTE_ERROR",
  fused: {},
  alpha: meanOverOutputs,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
