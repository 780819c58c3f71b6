/** What a piece is worth: how sure the classifier is of it, and whether it has the shape of one digit. */
import { log } from "../math/elementary.ts";

/** Shares nearer to 1 than this are all alike. */
const SUREST = 1e-4;

/**
 * Weights of the logarithm of what the surest digit's share leaves to 1, and of the FEATURES of pieces.ts. Fitted by
 * bench/readingFit.mjs to strips of training digits: scores are logarithms of weights among all ways of cutting.
 */
const WEIGHTS: readonly number[] = [
  -0.463, -1.128, -2.328, 3.023, -3.814, -6.854, -6.737, -1.383, -2.054, -1.441, -4.038,
];

/** @param share the classifier's share of the surest digit */
export function scoreOf(shape: readonly number[], share: number): number {
  let sum = WEIGHTS[0] * log(1 - share + SUREST);
  for (let f = 0; f < shape.length; f++) sum += WEIGHTS[f + 1] * shape[f];
  return sum;
}
