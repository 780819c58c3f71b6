/**
 * The lectures' ravine: J(w) = ½ (w₁ − 3)² + 50 (w₂ + 2)², a hundred times as steep across as along. It is the quadratic cost of one
 * linear neuron with two weights on two rows of data, so Nabla's optimizers go down it.
 */
import type { nabla as Library } from "../course/lib.ts";

/** √2 · (1, 0) → √2 · 3 gives ½ (w₁ − 3)², and so on: the mean of two rows has a half of its own. */
const X = [
  [Math.SQRT2, 0],
  [0, 10 * Math.SQRT2],
];
const Y = [[3 * Math.SQRT2], [-20 * Math.SQRT2]];

export type Place = readonly [w1: number, w2: number];
export const LOWEST: Place = [3, -2];
/** The bottom is reached where J stays below this. */
export const BOTTOM = 0.0001;

/** The curvature across the ravine; along it, it is 1. */
export const STEEP = 100;

export const heightAt = ([w1, w2]: Place): number =>
  0.5 * (w1 - LOWEST[0]) * (w1 - LOWEST[0]) + (STEEP / 2) * (w2 - LOWEST[1]) * (w2 - LOWEST[1]);

export interface Descent {
  readonly optimizer: string;
  readonly rate: number;
  /** Of those that have one. */
  readonly momentum?: number;
  readonly from: Place;
  readonly steps: number;
}

/**
 * The way down, step by step, beginning with `from`; it ends early where J is beyond all numbers.
 * @returns `reached`: the step from which on J stays at the bottom; undefined where it never is
 */
export async function descend(
  { dense, NablaError, sequential }: typeof Library,
  { optimizer, rate, momentum, from, steps }: Descent,
): Promise<{ path: Place[]; reached: number | undefined }> {
  const model = sequential([dense({ name: "w", units: 1, useBias: false, inputShape: [2] })]);
  model.setWeights({ "w.kernel": Float32Array.from(from) });
  const chosen = { name: optimizer, learningRate: rate, ...(momentum !== undefined && { momentum }) };
  model.compile({ loss: "quadratic", optimizer: chosen as { name: "sgd" } });
  const path: Place[] = [from];
  const onEpochEnd = (): void => {
    const [w1, w2] = model.weights()["w.kernel"];
    path.push([w1, w2]);
  };
  try {
    const { history } = await model.fit(X, Y, {
      batchSize: 2,
      epochs: steps,
      worker: false,
      callbacks: [{ onEpochEnd }],
    });
    const last = history.loss.map((J) => J >= BOTTOM).lastIndexOf(true) + 1;
    return { path, reached: last < steps ? last : undefined };
  } catch (error) {
    // it has diverged
    if (error instanceof NablaError || (error as Error).name === "NablaError")
      return { path, reached: undefined };
    throw error;
  }
}
