/**
 * Values as JSON that gives back every bit. JSON has no NaN, no infinities, loses the sign of -0, and no arrays of
 * f32; these are stored as objects with one key:
 *
 *     NaN, Infinity, -Infinity, -0   { "$number": "NaN" }
 *     Float32Array                   { "$tensor": "<where it stood>" }     its values among the file's tensors
 *
 * All other numbers JSON writes with as many digits as it takes to read the same f64 back.
 */

import { NablaError } from "../errors.ts";
import { show, within } from "../fields/fields.ts";
import { isA } from "../tags.ts";

const SPECIAL: ReadonlyMap<string, number> = new Map(
  ["NaN", "Infinity", "-Infinity", "-0"].map((name) => [name, Number(name)]),
);
const nameOf = (n: number) => [...SPECIAL].find(([, special]) => Object.is(special, n))?.[0];

/**
 * @param keep called with every Float32Array and the path at which it stood; returns the name it is stored under
 * @throws NablaError with the path of a value that would not come back: a function, bigint, Map, class instance …
 */
export function packValue(
  value: unknown,
  path: string,
  keep: (path: string, data: Float32Array) => string,
): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    const special = nameOf(value);
    return special === undefined ? value : { $number: special };
  }
  if (isA("Float32Array", value)) return { $tensor: keep(path, value) };
  if (Array.isArray(value)) return Array.from(value, (item, i) => packValue(item, within(path, i), keep));
  if (typeof value !== "object" || !isPlain(value)) {
    const what = typeof value === "object" ? `a ${value?.constructor?.name}` : show(value);
    throw new NablaError(
      `checkpoint: ${path}: ${what} cannot be saved; expected JSON values (or, in a callback's state, Float32Arrays)`,
    );
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const reserved = entries.find(([key]) => key === "$number" || key === "$tensor");
  if (reserved) throw new NablaError(`checkpoint: ${path}: the key ${reserved[0]} is reserved; use another`);
  return Object.fromEntries(entries.map(([key, item]) => [key, packValue(item, within(path, key), keep)]));
}

/** The inverse of `packValue`; `find` returns the values stored under a name. */
export function unpackValue(
  value: unknown,
  path: string,
  find: (name: string, path: string) => Float32Array,
): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item, i) => unpackValue(item, within(path, i), find));
  const { $number, $tensor } = value as Record<string, unknown>;
  if ($number !== undefined) {
    const special = SPECIAL.get($number as string);
    if (special === undefined)
      throw new NablaError(`${path}: expected a number, got $number ${show($number)}`);
    return special;
  }
  if ($tensor !== undefined) return find(String($tensor), path);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, unpackValue(item, within(path, key), find)]),
  );
}

function isPlain(value: object | null): boolean {
  if (value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // Object.prototype of this realm or of another: the one whose own prototype is null.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
