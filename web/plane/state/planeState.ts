/** What a link to Plane says. */
import type {
  ActivationName,
  DataName,
  FeatureName,
  InitializerName,
  LossName,
  OptimizerName,
  PartName,
  ScheduleName,
} from "./choices.ts";
import type { Point } from "./points.ts";

export interface PlaneState {
  readonly data: DataName;
  readonly classes: number;
  /** Points in all, training and test. */
  readonly samples: number;
  /** 0 to 100; what that is in the plane depends on the set. */
  readonly noise: number;
  /** Share of the points that are kept for testing, in percent. */
  readonly test: number;
  readonly seed: number;
  readonly points: readonly Point[];
  readonly features: readonly FeatureName[];
  /** Units of each hidden layer. */
  readonly net: readonly number[];
  readonly activation: ActivationName;
  /** Of each hidden layer, where they differ; empty: `activation` is that of all. */
  readonly activations: readonly ActivationName[];
  readonly init: InitializerName;
  readonly loss: LossName;
  readonly optimizer: OptimizerName;
  readonly rate: number;
  /** Share of the last step that momentum and Nesterov keep. */
  readonly momentum: number;
  readonly schedule: ScheduleName;
  readonly l1: number;
  readonly l2: number;
  readonly dropout: number;
  readonly batch: number;
  /** Whether RACERS run side by side instead of `optimizer`. */
  readonly race: boolean;
  /** Their learning rates. */
  readonly rates: readonly number[];
  /** Whether training pauses where it has converged. */
  readonly converge: boolean;
  /** Panels that are not shown, and whether settings are as the link has them for good. */
  readonly hide: readonly PartName[];
  readonly lock: boolean;
  /** Of the ravine: the rate of those that take the gradient as it is, of the others, β, and where they start. */
  readonly ravine: readonly number[];
  /** What changed while it trained, in the order of steps. */
  readonly changes: readonly Change[];
}

/** Settings that need no new beginning. */
export const LIVE = [
  "noise",
  "optimizer",
  "rate",
  "momentum",
  "schedule",
  "l1",
  "l2",
  "dropout",
  "batch",
  "rates",
] as const satisfies readonly (keyof PlaneState)[];
export type LiveKey = (typeof LIVE)[number];
export type Settings = Partial<Pick<PlaneState, LiveKey>>;

/** One weight or bias: the `index`-th number of a dense layer's kernel ([inputs, units], row-major) or bias. */
export interface WeightPlace {
  readonly layer: number;
  readonly part: "kernel" | "bias";
  readonly index: number;
}

export interface Edit extends WeightPlace {
  readonly value: number;
}

/** One setting or one weight, and after how many steps it changed. */
export interface Change {
  readonly step: number;
  /** With one key. */
  readonly set?: Settings;
  readonly weight?: Edit;
}
