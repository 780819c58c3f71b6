/** Products with matrices. */
import { permuted } from "../../../interop/layouts.ts";
import { asFloats } from "../../numbers.ts";
import { Unsupported } from "../../problems.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, type Constant, constant, isConstant, isValue, type Value } from "../value.ts";

/** A matrix [in, out] of the last two axes of a constant. */
function matrixOf(
  { dims, data }: Constant,
  transposed: boolean,
): { rows: number; units: number; data: () => Float32Array } {
  const two = dims.length === 1 ? [dims[0]!, 1] : dims.slice(-2);
  if (dims.slice(0, -2).some((n) => n !== 1))
    throw new Unsupported("it multiplies with several matrices at once; layers here have one");
  const [a, b] = two as [number, number];
  // read, and never written
  const own = () => asFloats(data);
  return transposed
    ? { rows: b, units: a, data: () => permuted(own(), [a, b], [1, 0]) }
    : { rows: a, units: b, data: own };
}

function checked(value: Value, axis: number, rows: number): void {
  const n = along(value, axis, "multiplies").reduce((size, factor) => size * factor.size, 1);
  if (n !== rows) throw new Unsupported(`its matrix has ${rows} rows for ${n} values`);
}

function gemm(op: Op): Value {
  const { at } = op;
  const [alpha, beta] = [op.float("alpha", 1), op.float("beta", 1)];
  const given = op.value();
  if (given.axes.length !== 2) throw new Unsupported(`its input has ${given.axes.length} axes, not 2`);
  const a = op.int("transA") ? { ...given, axes: [given.axes[1]!, given.axes[0]!] } : given;
  if (isValue(op.inputs[1])) return op.at.part<typeof import("./products.ts")>("products").gemm(op, a);
  const { rows, units, data } = matrixOf(op.known(1, "its weights"), Boolean(op.int("transB")));
  checked(a, 1, rows);
  const c = op.maybe(2, "its bias");
  const scaled = c && Float32Array.from(c.data, (n) => n * beta);
  const bias =
    scaled &&
    (scaled.length === 1
      ? new Float32Array(units).fill(scaled[0]!)
      : scaled.length === units && c.dims[c.dims.length - 1] === units
        ? scaled
        : undefined);
  const out = at.linear(
    a,
    1,
    { units, data: alpha === 1 ? data : () => data().map((n) => n * alpha) },
    { bias },
  );
  return scaled && !bias ? at.affine(out, undefined, constant(c.dims, scaled)) : out;
}

function matMul(op: Op): Value {
  const { at } = op;
  const [a, b] = op.inputs;
  if (isValue(a) && isConstant(b)) {
    const { rows, units, data } = matrixOf(b, false);
    const axis = a.axes.length - 1;
    checked(a, axis, rows);
    const out = at.linear(a, axis, { units, data });
    return b.dims.length === 1 ? without(out, axis) : out;
  }
  if (isConstant(a) && isValue(b)) {
    const { rows, units, data } = matrixOf(a.dims.length === 1 ? constant([1, ...a.dims], a.data) : a, true);
    const axis = Math.max(0, b.axes.length - 2);
    checked(b, axis, rows);
    const out = at.linear(b, axis, { units, data });
    return a.dims.length === 1 ? without(out, axis) : out;
  }
  return op.at.part<typeof import("./products.ts")>("products").matMul(op);
}

/** The value without an axis of one step. */
function without(value: Value, gone: number): Value {
  const axes = value.axes.filter((_, i) => i !== gone);
  const left: Axis = value.axes[gone]!;
  return {
    ...value,
    axes: left.length > 0 && axes.length > 0 ? [[...left, ...axes[0]!], ...axes.slice(1)] : axes,
  };
}

export const matrix: Handlers = { Gemm: gemm, MatMul: matMul };
