/** Where outputs say yes: above a value that was chosen, or that of the loss. For what has the code of losses. */
import { demand } from "../fields/expected.ts";
import { outputThreshold } from "../losses/resolve.ts";
import type { Loss } from "../plan/loss.ts";
import type { InferenceNetwork } from "./inference.ts";
import { chosen } from "./outputs.ts";

/**
 * The threshold of an output, by its number: above it, a single one says class 1.
 * @throws NablaError for one that is no number
 */
export function thresholdOf({ about, activations }: InferenceNetwork, loss?: Loss, k = 0): number {
  const own = chosen(about.metadata);
  if (own === undefined) return loss ? outputThreshold(loss, activations[k]) : 0.5;
  demand(Number.isFinite(own), "metadata.extra.decision: threshold", "a number", own);
  return own;
}
