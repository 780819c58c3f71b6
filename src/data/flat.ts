/** The forms in which a program's own values come, and all of them as flat data with a shape. */
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isA, isBytes, tagOf } from "../tags.ts";

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
/** Whole numbers within 2^53 are read. */
type Long = BigInt64Array | BigUint64Array;
export type Nested = readonly (number | bigint | Nested | TypedArray | Long)[];
/** Values with the shape they have, the batch dimension first. */
export interface Shaped {
  data: TypedArray;
  shape: readonly number[];
}
export type ArrayLike2 = TypedArray | Long | Nested | Shaped;

const isTyped = (value: unknown): value is TypedArray | Long =>
  ArrayBuffer.isView(value) && !isA("DataView", value);

/** Of 64 bits: as numbers, where they are whole ones that numbers can be. */
function narrow(value: bigint, where: string): number {
  if (Number.isSafeInteger(Number(value))) return Number(value);
  throw new NablaError(`${where}: expected whole numbers within 2^53, got ${value}n`);
}

/** Any accepted form of values as flat data with its shape: bytes as bytes. @param where what errors call it */
export function shaped(value: ArrayLike2, where: string): Shaped {
  if (isTyped(value)) {
    const data = tagOf(value).startsWith("Big")
      ? Float64Array.from(value as ArrayLike<bigint>, (each) => narrow(each, where))
      : (value as TypedArray);
    return { data, shape: [value.length] };
  }
  if (Array.isArray(value)) {
    const { shape, leaf } = shapeOf(value, where);
    const bytes = isBytes(leaf);
    // before anything is allocated: a long first row may be the only one
    checkRows(value, shape, 0, bytes, 0, where);
    const data = new (bytes ? Uint8Array : Float64Array)(sizeOf(shape));
    fill(value, shape.length, data, 0, where);
    return { data, shape };
  }
  if (value !== null && typeof value === "object" && "data" in value && "shape" in value) {
    const { shape } = value;
    const { length } = value.data;
    if (sizeOf(shape) !== length)
      throw new NablaError(
        `${where}: shape ${showShape(shape)} needs ${sizeOf(shape)} values, got ${length}`,
      );
    return { data: shaped(value.data, where).data, shape };
  }
  throw new NablaError(
    `${where}: expected an array, a typed array or { data, shape }, got ${value && typeof value === "object" ? tagOf(value) : String(value)}`,
  );
}

/** As in NumPy. */
const MOST_AXES = 64;

function shapeOf(value: Nested, where: string): { shape: number[]; leaf: unknown } {
  const shape: number[] = [];
  let level: unknown = value;
  let leaf: unknown;
  while (Array.isArray(level) || isTyped(level)) {
    if (shape.push(level.length) > MOST_AXES)
      throw new NablaError(`${where}: expected at most ${MOST_AXES} axes, got more`);
    if (level.length === 0) throw new NablaError(`${where}: expected at least one value, got an empty array`);
    leaf = level;
    level = level[0];
  }
  return { shape, leaf };
}

/** @throws NablaError where values have another shape than the first of them have */
function checkRows(
  value: unknown,
  shape: readonly number[],
  depth: number,
  bytes: boolean,
  row: number,
  where: string,
): void {
  const isList = Array.isArray(value) || isTyped(value);
  const list = value as ArrayLike<unknown>;
  if (!isList || list.length !== shape[depth]) {
    const got = isList ? `${list.length} values` : show(value);
    throw new NablaError(`${where}: row ${row}: expected ${shape[depth]} values as in row 0, got ${got}`);
  }
  const next = depth + 1;
  if (next < shape.length)
    for (let i = 0; i < list.length; i++) checkRows(list[i], shape, next, bytes, depth ? row : i, where);
  else if (isBytes(value) !== bytes)
    throw new NablaError(
      `${where}: row ${row} is ${tagOf(value)}, but row 0 ${bytes ? "has bytes" : "has none"}, and bytes are scaled; make all rows bytes, or none`,
    );
}

function fill(
  value: unknown,
  axes: number,
  out: Float64Array | Uint8Array,
  at: number,
  where: string,
): number {
  if (axes === 0) {
    const number = typeof value === "bigint" ? narrow(value, where) : value;
    if (typeof number !== "number" && typeof number !== "boolean")
      throw new NablaError(`${where}: expected a number, got ${show(value)}`);
    out[at] = Number(number);
    return at + 1;
  }
  const list = value as ArrayLike<unknown>;
  let next = at;
  for (let i = 0; i < list.length; i++) next = fill(list[i], axes - 1, out, next, where);
  return next;
}
