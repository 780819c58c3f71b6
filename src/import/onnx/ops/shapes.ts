/** The same values elsewhere: most of it costs no layer. */

import { Unsupported } from "../../problems.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import { type Axis, axisAt, dimsOf, lengthOf, type Term, targetOf, type Value } from "../value.ts";

const same: Handler = (op) => op.value();

function squeezed(op: Op): Value {
  const value = op.value();
  const rank = value.axes.length;
  const asked = op.opset < 13 ? op.ints("axes") : op.numbers("axes", 1);
  const gone = asked
    ? asked.map((axis) => axisAt(axis, rank))
    : dimsOf(value).flatMap((n, i) => (n === 1 ? [i] : []));
  for (const axis of gone)
    if (lengthOf(value.axes[axis]!) !== 1)
      throw new Unsupported(`it leaves out axis ${axis}, which has ${lengthOf(value.axes[axis]!)} steps`);
  return op.at.reshape(
    value,
    dimsOf(value).filter((_, i) => !gone.includes(i)),
  );
}

function unsqueezed(op: Op): Value {
  const value = op.value();
  const asked = (op.opset < 13 ? op.ints("axes") : op.numbers("axes", 1)) ?? [];
  const rank = value.axes.length + asked.length;
  const fresh = new Set(asked.map((axis) => axisAt(axis, rank)));
  const own = [...value.axes];
  return { ...value, axes: Array.from({ length: rank }, (_, i): Axis => (fresh.has(i) ? [] : own.shift()!)) };
}

function transposed(op: Op): Value {
  const value = op.value();
  const order = op.ints("perm") ?? value.axes.map((_, i) => value.axes.length - 1 - i);
  if (order.length !== value.axes.length || new Set(order).size < order.length)
    throw new Unsupported(`perm [${order.join(", ")}] is no order of ${value.axes.length} axes`);
  return { ...value, axes: order.map((axis) => value.axes[axisAt(axis, value.axes.length)]!) };
}

function cast(op: Op): Value {
  const to = op.int("to", 1);
  // numbers that are looked up in tables come as whole ones anyway
  if (![1, 6, 7, 10, 11, 12, 13, 16].includes(to))
    throw new Unsupported(`it makes values of type number ${to}; layers here compute with float32`);
  return { ...op.value(), whole: ![1, 10, 11, 16].includes(to) };
}

function dropout(op: Op): Term[] {
  const value = op.value();
  const rate = (op.opset < 12 ? op.float("ratio", 0.5) : (op.maybe(1)?.data[0] ?? 0.5)) as number;
  if (op.maybe(2)?.data[0])
    throw new Unsupported(
      "training_mode 1: it was exported in the middle of training; export the model for prediction (PyTorch: model.eval())",
    );
  return [rate > 0 && rate < 1 ? op.at.unary(value, "dropout", { rate: Math.fround(rate) }) : value];
}

export const shapes: Handlers = {
  Identity: same,
  Cast: cast,
  CastLike: same,
  Dropout: dropout,
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Transpose: transposed,
  Reshape(op) {
    const asked = op.opset < 5 ? (op.ints("shape") ?? []) : Array.from(op.known(1, "its shape").data);
    return op.at.reshape(op.value(), targetOf(op.dims, asked, Boolean(op.int("allowzero"))));
  },
  Flatten(op) {
    const { dims } = op;
    const axis = op.int("axis", 1) === dims.length ? dims.length : axisAt(op.int("axis", 1), dims.length);
    const size = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
    return op.at.reshape(op.value(), [size(dims.slice(0, axis)), size(dims.slice(axis))]);
  },
};
