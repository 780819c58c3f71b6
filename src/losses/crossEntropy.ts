import { binaryCrossentropy } from "./binaryCrossentropy.ts";
import { type LossKind, smoothing } from "./kind.ts";

/** −Σ y ln a + (1 − y) ln(1 − a): the cross-entropy cost of textbooks. */
export const crossEntropy = {
  ...binaryCrossentropy,
  fields: () => smoothing("2", DOCS && "Binary cross-entropy summed over the outputs."),
  alpha: () => 1,
} satisfies LossKind;
