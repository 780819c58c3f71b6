/** What is computed of constants alone: shapes mostly, as exporters write them. */

import { permuted } from "../../interop/layouts.ts";
import { pow } from "../../math/elementary.ts";
import { Unsupported } from "../problems.ts";
import type { Handlers, Op } from "./op.ts";
import { along, isFloat, joined, like, type Numbers, parts, size, sliced, triangle } from "./pieces.ts";
import { axisAt, type Constant, constant, dimsOf, isConstant, targetOf } from "./value.ts";

/** The shape that shapes are broadcast to. */
function common(op: Op, all: readonly Constant[]): number[] {
  const rank = Math.max(...all.map(({ dims }) => dims.length));
  const dims = Array.from({ length: rank }, (_, i) => {
    const sizes = all.map(({ dims }) => dims[i - rank + dims.length] ?? 1);
    const n = sizes.includes(0) ? 0 : Math.max(...sizes);
    if (sizes.some((each) => each !== 1 && each !== n))
      throw new Unsupported("its constants have shapes that do not fit");
    return n;
  });
  if (size(dims) > op.at.most) throw new Unsupported("its constants would be larger than the file");
  return dims;
}

/** Where the value at each place of a broadcast shape is. */
function places({ dims }: Constant, wanted: readonly number[]): number[] {
  let at = [0];
  wanted.forEach((n, i) => {
    const own = i - wanted.length + dims.length;
    const step = own < 0 || dims[own] === 1 ? 0 : size(dims.slice(own + 1));
    at = at.flatMap((from) => Array.from({ length: n }, (_, j) => from + j * step));
  });
  return at;
}

const each =
  (f: (...values: number[]) => number, whole = false) =>
  (op: Op): Constant => {
    const all = op.inputs.map((_, i) => op.known(i));
    const dims = common(op, all);
    const where = all.map((one) => places(one, dims));
    const floats = !whole && all.some(isFloat);
    const out = new (floats ? Float32Array : Float64Array)(size(dims));
    for (let i = 0; i < out.length; i++) out[i] = f(...all.map(({ data }, k) => data[where[k]![i]!]!));
    return constant(dims, out);
  };

function axesOf(op: Op): number[] | undefined {
  return op.opset < 13 ? op.ints("axes") : op.numbers("axes", 1);
}

function reduced(f: (a: number, b: number) => number, start: number) {
  return (op: Op): Constant => {
    const one = op.known(0);
    const asked = op.ints("axes") ?? op.numbers("axes", 1);
    if (asked && asked.length < one.dims.length) throw new Unsupported("it reduces some axes of a constant");
    return constant(op.int("keepdims", 1) ? one.dims.map(() => 1) : [], [
      Array.from(one.data).reduce(f, start),
    ]);
  };
}

function dequantised(op: Op): Constant {
  const [x, scale, zero] = [op.known(0), op.known(1), op.maybe(2)];
  const axis = scale.data.length === 1 ? 0 : axisAt(op.int("axis", 1), x.dims.length);
  const inner = size(x.dims.slice(axis + 1));
  const n = scale.data.length;
  const out = Float32Array.from(x.data, (value, i) => {
    const k = n === 1 ? 0 : Math.floor(i / inner) % n;
    return (value - (zero?.data[k] ?? 0)) * scale.data[k]!;
  });
  return constant(x.dims, out);
}

function filled(op: Op): Constant {
  const dims = Array.from(op.known(0).data);
  if (!(size(dims) <= op.at.most) || !dims.every((n) => Number.isSafeInteger(n) && n >= 0))
    throw new Unsupported("its constants would be larger than the file");
  const tensor = op.tensor("value");
  const value = tensor ?? constant([1], Float32Array.of(0));
  return constant(dims, like(value.data, size(dims)).fill(value.data[0]!));
}

function shapeOf(op: Op): Constant {
  const dims = dimsOf(op.term(0));
  const at = (n: number) => Math.min(Math.max(n < 0 ? n + dims.length : n, 0), dims.length);
  const cut = dims.slice(at(op.int("start")), at(op.int("end", dims.length)));
  return constant([cut.length], cut);
}

type Fold = (op: Op) => Constant | readonly Constant[];

/** Of shapes, whatever they are of. */
export const handlers: Handlers = {
  Shape: shapeOf,
  Size: (op) => constant([], [size(dimsOf(op.term(0)))]),
};

