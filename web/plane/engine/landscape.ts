/**
 * The loss along two directions through the weights, and the path training walked over it.
 * Source: Li, Xu, Taylor, Studer & Goldstein, "Visualizing the Loss Landscape of Neural Nets" (2018): random directions whose filters
 * (here: the weights into a unit) have the norm of the net's own, or the first two principal components of the path itself.
 */
import type { Model } from "nabla";
import type { Dataset } from "nabla/data";
import { axesWithin } from "../state/changes.ts";
import type { PlaneState } from "../state/planeState.ts";
import { type Plane, principalPlane, project, randomPlane, weightsPlane } from "./directions.ts";
import { makeModel } from "./net.ts";

/** Along the path, at random, or along two weights. */
export type DirectionKind = "path" | "random" | "weights";

export interface Directions {
  readonly directions: DirectionKind;
  /** Of "weights": which two, counted as flatWeights() has them. */
  readonly axes?: readonly [number, number];
}

/** Cells along each side. */
export const SIDE = 44;

export interface Landscape {
  readonly kind: DirectionKind;
  /** Of "weights": which two these are; places are their values then. */
  readonly axes?: readonly [number, number];
  /** Where the left, right, bottom and top borders lie, in units of the directions. */
  readonly box: readonly [number, number, number, number];
  /** Losses at the centres of SIDE × SIDE cells from the upper left; NaN where it is not computed yet or not finite. */
  readonly losses: Float32Array;
  /** Of each runner: places [n, 2] of its steps, first to last. */
  readonly paths: readonly Float32Array[];
  /** Share of the path's variance that lies in this plane, 0 to 1. */
  readonly explained: number;
  /** Rows of cells that are done. */
  readonly rows: number;
}

/** All parameters of a model in one row, in the order of weights(). */
export function flatWeights(model: Model): Float32Array {
  const parts = Object.values(model.weights());
  const flat = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    flat.set(part, at);
    at += part.length;
  }
  return flat;
}

/**
 * Computes the surface a row at a time and hands out what is there after each.
 *
 * @param paths weights of each runner along its way, each row as flatWeights() gives it
 * @param signal stops between rows
 */
export async function computeLandscape(
  state: PlaneState,
  data: Dataset,
  paths: readonly (readonly Float32Array[])[],
  { directions: kind, axes: wanted = [0, 1] }: Directions,
  onRow: (landscape: Landscape, plane: Plane) => void | Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const model = makeModel(state);
  const shapes = Object.values(model.weightShapes());
  const now = paths[0].at(-1)!;
  const axes = axesWithin(wanted, now.length);
  const plane =
    kind === "path"
      ? principalPlane(paths.flat(), now)
      : kind === "random"
        ? randomPlane(now, shapes, state.seed)
        : weightsPlane(now, axes);
  const projected = paths.map((path) => project(path, plane));
  const box = frame(projected);
  const losses = new Float32Array(SIDE * SIDE).fill(Number.NaN);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const u = box[0] + ((column + 0.5) / SIDE) * (box[1] - box[0]);
      const v = box[3] - ((row + 0.5) / SIDE) * (box[3] - box[2]);
      losses[row * SIDE + column] = await lossAt(model, plane, u, v, data);
      if (signal?.aborted) return;
    }
    const shown = {
      kind,
      ...(kind === "weights" && { axes }),
      box,
      losses: losses.slice(),
      paths: projected,
      explained: plane.explained,
      rows: row + 1,
    };
    await onRow(shown, plane);
    if (signal?.aborted) return;
  }
}

async function lossAt(model: Model, plane: Plane, u: number, v: number, data: Dataset): Promise<number> {
  const { origin, first, second } = plane;
  const weights: Record<string, Float32Array> = {};
  let at = 0;
  for (const [name, { length }] of Object.entries(model.weights())) {
    const values = (weights[name] = new Float32Array(length));
    for (let i = 0; i < length; i++, at++) values[i] = origin[at] + u * first[at] + v * second[at];
  }
  const { loss } = await model.setWeights(weights).evaluate(data, { batchSize: 1024 });
  return loss;
}

/** A square around all paths, with room; at least so large that the surface around a path that hardly moves is seen. */
function frame(paths: readonly Float32Array[]): Landscape["box"] {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const path of paths)
    for (let i = 0; i < path.length; i++) {
      low[i % 2] = Math.min(low[i % 2], path[i]);
      high[i % 2] = Math.max(high[i % 2], path[i]);
    }
  const half = Math.max(0.5, 0.65 * Math.max(high[0] - low[0], high[1] - low[1]));
  const [x, y] = [0, 1].map((k) => (low[k] + high[k]) / 2);
  return [x - half, x + half, y - half, y + half];
}
