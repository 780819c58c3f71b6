/** Products with matrices. */
import { permuted } from "../../../interop/layouts.ts";
import { asFloats } from "../../numbers.ts";
import { Unsupported } from "../../problems.ts";
import { affine, linear } from "../affine.ts";
import { isConstant, isValue } from "../importing.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, type Constant, constant, type Value } from "../value.ts";

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
  if (isValue(op.inputs[1])) {
    const b = op.value(1);
    const right = op.int("transB") ? b : { ...b, axes: [b.axes[1]!, b.axes[0]!] };
    const product = affine(at, dot(op, a, right), constant([], [alpha]));
    const c = op.maybe(2);
    return c
      ? affine(
          at,
          product,
          undefined,
          constant(
            c.dims,
            Float32Array.from(c.data, (n) => n * beta),
          ),
        )
      : product;
  }
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
  const out = linear(
    at,
    a,
    1,
    { units, data: alpha === 1 ? data : () => data().map((n) => n * alpha) },
    { bias },
  );
  return scaled && !bias ? affine(at, out, undefined, constant(c.dims, scaled)) : out;
}

/** Rows of a times rows of b: [m, k] · [n, k] for each row of the batch. */
function dot(op: Op, a: Value, b: Value): Value {
  const { at } = op;
  const lines = (value: Value) => {
    const batch = value.axes.slice(0, -2);
    if (batch.some((axis) => axis.some((factor) => !factor.batch)))
      throw new Unsupported(
        "it multiplies many matrices of the model's input at once; heads of attention are read where their mask is known when the file is opened: export without key_padding_mask",
      );
    const rank = value.axes.length;
    return at.arrange(value, [along(value, rank - 2), along(value, rank - 1)]);
  };
  const [left, right] = [lines(a), lines(b)];
  const layer = at.add("dot", { axes: [2, 2] }, [left, right]).config.name;
  const held = [left.held[0]!, right.held[0]!.map(({ size }) => ({ size }))];
  const longer = a.axes.length >= b.axes.length ? a : b;
  return { kind: "value", layer, held, axes: [...longer.axes.slice(0, -2), ...held] };
}

function matMul(op: Op): Value {
  const { at } = op;
  const [a, b] = op.inputs;
  if (isValue(a) && isConstant(b)) {
    const { rows, units, data } = matrixOf(b, false);
    const axis = a.axes.length - 1;
    checked(a, axis, rows);
    const out = linear(at, a, axis, { units, data });
    return b.dims.length === 1 ? without(out, axis) : out;
  }
  if (isConstant(a) && isValue(b)) {
    const { rows, units, data } = matrixOf(a.dims.length === 1 ? constant([1, ...a.dims], a.data) : a, true);
    const axis = Math.max(0, b.axes.length - 2);
    checked(b, axis, rows);
    const out = linear(at, b, axis, { units, data });
    return a.dims.length === 1 ? without(out, axis) : out;
  }
  const [left, right] = [op.value(0), op.value(1)];
  if (left.axes.length < 2 || right.axes.length < 2)
    throw new Unsupported("it multiplies vectors that both depend on the model's input");
  const rank = right.axes.length;
  const turned = [...right.axes.slice(0, -2), right.axes[rank - 1]!, right.axes[rank - 2]!];
  return dot(op, left, { ...right, axes: turned });
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
