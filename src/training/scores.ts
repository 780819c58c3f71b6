/** What evaluate() is given and tells. */
import type { Network } from "../network/network.ts";
import type { Intervals } from "./bootstrap.ts";
import type { TrainingState } from "./state.ts";

/** Loss and metrics by name. */
export interface Scores {
  /** Mean over rows, penalties of the layers included (as in Keras). */
  loss: number;
  [metric: string]: number;
}

/** Loss and metrics by name, and where they lie. */
export type ScoresWithIntervals = Scores & { readonly intervals: Intervals };

/** A model to evaluate. */
export interface ModelToScore {
  readonly state: TrainingState;
  /** Its network, built for rows of this shape where it is not yet. */
  build(inputShape: readonly number[]): Network;
}
