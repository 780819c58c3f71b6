/** Datasets from a program's own values: typed arrays, plain nested arrays, labels. */

import { NablaError } from "../errors.ts";
import { choice, type Field, int, list, number, show, string } from "../fields/fields.ts";
import { checkGiven } from "../fields/programs.ts";
import { fits, reordered, showShape, sizeOf } from "../shape.ts";
import { asBytes, isA, isBytes } from "../tags.ts";
import { type ArraysTogether, apart, awaited } from "./both.ts";
import type { Dataset, Target } from "./dataset.ts";
import { type ArrayLike2, type Shaped, shaped, type TypedArray } from "./flat.ts";
import { rowsDataset } from "./rows.ts";
import { areTexts, numbered } from "./texts.ts";

export { type ArrayLike2, type Shaped, shaped, type TypedArray } from "./flat.ts";

/** Arrays by the names of a model's inputs or outputs. */
export type ArrayRecord = Readonly<Record<string, ArrayLike2>>;

/** Whether values are arrays by name, and not one array, or one with its shape. */
export const isRecord = (value: unknown): value is ArrayRecord =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !isA("Map", value) &&
  !("data" in value && "shape" in value);

/** What a chain is given: an array, which may have the name of the only input or output. */
export function alone(values: ArrayLike2 | ArrayRecord, name: string, who: string): ArrayLike2 {
  if (!isRecord(values)) return values;
  const { [name]: array, ...others } = values;
  if (array !== undefined && Object.keys(others).length === 0) return array;
  throw new NablaError(
    `${who}: expected an array, or { ${name} }, got { ${Object.keys(values).join(", ")} }`,
  );
}

export interface ArrayOptions {
  /** What errors and summaries call it; default "data". */
  name?: string;
  /** One row's shape, for flat data; default: what is left when the length is divided by the number of targets. */
  inputShape?: readonly number[];
  /** What uint8 inputs are multiplied by. Default 1/255; for a model that is trained, what it was trained with. */
  inputScale?: number;
  /** Reads y as labels or as numbers; default: labels when y is one-dimensional whole numbers ≥ 0. */
  target?: "class" | "values";
  /** The number of classes; default: the largest label + 1. */
  classes?: number;
  /** Names of the classes, or of the values. */
  names?: readonly string[];
}

const arrayOptions = () =>
  ({
    name: string(),
    inputShape: list(int({ min: 1 })),
    inputScale: number(),
    target: choice(["class", "values"]),
    classes: int({ min: 1 }),
    names: list(string()),
  }) satisfies Record<keyof ArrayOptions, Field>;

/** Beyond this many classes, whole numbers are more likely quantities than labels. */
const MAX_CLASSES = 100_000;

/**
 * A dataset over arrays; float32 and uint8 data is used as it is, not copied.
 *
 * `x` holds the rows: nested arrays, `{ data, shape }`, or a flat typed array (with `inputShape`, unless the length
 * divided by the number of targets says it). uint8 stays uint8, rows of bytes in an array too; everything else becomes float32, bigints
 * among it. `y` holds labels [n], or values [n, size]; one-hot rows stay values unless `target: "class"`. Bytes that are inputs and
 * targets at once (an autoencoder's) have one scale. Texts are names of classes: those of `names`, else all that occur, sorted.
 *
 * Throws a NablaError when the counts disagree, a row is ragged, a value is NaN or infinite, or a text is none of `names`.
 */
