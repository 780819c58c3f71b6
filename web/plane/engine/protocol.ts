/** Messages between the page and the view's worker. */

import type { OptimizerName } from "../state/choices.ts";
import type { Change, Edit, PlaneState, Settings } from "../state/planeState.ts";
import type { Palette } from "./colours.ts";
import type { Points } from "./fields.ts";
import type { Directions, Landscape } from "./landscape.ts";

/** Cells along a side of the decision surface, and of a unit's. */
export const SURFACE_SIDE = 96;
export const UNIT_SIDE = 48;

export type ToEngine =
  /** A new net from its first weights; training continues if it was running. */
  | { readonly kind: "reset"; readonly state: PlaneState; readonly id: number; readonly serial?: number }
  /** What changes where training is. Frames say which of these they know. */
  | {
      readonly kind: "change";
      readonly set?: Settings;
      readonly weight?: Edit;
      readonly serial: number;
    }
  /** Whether the gradient of each weight is wanted: it costs a pass over all points. */
  | { readonly kind: "watch"; readonly gradients: boolean }
  | { readonly kind: "look"; readonly palette: Palette; readonly sharp: boolean }
  /** Whether training pauses where it has converged. */
  | { readonly kind: "converge"; readonly on: boolean }
  /** Steps a second; Infinity: as many as there are. */
  | { readonly kind: "speed"; readonly speed: number }
  | { readonly kind: "play" | "pause" }
  /** Takes so many steps, then pauses. */
  | { readonly kind: "step"; readonly steps: number | "epoch" }
  /** The page is ready to show something. There are no answers without a request, and no training while the page is hidden. */
  | { readonly kind: "frame" }
  /** `live`: again and again while training goes on. */
  | ({ readonly kind: "landscape"; readonly live?: boolean } & Directions)
  | { readonly kind: "stop landscape" };

/** How far a training is. */
export interface Standing {
  readonly optimizer: OptimizerName;
  readonly rate: number;
  readonly loss: number;
  /** NaN where there are no classes. */
  readonly accuracy: number;
  /** undefined without test points */
  readonly testLoss?: number;
  readonly testAccuracy?: number;
  /** Why it failed, if it did. */
  readonly failed?: string;
}

/** Figures of one step of one runner. */
export interface Sample {
  readonly loss: number;
  readonly accuracy: number;
  readonly testLoss?: number;
  readonly testAccuracy?: number;
  /** Size of the gradient of each dense layer. */
  readonly gradients: readonly number[];
}

/** One dense layer as it is. */
export interface LayerView {
  /** [inputs, units], row-major, and [units]. */
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  /** Of each unit, UNIT_SIDE × UNIT_SIDE pixels. Of the output layer: as probability of its class. */
  readonly units: readonly Uint8ClampedArray<ArrayBuffer>[];
  /** Of each unit; all false where the activation is not ReLU. */
  readonly dead: readonly boolean[];
  /** ∂L/∂w over all training points, laid out as weights are; where it was asked for, and is a number. */
  readonly gradient?: { readonly kernel: Float32Array; readonly bias: Float32Array };
}

/** Curves of all runners over the same steps. */
export interface Curves {
  readonly steps: readonly number[];
  /** Of each of these steps. */
  readonly epochs: readonly number[];
  /** samples[runner][i] belongs to steps[i]. */
  readonly samples: readonly (readonly Sample[])[];
}

export interface Frame {
  readonly kind: "frame";
  /** Of the reset it belongs to. */
  readonly id: number;
  readonly step: number;
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  readonly playing: boolean;
  /** All runners are at their last epoch, or failed. */
  readonly over: boolean;
  /** The epoch at which training paused because it has converged. */
  readonly converged?: number;
  /** Steps a second, over the last second. */
  readonly pace: number;
  readonly standings: readonly Standing[];
  /**
   * Whether standings, dead units and gradients are of this step. While training goes on that is so ten times a second: they cost as
   * much as pictures do, and no one reads faster. In the frames between they are those of the last such frame, without gradients.
   */
  readonly exact: boolean;
  /** Of each runner of a curve, its y in the middle of each of SURFACE_SIDE columns, from the left; else empty. */
  readonly lines: readonly Float32Array[];
  /** Of each runner, SURFACE_SIDE × SURFACE_SIDE pixels; empty of a curve. */
  readonly surfaces: readonly Uint8ClampedArray<ArrayBuffer>[];
  /** Of the first runner; empty in a race. */
  readonly layers: readonly LayerView[];
  /** Of each runner, where it is on the loss surface that was posted last. */
  readonly at?: readonly Float32Array[];
  /** What was and will be changed; the epochs of those that were. */
  readonly changes: readonly Change[];
  readonly changedAt: readonly number[];
  /** The last change of the page that it knows. */
  readonly heard: number;
  /** How many messages other than "frame" the engine had got and done; −1 while it is at one. */
  readonly done: number;
  /** Where curves have changed since the last frame that brought them. */
  readonly curves?: Curves;
}

export type FromEngine =
  | Frame
  /** After a reset: the points, and the pixels of what the net is given. */
  | {
      readonly kind: "data";
      readonly id: number;
      readonly train: Points;
      readonly test: Points;
      readonly features: readonly Uint8ClampedArray<ArrayBuffer>[];
    }
  | { readonly kind: "landscape"; readonly id: number; readonly landscape: Landscape }
  /** A message for the visitor. */
  | { readonly kind: "problem"; readonly text: string };
