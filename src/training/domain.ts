/** Target values, held against what their loss takes. */
import type { Target } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import type { Domain, Loss } from "../plan/loss.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { grainOf, targetKind } from "./pixels.ts";
import { takes } from "./takes.ts";

/** What each takes, as errors say it. */
const TAKES: Readonly<Record<Domain, string>> = {
  probability: "a number from 0 to 1",
  distribution: "numbers from 0 to 1 that add up to 1",
  "one-hot": "a 1 for the class and 0 for the others",
  sign: "-1 or 1 (or 0 and 1)",
  binary: "0 or 1",
};

/** How far the sum of a distribution may be from 1: shares that were rounded to two digits. */
const ROUNDED = 0.02;

/** Where rows of a batch come from. */
interface Batch {
  readonly indices: Uint32Array;
  readonly batch: number;
}

/** Targets of one output. */
export class Values {
  private readonly labels: boolean;
  private readonly units: number;
  private readonly size: number;
  private told = false;

  /** @param name what errors call them @param target what a row has */
  constructor(
    private readonly name: string,
    target: Extract<Target, { kind: "values" }>,
    outputShape: Shape,
    private readonly loss: Loss,
  ) {
    this.labels = targetKind(target, outputShape, loss) === "class";
    const grain = grainOf(outputShape, loss);
    this.units = this.labels ? grain.units : loss.lastAxis ? grain.units : sizeOf(outputShape);
    this.size = target.size;
  }

  /**
   * @param y values, row after row @param rows which of them; undefined for all
   * @param batch where these rows are from, if they are not the data set's from the first on
   */
  check(y: ArrayLike<number>, rows?: Uint32Array, batch?: Batch): void {
    const { size, units, loss, labels } = this;
    const { domain } = loss;
    if (!labels && domain === undefined) return;
    const n = rows?.length ?? Math.floor(y.length / size);
    const test = labels
      ? (value: number) => Number.isInteger(value) && value >= 0 && value < units
      : (value: number) => takes(domain!, value);
    let zero = false;
    let minus = false;
    for (let r = 0; r < n; r++) {
      const from = (rows ? rows[r]! : r) * size;
      for (let i = 0; i < size; i++) {
        const value = y[from + i]!;
        if (!test(value)) throw this.outside(y, r, i, value, rows, batch);
        if (value === 0) zero = true;
        else if (value === -1) minus = true;
      }
      if (domain === "sign" && zero && minus && !batch)
        throw new NablaError(
          `${this.name}: row ${r}: there are -1, 0 and 1; loss "${loss.name}" takes -1 and 1, or 0 and 1 in their place`,
        );
      if (!labels && (domain === "distribution" || domain === "one-hot"))
        for (let at = 0; at < size; at += units) this.checkSum(y, from + at, r, batch);
    }
  }

  /** Values of one distribution. */
  private checkSum(y: ArrayLike<number>, at: number, r: number, batch: Batch | undefined): void {
    const { units, loss, name } = this;
    let sum = 0;
    let ones = 0;
    for (let c = 0; c < units; c++) {
      const value = y[at + c]!;
      sum += value;
      if (value === 1) ones++;
    }
    if (Math.abs(sum - 1) <= ROUNDED) return;
    const where = `${name}: ${rowOf(r, batch)}`;
    if (sum === 0)
      throw new NablaError(
        `${where}: all ${units} values are 0, so it is of no class; loss "${loss.name}" takes ${TAKES[loss.domain!]}`,
      );
    if (ones > 1 && ones === sum)
      throw new NablaError(
        `${where}: it has ${ones} ones, but loss "${loss.name}" takes one class; where a row has several use activation "sigmoid" with loss "binaryCrossentropy", where these are shares divide by their sum`,
      );
    if (this.told) return;
    this.told = true;
    console.warn(
      `nabla: ${where}: its values add up to ${Number(sum.toPrecision(4))}, not 1: loss "${loss.name}" counts the row that much more or less. Divide by the sum if they are shares.`,
    );
  }

  /** The error for a value the loss does not take. */
  private outside(
    y: ArrayLike<number>,
    r: number,
    i: number,
    value: number,
    rows: Uint32Array | undefined,
    batch: Batch | undefined,
  ): NablaError {
    const { size, units, loss, labels, name } = this;
    const n = rows?.length ?? Math.floor(y.length / size);
    let [least, most, whole] = [value, value, true];
    for (let row = 0; row < n; row++)
      for (let c = 0; c < size; c++) {
        const v = y[(rows ? rows[row]! : row) * size + c]!;
        least = Math.min(least, v);
        most = Math.max(most, v);
        whole &&= Number.isInteger(v);
      }
    const place = size > 1 ? `, ${labels ? "pixel" : "value"} ${i}` : "";
    const where = `${name}: ${rowOf(r, batch)}${place}`;
    if (labels)
      return new NablaError(
        `${where}: expected a label from 0 to ${units - 1}, got ${value}${whole && least === 1 && most === units ? "; labels begin at 0: subtract 1" : ""}`,
      );
    const several = size > 1 && units > 1;
    const advice =
      least === -1 && most === 1 && whole
        ? several
          ? "write 0 in place of -1"
          : 'for -1 and 1 use (y + 1) / 2, or loss "hinge"'
        : whole && least === 1 && most === 2
          ? "labels begin at 0: subtract 1"
          : most === 255 && least >= 0
            ? "divide by 255"
            : 'for quantities use loss "meanSquaredError"';
    return new NablaError(
      `${where}: expected ${TAKES[loss.domain!]} for loss "${loss.name}", got ${value}; these go from ${least} to ${most}: ${advice}`,
    );
  }
}

const rowOf = (r: number, batch: Batch | undefined): string =>
  batch ? `batch ${batch.batch}, row ${batch.indices[r]}` : `row ${r}`;
