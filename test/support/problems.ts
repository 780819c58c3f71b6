/** Small problems for models to be trained on. */

import { arrayDataset } from "../../src/data/arrays.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { Stream } from "../../src/math/random.ts";

export interface Problem {
  /** [rows][inputs] */
  x: number[][];
  labels: number[];
  /** Labels as rows of 0 and 1. */
  oneHot: number[][];
}

/** Clouds of points around one centre per class, in `inputs` dimensions; neighbours overlap a little. */
export function clouds(rows: number, inputs = 4, classes = 3, seed = 1): Problem {
  const random = new Stream(seed, 99);
  const centres = Array.from({ length: classes }, () =>
    Array.from({ length: inputs }, () => random.range(-1.2, 1.2)),
  );
  const labels = Array.from({ length: rows }, (_, r) => r % classes);
  const x = labels.map((label) => centres[label].map((c) => c + 0.4 * random.gaussian()));
  const oneHot = labels.map((label) => Array.from({ length: classes }, (_, c) => Number(c === label)));
  return { x, labels, oneHot };
}

export function dataset(problem: Problem): Dataset {
  return arrayDataset(problem.x, problem.labels, { name: "clouds" });
}

/** One turn for whatever else waits. */
export const otherTask = (): Promise<void> =>
  new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve);
  });

/** The same rows from a source that takes its time. `onRead` sees each request and may throw. */
export function slowly(source: Dataset, onRead?: (indices: Uint32Array) => void): Dataset {
  const { labels: _, ...rest } = source;
  return {
    ...rest,
    async read(indices, x, y, epoch) {
      const wanted = indices.slice();
      await otherTask();
      onRead?.(wanted);
      await source.read(wanted, x, y, epoch);
    },
  };
}
