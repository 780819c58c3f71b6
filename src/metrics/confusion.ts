/** Which classes a classifier confuses, and the figures per class that follow from it. */
import { demand, isObject } from "../fields/expected.ts";
import { predictedClass, type Scored, trueClass } from "./metric.ts";
import { matrixHtml, shownMatrix } from "./shownMatrix.ts";

/** Figures of one class. */
export interface ClassFigures {
  /** Of the rows predicted as this class, the share that are. 0 if none were. */
  precision: number;
  /** Of the rows of this class, the share that were found. 0 where there are none. */
  recall: number;
  /** Harmonic mean of precision and recall; 0 where both are. */
  f1: number;
  /** Rows of this class. */
  support: number;
}

const NAME = "ConfusionMatrix";

/** Counts[true][predicted]. */
export class ConfusionMatrix {
  readonly counts: number[][];
  readonly #names: readonly string[] | undefined;

  /** @param names of the classes, where they are known */
  constructor(
    readonly classes: number,
    names?: readonly string[],
  ) {
    this.#names = names;
    this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /** Whether a value is one: what makes them may be a file that was loaded later, with this class in it once more. */
  static [Symbol.hasInstance](value: unknown): boolean {
    return Object.prototype.toString.call(value) === `[object ${NAME}]`;
  }

  /** "ConfusionMatrix". */
  get [Symbol.toStringTag](): string {
    return NAME;
  }

  /** What console.log shows in Node, Deno and Bun: true classes to the left, predicted ones above. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return shownMatrix(this, this.#names);
  }

  /** What a notebook shows (Deno's Jupyter kernel). */
  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "text/html": matrixHtml(this, this.#names), "text/plain": shownMatrix(this, this.#names) };
  }

  /** Counts the rows of a batch. */
  add(batch: Scored): void {
    demand(
      isObject(batch) && isObject(batch.outputs) && isObject(batch.labels ?? batch.values),
      "ConfusionMatrix.add",
      "a batch { rows, units, outputs, stride, labels or values, … }",
      batch,
    );
    const { rows, stride, outputs, labels, values } = batch;
    const filled = rows * stride <= outputs.length && rows <= (labels ?? values!).length;
    demand(filled, "ConfusionMatrix.add", "outputs and targets for every row", batch);
    for (let r = 0; r < batch.rows; r++) {
      this.counts[trueClass(batch, r)][
        predictedClass(batch.outputs, r * batch.stride, batch.units, batch.threshold)
      ]++;
    }
  }

  get accuracy(): number {
    let right = 0;
    let all = 0;
    this.counts.forEach((row, t) =>
      row.forEach((n, p) => {
        all += n;
        if (t === p) right += n;
      }),
    );
    return right / all;
  }

  /** Precision, recall, F1 and support of each class, in the order of their numbers. */
  perClass(): ClassFigures[] {
    return this.counts.map((row, c) => {
      const support = row.reduce((a, b) => a + b, 0);
      const said = this.counts.reduce((sum, other) => sum + other[c], 0);
      const precision = said ? row[c] / said : 0;
      const recall = support ? row[c] / support : 0;
      const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
      return { precision, recall, f1, support };
    });
  }
}
