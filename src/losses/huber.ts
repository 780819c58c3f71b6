import { number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type LossKind, zeroOne } from "./kind.ts";

/** 1/units · Σ ½ d² where |d| ≤ delta, else delta (|d| − ½ delta); d = a − y. */
export const huber = {
  fields: () =>
    object({
      delta: number({ exclusiveMin: 0, default: 1, doc: DOCS && "Where the square turns into a line." }),
    }),
  kernel: "HUBER",
  fused: {},
  alpha: (_units, { delta }) => delta,
  labels: zeroOne,
  classification: false,
} satisfies LossKind;
