/**
 * Values of an ONNX graph. An axis as the file has it is made of factors, and so is an axis as the layer here has it; the factors are the
 * same ones in another order. So moving axes, splitting and joining them is a matter of writing lists, and only a layer that needs its
 * values in a certain order may cost a permutation.
 */
import { sizeOf } from "../../shape.ts";
import { Unsupported } from "../problems.ts";

/** Part of an axis, of more than one step. That of the batch may have one. */
export interface Factor {
  readonly size: number;
  readonly batch?: boolean;
}
/** An axis: factors from the outermost to the innermost. None: it has one step. */
export type Axis = readonly Factor[];

export interface Value {
  readonly kind: "value";
  /** The layer whose outputs it is. */
  readonly layer: string;
  /** As the file's operators see it, the batch included. */
  readonly axes: readonly Axis[];
  /** As the layer has it, without the batch. */
  readonly held: readonly Axis[];
  /** Whether the file computes with whole numbers here. */
  readonly whole?: boolean;
}

/** An input of the graph, and in which order the layers want it. */
export interface Entry {
  readonly value: Value;
  /** Numbers of the file's axes, for each axis here. */
  wish?: readonly (readonly number[])[];
}

/** Values that are known: weights, and what is computed of shapes. */
export interface Constant {
  readonly kind: "constant";
  readonly dims: readonly number[];
  /** Row-major. float32 as such, all other numbers as float64. */
  readonly data: Float32Array | Float64Array;
}
export type Term = Value | Constant;
export const isConstant = (term: Term | undefined): term is Constant => term?.kind === "constant";
export const isValue = (term: Term | undefined): term is Value => term?.kind === "value";

/** What the file calls it, and how many steps it has. */
export interface Mask {
  readonly name: string;
  readonly steps: number;
}
/** By layers; undefined where no step is padding. */
export type Masks = Map<string, Mask | undefined>;

export const lengthOf = (axis: Axis): number => axis.reduce((n, { size }) => n * size, 1);
/** The shape as the file's operators see it. */
export const dimsOf = (term: Term): number[] =>
  term.kind === "value" ? term.axes.map(lengthOf) : [...term.dims];
export const axisOf = (size: number): Axis => (size === 1 ? [] : [{ size }]);
export const constant = (
  dims: readonly number[],
  data: Float32Array | Float64Array | readonly number[],
): Constant => ({
  kind: "constant",
  dims,
  data: Array.isArray(data) ? Float64Array.from(data) : (data as Float32Array),
});

/** Factors without that of the batch. */
export const ofRow = (axis: Axis): Axis => axis.filter(({ batch }) => !batch);

/** The factors of an axis that an operator works along. @throws Unsupported where it goes through the batch */
export function along(value: Value, axis: number, what = "works"): Axis {
  if (value.axes[axis]!.some(({ batch, size }) => batch && size !== 1))
    throw new Unsupported(
      `it ${what} along axis ${axis}, which is the batch; if the model's first axis is none, pass { batch: false }, or the number of the axis that is`,
    );
  return ofRow(value.axes[axis]!);
}

/** An axis as a number from 0. */
export function axisAt(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= rank)
    throw new Unsupported(`there is no axis ${axis} among ${rank}`);
  return at;
}

/** The same value with each of some factors written as others. */
export function replaced(value: Value, by: ReadonlyMap<Factor, Axis>): Value {
  if (by.size === 0) return value;
  const write = (axis: Axis): Axis => axis.flatMap((factor) => by.get(factor) ?? [factor]);
  return { ...value, axes: value.axes.map(write), held: value.held.map(write) };
}

/**
 * The axes of a value with other ends: what `Reshape` does, without a layer.
 * @returns undefined where a new axis would begin within a factor that cannot be split there
 */