export function arrayDataset(data: ArraysTogether, options?: ArrayOptions): Dataset;
export function arrayDataset(
  x: ArrayLike2,
  y: ArrayLike2 | readonly string[],
  options?: ArrayOptions,
): Dataset;
export function arrayDataset(
  first: ArrayLike2 | ArraysTogether,
  second?: ArrayLike2 | readonly string[] | ArrayOptions,
  more?: ArrayOptions,
): Dataset {
  const together = isRecord(first);
  if (together && more)
    throw new NablaError("arrayDataset: options after { xs, ys } are the second argument");
  const options = ((together ? second : more) ?? {}) as ArrayOptions;
  awaited("arrayDataset", first);
  const [x, y] = together ? apart("arrayDataset", first) : [first as ArrayLike2, second as ArrayLike2];
  awaited("arrayDataset", y);
  checkGiven("arrayDataset", options, arrayOptions());
  const { name = "data", target, names } = options;
  if (areTexts(y)) {
    if (target === "values")
      throw new NablaError(`${name}: y: ${show(y[0])} is the name of a class: leave out target: "values"`);
    const { labels, classes } = numbered(y, `${name}: y`, names);
    return toDataset(x, labels, { ...options, target: "class", names: classes });
  }
  return toDataset(x, y, options, '; for quantities pass target: "values"');
}

/** The same. @param hint how errors about labels end */
export function toDataset(
  x: ArrayLike2,
  y: ArrayLike2,
  options: ArrayOptions,
  hint = '; for quantities compile a loss of regression, such as "meanSquaredError"',
): Dataset {
  const name = options.name ?? "data";
  const targets = shaped(y, `${name}: y`);
  const rows = targets.shape[0] ?? 0;
  if (rows === 0) throw new NablaError(`${name}: y has no rows; expected one target for each row of x`);
  const inputs = shaped(x, `${name}: x`);
  const inputShape = rowShape(inputs, rows, options.inputShape, name);
  const width = sizeOf(inputShape);
  const bytes = isBytes(inputs.data) ? asBytes(inputs.data) : undefined;
  if (!bytes) checkFinite(inputs.data, width, `${name}: x`);
  const values = bytes ?? floats(inputs.data);
  const inputScale = bytes ? (options.inputScale ?? 1 / 255) : 1;
  if (bytes && isBytes(targets.data)) targets.data = scaled(targets, bytes, inputScale, width, name);
  const { target, labels, numbers } = readTargets(targets, options, name, hint);
  const header = {
    name,
    length: rows,
    inputShape,
    inputType: bytes ? ("uint8" as const) : ("float32" as const),
    inputScale,
    ...(bytes && options.inputScale === undefined && { scaleUnsaid: true as const }),
    target,
  };
  // what is no typed array of float32 may be rounded
  const exact = values === inputs.data || bytes ? undefined : () => shaped(x, name).data;
  return rowsDataset(header, values, labels ?? numbers!, exact);
}

const floats = (data: TypedArray): Float32Array =>
  isA("Float32Array", data) ? (data as Float32Array) : Float32Array.from(data as ArrayLike<number>);

/** Targets that are bytes, beside inputs that are: the same ones have the same scale. */
function scaled(y: Shaped, x: Uint8Array, scale: number, width: number, name: string): TypedArray {
  const bytes = asBytes(y.data as Uint8Array);
  const size = bytes.length / y.shape[0]!;
  if (size !== width || size < 2 || scale === 1) return bytes;
  const same = bytes.every((value, i) => value === x[i]);
  // as the core scales inputs: in single precision
  if (same) return Float32Array.from(bytes, (value) => value * Math.fround(scale));
  const large = bytes.find((value) => value > 1);
  if (large === undefined) return bytes;
  throw new NablaError(
    `${name}: y has bytes such as ${large}, x has bytes that are scaled: pass y as a Float32Array, scaled by ${scale === 1 / 255 ? "1/255" : scale} or as it is`,
  );
}

