/** Datasets from a program's own values: typed arrays, plain nested arrays, labels. */
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Dataset, Target } from "./dataset.ts";
import { rowsDataset } from "./rows.ts";

export type TypedArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;
export type Nested = readonly (number | Nested | TypedArray)[];
/** Values with the shape they have, the batch dimension first. */
export interface Shaped {
  data: TypedArray;
  shape: readonly number[];
}
export type ArrayLike2 = TypedArray | Nested | Shaped;

/** Arrays by the names of a model's inputs or outputs. */
export type ArrayRecord = Readonly<Record<string, ArrayLike2>>;

/** Whether values are arrays by name, and not one array, or one with its shape. */
export const isRecord = (value: unknown): value is ArrayRecord =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !("data" in value && "shape" in value);

export interface ArrayOptions {
  /** What errors and summaries call it; default "data". */
  name?: string;
  /** One row's shape, for flat data; default: what is left when the length is divided by the number of targets. */
  inputShape?: readonly number[];
  /** What uint8 inputs are multiplied by; default 1/255. */
  inputScale?: number;
  /** Reads y as labels or as numbers; default: labels when y is one-dimensional whole numbers ≥ 0. */
  target?: "class" | "values";
  /** The number of classes; default: the largest label + 1. */
  classes?: number;
  /** Names of the classes, or of the values. */
  names?: readonly string[];
}

const OPTIONS: readonly (keyof ArrayOptions)[] = [
  "name",
  "inputShape",
  "inputScale",
  "target",
  "classes",
  "names",
];

/** Beyond this many classes, whole numbers are more likely quantities than labels. */
const MAX_CLASSES = 100_000;

/**
 * A dataset over arrays; float32 and uint8 data is used as it is, not copied.
 *
 * `x` holds the rows: nested arrays, `{ data, shape }`, or a flat typed array (with `inputShape`, unless the length
 * divided by the number of targets says it). uint8 stays uint8, everything else becomes float32. `y` holds labels
 * [n], or values [n, size]; one-hot rows stay values unless `target: "class"`.
 *
 * Throws a NablaError when the counts disagree, a row is ragged, or a value is NaN or infinite.
 */
export function arrayDataset(x: ArrayLike2, y: ArrayLike2, options: ArrayOptions = {}): Dataset {
  checkOptions("arrayDataset", options, OPTIONS);
  const name = options.name ?? "data";
  const targets = flatten(y, `${name}: y`);
  const rows = targets.shape[0] ?? 0;
  if (rows === 0) throw new NablaError(`${name}: y has no rows; expected one target for each row of x`);
  const inputs = flatten(x, `${name}: x`);
  const inputShape = rowShape(inputs, rows, options.inputShape, name);
  const width = sizeOf(inputShape);
  const isBytes = inputs.data instanceof Uint8Array || inputs.data instanceof Uint8ClampedArray;
  let values: Uint8Array | Float32Array;
  if (isBytes) {
    const bytes = inputs.data as Uint8Array;
    values = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  } else {
    values = inputs.data instanceof Float32Array ? inputs.data : Float32Array.from(inputs.data);
    checkFinite(inputs.data, width, `${name}: x`);
  }
  const { target, labels, numbers } = readTargets(targets, options, name);
  const header = {
    name,
    length: rows,
    inputShape,
    inputType: isBytes ? ("uint8" as const) : ("float32" as const),
    inputScale: isBytes ? (options.inputScale ?? 1 / 255) : 1,
    target,
  };
  // what is no typed array of float32 may be rounded
  const exact = values === inputs.data || isBytes ? undefined : () => flatten(x, name).data;
  return rowsDataset(header, values, labels ?? numbers!, exact);
}

interface Flat {
  data: ArrayLike<number> & Iterable<number>;
  shape: readonly number[];
}

/** Any accepted form of values as flat data with its shape. @param where what errors call it */
export function shaped(
  value: ArrayLike2,
  where: string,
): { data: ArrayLike<number> & Iterable<number>; shape: readonly number[] } {
  return flatten(value, where);
}

function isTyped(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function flatten(value: ArrayLike2, where: string): Flat {
  if (isTyped(value)) return { data: value, shape: [value.length] };
  if (Array.isArray(value)) {
    const shape = shapeOf(value, where);
    const data = new Float64Array(sizeOf(shape));
    fill(value, shape, 0, data, 0, where);
    return { data, shape };
  }
  if (value !== null && typeof value === "object" && "data" in value && "shape" in value) {
    if (sizeOf(value.shape) !== value.data.length) {
      throw new NablaError(
        `${where}: shape ${showShape(value.shape)} needs ${sizeOf(value.shape)} values, got ${value.data.length}`,
      );
    }
    return value;
  }
  throw new NablaError(
    `${where}: expected an array, a typed array or { data, shape }, got ${value === null ? "null" : typeof value}`,
  );
}

function shapeOf(value: Nested, where: string): number[] {
  const shape: number[] = [];
  let level: unknown = value;
  while (Array.isArray(level) || isTyped(level)) {
    shape.push(level.length);
    if (level.length === 0) throw new NablaError(`${where}: expected at least one value, got an empty array`);
    level = level[0];
  }
  return shape;
}

function fill(
  value: unknown,
  shape: number[],
  depth: number,
  out: Float64Array,
  at: number,
  where: string,
): number {
  if (depth === shape.length) {
    if (typeof value !== "number" && typeof value !== "boolean") {
      throw new NablaError(`${where}: expected a number, got ${JSON.stringify(value) ?? typeof value}`);
    }
    out[at] = Number(value);
    return at + 1;
  }
  const list = value as ArrayLike<unknown>;
  if (!(Array.isArray(value) || isTyped(value)) || list.length !== shape[depth]) {
    const got = Array.isArray(value) || isTyped(value) ? `${list.length} values` : JSON.stringify(value);
    throw new NablaError(
      `${where}: row ${Math.floor((at / out.length) * shape[0]!)}: expected ${shape[depth]} values as in row 0, got ${got}`,
    );
  }
  let next = at;
  for (let i = 0; i < list.length; i++) next = fill(list[i], shape, depth + 1, out, next, where);
  return next;
}

function rowShape(
  x: Flat,
  rows: number,
  wanted: readonly number[] | undefined,
  name: string,
): readonly number[] {
  const total = x.data.length;
  if (wanted) {
    if (total === rows * sizeOf(wanted)) return wanted;
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
  y: Flat,
  options: ArrayOptions,
  name: string,
): { target: Target; labels?: Int32Array; numbers?: Float32Array } {
  const rows = y.shape[0]!;
  const size = y.data.length / rows;
  const names = options.names ? { names: options.names } : {};
  checkFinite(y.data, size, `${name}: y`);
  const whole = size === 1 && allLabels(y.data);
  const asClass = options.target ?? (y.shape.length === 1 && (whole || options.classes) ? "class" : "values");
  if (asClass === "values") {
    const numbers = y.data instanceof Float32Array ? y.data : Float32Array.from(y.data);
    return { target: { kind: "values", size, ...names }, numbers };
  }
  const labels = size === 1 ? Int32Array.from(y.data) : fromOneHot(y.data, rows, size, name);
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const label = size === 1 ? y.data[i]! : labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= (options.classes ?? MAX_CLASSES)) {
      const top = options.classes === undefined ? `below ${MAX_CLASSES}` : `from 0 to ${options.classes - 1}`;
      throw new NablaError(
        `${name}: y: row ${i}: expected a label, a whole number ${top}, got ${label}; for quantities pass target: "values"`,
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
