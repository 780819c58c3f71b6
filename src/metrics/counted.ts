/** Metrics that follow from counts: of true against predicted classes, or of each label's right and wrong answers. */
import { isOn } from "./mean.ts";
import { type Scored, type Subject, type Tally, trueClass } from "./metric.ts";
import { decision } from "./options.ts";

/** What is counted into an array of numbers, and read from it. */
export function counted(
  size: number,
  count: (counts: Float64Array, batch: Scored, row: number) => void,
  figure: (counts: Float64Array) => number,
): Tally {
  const counts = new Float64Array(size);
  let rows = 0;
  return {
    reset() {
      counts.fill(0);
      rows = 0;
    },
    add(batch) {
      for (let r = 0; r < batch.rows; r++) count(counts, batch, r);
      rows += batch.rows;
    },
    result: () => (rows === 0 ? Number.NaN : figure(counts)),
    state: () => [rows, ...counts],
    restore(state) {
      // an earlier version kept the counts of classes alone, whose sum are the rows
      const [n, ...rest] = state.length === size ? [state.reduce((a, b) => a + b, 0), ...state] : state;
      rows = n;
      counts.set(rest);
    },
  };
}

/** True against predicted classes: the number of rows of class t taken for class p is number t · classes + p. */
export function classCounts(
  subject: Subject,
  options: { readonly threshold?: number },
  figure: (counts: Float64Array, classes: number) => number,
): Tally {
  const { classes } = subject;
  const predicted = decision(subject, options);
  return counted(
    classes * classes,
    (counts, batch, row) => {
      counts[trueClass(batch, row) * classes + predicted(batch, row)]++;
    },
    (counts) => figure(counts, classes),
  );
}

/** How often a class or label was rightly said, how often it was said, how often it is there. */
export interface Hits {
  right: number;
  said: number;
  there: number;
}

/** Of each class or label. */
export function hitCounts(
  subject: Subject,
  options: { readonly threshold?: number },
  figure: (hits: Hits[]) => number,
): Tally {
  if (subject.task !== "labels")
    return classCounts(subject, options, (counts, classes) => figure(hitsOf(counts, classes)));
  const { units } = subject;
  return counted(
    3 * units,
    (counts, batch, row) => {
      const { threshold = batch.threshold } = options;
      for (let c = 0; c < units; c++) {
        const said = batch.outputs[row * batch.stride + c] > threshold;
        const there = isOn(batch, row, c);
        if (said && there) counts[3 * c]++;
        if (said) counts[3 * c + 1]++;
        if (there) counts[3 * c + 2]++;
      }
    },
    (counts) =>
      figure(
        Array.from({ length: units }, (_, c) => ({
          right: counts[3 * c],
          said: counts[3 * c + 1],
          there: counts[3 * c + 2],
        })),
      ),
  );
}

/** @param counts as classCounts() has them */
export function hitsOf(counts: ArrayLike<number>, classes: number): Hits[] {
  return Array.from({ length: classes }, (_, c) => {
    let [said, there] = [0, 0];
    for (let other = 0; other < classes; other++) {
      said += counts[other * classes + c];
      there += counts[c * classes + other];
    }
    return { right: counts[c * classes + c], said, there };
  });
}
