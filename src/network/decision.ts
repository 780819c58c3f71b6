/** Where outputs say yes: above a value that was chosen, or that of the loss. For what has the code of losses. */
import { outputThreshold } from "../losses/resolve.ts";
import type { Loss } from "../plan/loss.ts";
import type { InferenceNetwork } from "./inference.ts";
import { chosen } from "./outputs.ts";

/** The threshold of an output, by its number: above it, a single one says class 1. */
export const thresholdOf = ({ about, activations }: InferenceNetwork, loss: Loss, k = 0): number =>
  chosen(about.metadata) ?? outputThreshold(loss, activations[k]);
