/** What a piece is worth: how sure the classifier is of it, and whether it has the shape of one digit. */
import { log } from "../math/elementary.ts";

/** A share below this counts as this. */
const LEAST_SHARE = 1e-4;

/** Weights of log(share) and of the FEATURES of pieces.ts. Fitted by bench/reading.mjs --fit. */
export const WEIGHTS: readonly number[] = [1, 0, -3, -3, 0, -5, -5, -5, -5];

export function scoreOf(shape: readonly number[], share: number): number {
  let sum = WEIGHTS[0] * log(Math.max(LEAST_SHARE, share));
  for (let f = 0; f < shape.length; f++) sum += WEIGHTS[f + 1] * shape[f];
  return sum;
}
