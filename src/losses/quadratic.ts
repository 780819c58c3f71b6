import { object } from "../fields/objects.ts";
import { type LossKind, zeroOne } from "./kind.ts";

/** ½ · Σ (a − y)²: the quadratic cost of textbooks. */
export const quadratic = {
  fields: () => object({}, { doc: DOCS && "½ Σ (a - y)²." }),
  kernel: "SQUARED_ERROR",
  fused: {},
  alpha: () => 0.5,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
