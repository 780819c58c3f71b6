/** Parts of constants, and constants one after the other. */
import { isA } from "../../tags.ts";
import { Unsupported } from "../problems.ts";
import type { Op } from "./op.ts";
import { partsOf, picked } from "./ops/cutting.ts";
import { axisAt, type Constant, constant } from "./value.ts";

export type Numbers = Float32Array | Float64Array;
export const size = (dims: readonly number[]) => dims.reduce((a, b) => a * b, 1);
export const isFloat = ({ data }: Constant) => isA("Float32Array", data);
export const like = (data: Numbers, n: number): Numbers =>
  isA("Float32Array", data) ? new Float32Array(n) : new Float64Array(n);

/** Stretches of an axis, chosen one by one. */
export function along(
  one: Constant,
  axis: number,
  chosen: readonly number[],
  dims?: readonly number[],
): Constant {
  const [outer, n, inner] = [size(one.dims.slice(0, axis)), one.dims[axis]!, size(one.dims.slice(axis + 1))];
  const out = like(one.data, outer * chosen.length * inner);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const at of chosen) {
      if (!(Number.isInteger(at) && at >= 0 && at < n)) throw new Unsupported(`it takes place ${at} of ${n}`);
      out.set(one.data.subarray((o * n + at) * inner, (o * n + at + 1) * inner), to);
      to += inner;
    }
  return constant(dims ?? [...one.dims.slice(0, axis), chosen.length, ...one.dims.slice(axis + 1)], out);
}

export function joined(op: Op): Constant {
  const all = op.inputs.map((_, i) => op.known(i));
  const rank = all[0]?.dims.length ?? 0;
  const axis = axisAt(op.int("axis"), rank);
  if (
    !all.every(
      ({ dims }) => dims.length === rank && dims.every((n, i) => i === axis || n === all[0]!.dims[i]),
    )
  )
    throw new Unsupported("its constants have shapes that do not fit");
  const n = all.reduce((sum, { dims }) => sum + dims[axis]!, 0);
  const [outer, inner] = [size(all[0]!.dims.slice(0, axis)), size(all[0]!.dims.slice(axis + 1))];
  const out = like(all.some(isFloat) ? new Float32Array() : new Float64Array(), outer * n * inner);
  let to = 0;
  for (let o = 0; o < outer; o++)
    for (const { dims, data } of all) {
      const width = dims[axis]! * inner;
      out.set(data.subarray(o * width, (o + 1) * width), to);
      to += width;
    }
  return constant([...all[0]!.dims.slice(0, axis), n, ...all[0]!.dims.slice(axis + 1)], out);
}

export function sliced(op: Op): Constant {
  let one = op.known(0);
  const list = (name: string, i: number) => (op.opset < 10 ? op.ints(name) : op.numbers(name, i));
  const starts = list("starts", 1) ?? [];
  const ends = list("ends", 2) ?? [];
  const axes = list("axes", 3) ?? starts.map((_, i) => i);
  const steps = (op.opset < 10 ? undefined : op.numbers("steps", 4)) ?? starts.map(() => 1);
  axes.forEach((given, i) => {
    const axis = axisAt(given, one.dims.length);
    one = along(one, axis, picked(one.dims[axis]!, starts[i]!, ends[i]!, steps[i]!));
  });
  return one;
}

/** Parts of a constant along an axis. */
export function parts(op: Op): Constant[] {
  const one = op.known(0);
  const axis = axisAt(op.int("axis"), one.dims.length);
  const n = one.dims[axis]!;
  let at = 0;
  return partsOf(op, n).map((length) => {
    at += length;
    return along(
      one,
      axis,
      Array.from({ length }, (_, i) => at - length + i),
    );
  });
}

/** The upper or lower triangle of the last two axes, with zeros instead of the other. */
export function triangle(op: Op): Constant {
  const { dims, data } = op.known(0);
  const [rows, columns] = [dims[dims.length - 2], dims[dims.length - 1]];
  if (rows === undefined) throw new Unsupported("its constant has no two axes");
  const [shift, upper] = [op.maybe(1)?.data[0] ?? 0, op.int("upper", 1)];
  return constant(
    dims,
    data.map((n, i) => {
      const above = (i % columns!) - (Math.floor(i / columns!) % rows) - shift;
      return (upper ? above >= 0 : above <= 0) ? n : 0;
    }),
  );
}
