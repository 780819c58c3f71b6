/** What streams are given for a step, and how it is read. */
import { NablaError } from "../errors.ts";

/** One step: its values, in an array of their own or one after the other; a number where it has one value. */
export type StepValues = number | ArrayLike<number> | readonly ArrayLike<number>[];
/** What push() returns: [batchSize · outputs] values; of a model of several outputs, these by name. */
export type StepOutputs = Float32Array | Readonly<Record<string, Float32Array>>;

/** A step without the axis of steps, where the input has one. */
export const stepShape = (whole: readonly number[], step: readonly number[]): readonly number[] =>
  step[0] === 1 && (whole[0] !== 1 || whole.length > 1) ? step.slice(1) : step;

/** Numbers one after the other; undefined for what is no array of numbers. */
export function flat(x: unknown): ArrayLike<number> | undefined {
  if (typeof x === "number") return [x];
  if (ArrayBuffer.isView(x)) return "length" in x && !("asIntN" in x) ? (x as never) : undefined;
  if (!Array.isArray(x)) return undefined;
  const values: number[] = [];
  for (const value of x) {
    const part = flat(value);
    if (!part) return undefined;
    for (let i = 0; i < part.length; i++) values.push(part[i]);
  }
  return values;
}

/** @throws NablaError where a step of several inputs lacks one */
export function byName(x: unknown, name: string, inputs: readonly { readonly name: string }[]): StepValues {
  const value = (x as Readonly<Record<string, StepValues>> | null)?.[name];
  if (value === undefined)
    throw new NablaError(`push: expected { ${inputs.map(({ name }) => name).join(", ")} }, got no "${name}"`);
  return value;
}

/** Numbers of four bytes, which are copied as they are: told without leaving anything behind. */
export const inFloats = (x: unknown): x is Float32Array =>
  ArrayBuffer.isView(x) && (x as Float32Array).BYTES_PER_ELEMENT === 4;