export const FOLDS: Readonly<Record<string, Fold>> = {
  ConstantOfShape: filled,
  DequantizeLinear: dequantised,
  Add: each((a, b) => a + b),
  Sub: each((a, b) => a - b),
  Mul: each((a, b) => a * b),
  Div(op) {
    const whole = !op.inputs.some((one) => isConstant(one) && isFloat(one));
    return each((a, b) => (whole ? Math.trunc(a / b) : a / b))(op);
  },
  Pow: each(pow),
  Mod: each((a, b) => a - b * Math.floor(a / b)),
  Max: each(Math.max),
  Min: each(Math.min),
  Neg: each((a) => -a),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Reciprocal: each((a) => 1 / a),
  Equal: each((a, b) => Number(a === b), true),
  Greater: each((a, b) => Number(a > b), true),
  Less: each((a, b) => Number(a < b), true),
  GreaterOrEqual: each((a, b) => Number(a >= b), true),
  LessOrEqual: each((a, b) => Number(a <= b), true),
  Not: each((a) => Number(!a), true),
  And: each((a, b) => Number(a && b), true),
  Or: each((a, b) => Number(a || b), true),
  Where: each((c, a, b) => (c ? a : b)),
  Identity: (op) => op.known(0),
  Dropout: (op) => op.known(0),
  Cast(op) {
    const { dims, data } = op.known(0);
    const to = op.int("to", 1);
    if ([1, 10, 11, 16].includes(to)) return constant(dims, Float32Array.from(data));
    return constant(dims, Float64Array.from(data, to === 9 ? (n) => Number(n !== 0) : Math.trunc));
  },
  Reshape(op) {
    const { dims, data } = op.known(0);
    const asked = op.opset < 5 ? (op.ints("shape") ?? []) : Array.from(op.known(1).data);
    const target = targetOf(dims, asked, Boolean(op.int("allowzero")));
    if (size(target) !== data.length) throw new Unsupported("it makes a shape of other values");
    return constant(target, data);
  },
  Flatten(op) {
    const { dims, data } = op.known(0);
    const axis = op.int("axis", 1);
    return constant([size(dims.slice(0, axis)), size(dims.slice(axis))], data);
  },
  Transpose(op) {
    const { dims, data } = op.known(0);
    const order = op.ints("perm") ?? dims.map((_, i) => dims.length - 1 - i);
    if (order.length !== dims.length || new Set(order).size < order.length)
      throw new Unsupported("perm is no order of its axes");
    order.forEach((axis) => axisAt(axis, dims.length));
    return constant(
      order.map((axis) => dims[axis]!),
      order.length > 0 ? permuted(data as Float32Array, dims, order) : data,
    );
  },
  Squeeze(op) {
    const { dims, data } = op.known(0);
    const gone = axesOf(op)?.map((axis) => axisAt(axis, dims.length));
    return constant(
      dims.filter((n, i) => (gone ? !gone.includes(i) : n !== 1)),
      data,
    );
  },
  Unsqueeze(op) {
    const { dims, data } = op.known(0);
    const asked = axesOf(op) ?? [];
    const rank = dims.length + asked.length;
    const fresh = asked.map((axis) => axisAt(axis, rank));
    const own = [...dims];
    return constant(
      Array.from({ length: rank }, (_, i) => (fresh.includes(i) ? 1 : own.shift()!)),
      data,
    );
  },
  Concat: joined,
  Split: parts,
  Trilu: triangle,
  Slice: sliced,
  Gather(op) {
    const [one, at] = [op.known(0), op.known(1)];
    const axis = axisAt(op.int("axis"), one.dims.length);
    const n = one.dims[axis]!;
    const chosen = Array.from(at.data, (i) => (i < 0 ? i + n : i));
    return along(one, axis, chosen, [...one.dims.slice(0, axis), ...at.dims, ...one.dims.slice(axis + 1)]);
  },
  Expand(op) {
    const one = op.known(0);
    const asked = constant(Array.from(op.known(1).data), new Float64Array(0));
    const dims = common(op, [one, asked]);
    return constant(dims, spread(one, dims));
  },
  Range(op) {
    const [from, to, step] = [0, 1, 2].map((i) => op.known(i).data[0]!) as [number, number, number];
    const n = Math.max(0, Math.ceil((to - from) / step));
    if (!(n <= op.at.most)) throw new Unsupported("its constants would be larger than the file");
    return constant(
      [n],
      like(op.known(0).data, n).map((_, i) => from + i * step),
    );
  },
  ReduceProd: reduced((a, b) => a * b, 1),
  ReduceSum: reduced((a, b) => a + b, 0),
  ReduceMax: reduced((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
};

function spread(one: Constant, dims: readonly number[]): Numbers {
  const where = places(one, dims);
  return like(one.data, where.length).map((_, i) => one.data[where[i]!]!);
}