function rowShape(
  x: Shaped,
  rows: number,
  given: readonly number[] | undefined,
  name: string,
): readonly number[] {
  const total = x.data.length;
  if (given) {
    // 5 is [5], and anything else no size
    const wanted = [given].flat();
    const row = x.shape.slice(1);
    if (total === rows * sizeOf(wanted)) {
      if (x.shape.length === 1 || fits(row, wanted)) return wanted;
      throw new NablaError(
        `${name}: x: expected rows of ${showShape(wanted)}, got ${showShape(row)}${reordered(row, wanted, 1)}`,
      );
    }
    const missing = rows > 1 && total === sizeOf(wanted);
    throw new NablaError(
      `${name}: x: expected ${rows} rows of ${showShape(wanted)} (${rows * sizeOf(wanted)} values), one for each target, got ${total} values` +
        (missing ? "; that is a single row: the batch dimension is missing" : ""),
    );
  }
  if (x.shape.length === 1) {
    if (total % rows === 0) return [total / rows];
    throw new NablaError(
      `${name}: x has ${total} values, y has ${rows} rows: expected a multiple of ${rows}; pass inputShape, or check that every row has a target`,
    );
  }
  if (x.shape[0] === rows) return x.shape.slice(1);
  throw new NablaError(
    `${name}: x has shape ${showShape(x.shape)}, so ${x.shape[0]} rows, but y has ${rows}; expected one target for each row` +
      (rows === 1
        ? `. Is this one row? Then the batch dimension is missing: pass [x], of shape ${showShape([1, ...x.shape])}`
        : ""),
  );
}

function checkFinite(data: ArrayLike<number>, width: number, where: string): void {
  for (let i = 0; i < data.length; i++) {
    // Math.fround: a double beyond float32 would become infinite only later, where nobody can say which it was.
    if (Number.isFinite(Math.fround(data[i]!))) continue;
    throw new NablaError(
      `${where}: row ${Math.floor(i / width)}, column ${i % width}: expected a finite float32 number, got ${data[i]}`,
      { details: { row: Math.floor(i / width), column: i % width } },
    );
  }
}

function readTargets(
  y: Shaped,
  options: ArrayOptions,
  name: string,
  hint: string,
): { target: Target; labels?: Int32Array; numbers?: Float32Array } {
  const rows = y.shape[0]!;
  const size = y.data.length / rows;
  const names = options.names ? { names: options.names } : {};
  checkFinite(y.data, size, `${name}: y`);
  const whole = size === 1 && allLabels(y.data);
  const asClass = options.target ?? (y.shape.length === 1 && (whole || options.classes) ? "class" : "values");
  if (asClass === "values") {
    const shape = y.shape.length > 2 ? { shape: y.shape.slice(1) } : {};
    return { target: { kind: "values", size, ...shape, ...names }, numbers: floats(y.data) };
  }
  const labels = size === 1 ? Int32Array.from(y.data) : fromOneHot(y.data, rows, size, name);
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const label = size === 1 ? y.data[i]! : labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= (options.classes ?? MAX_CLASSES)) {
      const top =
        options.classes === undefined ? `from 0, below ${MAX_CLASSES}` : `from 0 to ${options.classes - 1}`;
      throw new NablaError(
        `${name}: y: row ${i}: expected a label, a whole number ${top}, got ${label}${hint}`,
      );
    }
    most = Math.max(most, label);
  }
  const classes = options.classes ?? Math.max(most + 1, size === 1 ? 0 : size, options.names?.length ?? 0);
  return { target: { kind: "class", classes, ...names }, labels };
}

function allLabels(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (!(Number.isInteger(data[i]) && data[i]! >= 0)) return false;
  return true;
}

function fromOneHot(data: ArrayLike<number>, rows: number, size: number, name: string): Int32Array {
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let ones = 0;
    let zeros = 0;
    for (let i = 0; i < size; i++) {
      const value = data[row * size + i];
      if (value === 1) {
        ones++;
        labels[row] = i;
      } else if (value === 0) zeros++;
    }
    if (ones !== 1 || zeros !== size - 1) {
      throw new NablaError(
        `${name}: y: row ${row}: expected one 1 and ${size - 1} zeros (one-hot), since target is "class"`,
      );
    }
  }
  return labels;
}
