/** Metrics that need all rows at the end: these are kept, in memory of their own. */
import type { Scored, Subject, Tally } from "./metric.ts";

/** Numbers of rows, one row after the other. */
export class Kept {
  /** [rows, width] */
  values: Float32Array;
  rows = 0;
  /** Where the next row goes, once there are as many as may be kept. */
  private next = 0;

  /** @param most rows to keep: the last ones of more */
  constructor(
    readonly width: number,
    private readonly most: number,
  ) {
    this.values = new Float32Array(0);
  }

  clear(): void {
    this.values = new Float32Array(0);
    this.rows = 0;
    this.next = 0;
  }

  /** Where a row's numbers are to be written. */
  place(): number {
    const { width, most, rows } = this;
    if (rows < most) {
      if ((rows + 1) * width > this.values.length) {
        const room = Math.min(Math.max(256, Math.ceil(rows * 1.5)), most);
        const values = new Float32Array(room * width);
        values.set(this.values.subarray(0, rows * width));
        this.values = values;
      }
      return this.rows++ * width;
    }
    const at = this.next * width;
    this.next = (this.next + 1) % most;
    return at;
  }

  state(): number[] {
    return [this.rows, this.next, ...this.values.subarray(0, this.rows * this.width)];
  }

  restore([rows, next, ...values]: readonly number[]): void {
    this.values = Float32Array.from(values);
    this.rows = rows;
    this.next = next;
  }

  /** Adds the rows of another's state, the oldest first: where more came than may be kept, that is the one to be written over next. */
  append([rows, next, ...values]: readonly number[]): void {
    const { width } = this;
    for (let r = 0; r < rows; r++) {
      const at = this.place();
      for (let i = 0; i < width; i++) this.values[at + i] = values[((next + r) % rows) * width + i];
    }
  }
}

/**
 * @param width numbers of a row
 * @param keep writes a row's numbers into `to` from `at` on
 * @param figure of at least one row
 */
export function kept(
  { most }: Subject,
  width: number,
  keep: (batch: Scored, row: number, to: Float32Array, at: number) => void,
  figure: (all: Kept) => number,
): Tally {
  const all = new Kept(width, most);
  return {
    reset: () => all.clear(),
    add(batch) {
      for (let r = 0; r < batch.rows; r++) {
        const at = all.place();
        keep(batch, r, all.values, at);
      }
    },
    result: () => (all.rows === 0 ? Number.NaN : figure(all)),
    state: () => all.state(),
    restore: (state) => all.restore(state),
    basis: () => [0, 0],
    append: (state) => all.append(state),
  };
}