export function regrouped(value: Value, dims: readonly number[]): Value | undefined {
  const waiting = value.axes.flat();
  const split = new Map<Factor, Axis>();
  const axes: Factor[][] = [];
  for (const dim of dims) {
    const axis: Factor[] = [];
    let left = dim;
    while (left > 1 || (waiting[0]?.batch && waiting[0].size === 1)) {
      const factor = waiting.shift();
      if (!factor) return undefined;
      if (left % factor.size === 0) {
        axis.push(factor);
        left /= factor.size;
        continue;
      }
      if (factor.batch || factor.size % left !== 0) return undefined;
      const parts = [{ size: left }, { size: factor.size / left }];
      split.set(factor, parts);
      axis.push(parts[0]!);
      waiting.unshift(parts[1]!);
      left = 1;
    }
    axes.push(axis);
  }
  if (waiting.some(({ batch }) => !batch) || (waiting.length > 0 && axes.length === 0)) return undefined;
  axes[axes.length - 1]?.push(...waiting);
  // a part may have been split again
  const whole = (factor: Factor): Axis => split.get(factor)?.flatMap(whole) ?? [factor];
  const all = new Map([...split.keys()].map((factor) => [factor, whole(factor)] as const));
  return { ...replaced(value, all), axes };
}

/** Cuts factors until those of two axes of one length have the same sizes. @returns undefined where they do not divide */
export function refined(a: Axis, b: Axis): { a: Map<Factor, Axis>; b: Map<Factor, Axis> } | undefined {
  const ends = (axis: Axis) => axis.map((_, i) => sizeOf(axis.slice(0, i + 1).map(({ size }) => size)));
  const all = [...new Set([...ends(a), ...ends(b)])].sort((x, y) => x - y);
  const cutAt = (axis: Axis): Map<Factor, Axis> | undefined => {
    const cuts = new Map<Factor, Axis>();
    let begin = 1;
    for (const factor of axis) {
      const end = begin * factor.size;
      const within = [begin, ...all.filter((n) => n > begin && n < end), end];
      const parts = within.slice(1).map((n, i) => n / within[i]!);
      if (parts.length > 1) {
        if (factor.batch || !parts.every(Number.isInteger)) return undefined;
        cuts.set(
          factor,
          parts.map((size) => ({ size })),
        );
      }
      begin = end;
    }
    return cuts;
  };
  const [first, second] = [cutAt(a), cutAt(b)];
  return first && second && { a: first, b: second };
}

/** Where the values of an axis's factors lie in a row-major constant: a step for each. */
export function stepsOf(axis: Axis, step: number): Map<Factor, number> {
  const steps = new Map<Factor, number>();
  let inner = step;
  for (const factor of [...axis].reverse()) {
    steps.set(factor, inner);
    inner *= factor.size;
  }
  return steps;
}

/** A constant's values in the order of some factors, along which it has steps. */
export function spread({ data }: Constant, factors: Axis, steps: ReadonlyMap<Factor, number>): Float32Array {
  let places = [0];
  for (const factor of factors) {
    const step = steps.get(factor) ?? 0;
    places = places.flatMap((at) => Array.from({ length: factor.size }, (_, i) => at + i * step));
  }
  return Float32Array.from(places, (at) => data[at]!);
}

/** Rows of a matrix in the order in which values lie, where that is not the file's. */
export function rowsInOrder(data: Float32Array, width: number, file: Axis, order: Axis): Float32Array {
  if (file.every((factor, i) => factor === order[i])) return data;
  const steps = stepsOf(file, 1);
  const rows = spread(
    constant(
      [lengthOf(file)],
      Float64Array.from({ length: lengthOf(file) }, (_, i) => i),
    ),
    order,
    steps,
  );
  const out = new Float32Array(data.length);
  rows.forEach((row, i) => {
    out.set(data.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}

/** The sizes that Reshape asks for, −1 and 0 resolved. */
export function targetOf(dims: readonly number[], asked: readonly number[], allowZero: boolean): number[] {
  const sizes = asked.map((n, i) => (n === 0 && !allowZero ? (dims[i] ?? 1) : n));
  const known = sizes.filter((n) => n !== -1).reduce((a, b) => a * b, 1);
  const all = dims.reduce((a, b) => a * b, 1);
  return sizes.map((n) => (n === -1 ? all / known : n));
}

/** Steps that are joined with the batch: each is an image by itself. */
export const batchSteps = ({ axes }: Value): Axis[] => {
  const steps = ofRow(axes[0]!);
  return steps.length > 0 ? [steps] : [];
};

export const sameAxes = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a.length === b.length && a.every((axis, i) => sameFactors(axis, b[i]!));
export const sameFactors = (a: Axis, b: Axis): boolean =>
  a.length === b.length && a.every((factor, i) => factor === b[i]);
