/** Functions of each value that few nets have. */

import { Unsupported } from "../../problems.ts";
import type { Importing } from "../importing.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import { type Constant, constant, ofRow, type Value } from "../value.ts";

const number = (n: number): Constant => constant([], [n]);

const plain =
  (activation: string): Handler =>
  (op) =>
    op.at.activate(op.value(), activation);

const times = (at: Importing, a: Value, b: Value): Value =>
  at.part<typeof import("./arithmetic.ts")>("arithmetic").times(at, a, b);
const plus = (at: Importing, a: Value, b: Value, type?: string): Value =>
  at.part<typeof import("./arithmetic.ts")>("arithmetic").plus(at, a, b, type);

/** Values between two bounds. */
export function clipped(at: Importing, value: Value, low: number, high: number): Value {
  if (low > high)
    throw new Unsupported(`it clips between ${low} and ${high}, between which there is nothing`);
  const [least, most] = [Math.fround(low), Math.fround(high)];
  const bounded = most < 3e38;
  if (least < -3e38) {
    if (!bounded) return value;
    // x below a bound: the negative above its negative
    return at.affine(
      at.activate(at.affine(value, number(-1), number(most)), "relu"),
      number(-1),
      number(most),
    );
  }
  const moved = least === 0 ? value : at.affine(value, undefined, number(-least));
  const cut = bounded
    ? at.activate(moved, "relu", { maxValue: most - least || 1e-30 })
    : at.activate(moved, "relu");
  return least === 0 ? cut : at.affine(cut, undefined, number(least));
}

function prelu(op: Op): Value {
  const given = op.value();
  const known = op.known(1, "its slopes");
  // in old versions they belong to the channels
  const old = op.opset < 7 && known.dims.length === 1 && given.axes.length > 2;
  const slope = old ? constant([...known.dims, ...given.axes.slice(2).map(() => 1)], known.data) : known;
  if (slope.data.length === 1 && slope.data[0]! >= 0)
    return op.at.activate(given, "leakyRelu", { alpha: Math.fround(slope.data[0]!) });
  // each axis here is one of the file's, so that slopes are shared along whole ones
  const value = given.held.every((axis) => axis.length < 2) ? given : op.at.inOrder(given);
  const shift = value.axes.length - slope.dims.length;
  const shared: number[] = [];
  const order: number[] = [];
  value.held.forEach((axis, i) => {
    const own = value.axes.findIndex((each) => axis.length > 0 && ofRow(each)[0] === axis[0]);
    const n = own < 0 ? 1 : (slope.dims[own - shift] ?? 1);
    if (n === 1) shared.push(i + 1);
    else order.push(own - shift);
  });
  const shape = op.at.building.layers.get(value.layer)!.shape.map((n, i) => (shared.includes(i + 1) ? 1 : n));
  const steps = slope.dims.map((_, i) => slope.dims.slice(i + 1).reduce((a, b) => a * b, 1));
  let places = [0];
  for (const axis of order)
    places = places.flatMap((from) =>
      Array.from({ length: slope.dims[axis]! }, (_, i) => from + i * steps[axis]!),
    );
  return op.at.unary(
    value,
    "prelu",
    { sharedAxes: shared },
    { alpha: { shape, data: () => Float32Array.from(places, (i) => slope.data[i]!) } },
  );
}

/** 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), as Hendrycks & Gimpel 2016 approximate it. */
function gelu(op: Op): Value {
  const { at } = op;
  const x = op.value();
  if (op.text("approximate", "none") === "none") return at.activate(x, "gelu");
  const c = Math.sqrt(2 / Math.PI);
  const inner = at.affine(times(at, x, x), number(0.044715 * c), number(c));
  const tanh = at.unary(times(at, x, inner), "activation", { activation: "tanh" });
  return times(at, x, at.affine(tanh, number(0.5), number(0.5)));
}

export const handlers: Handlers = {
  Softplus: plain("softplus"),
  Softsign: plain("softsign"),
  HardSwish: plain("hardSwish"),
  Gelu: gelu,
  PRelu: prelu,
  Selu(op) {
    const [alpha, gamma] = [op.float("alpha", 1.6732632423543772), op.float("gamma", 1.0507009873554805)];
    if (Math.abs(alpha - 1.6732632423543772) < 1e-4 && Math.abs(gamma - 1.0507009873554805) < 1e-4)
      return op.at.activate(op.value(), "selu");
    return op.at.affine(
      op.at.unary(op.value(), "activation", { activation: { name: "elu", alpha } }),
      number(gamma),
    );
  },
  Celu(op) {
    const alpha = op.float("alpha", 1);
    if (alpha === 1) return op.at.activate(op.value(), "elu");
    const elu = op.at.unary(op.at.affine(op.value(), number(1 / alpha)), "activation", {
      activation: "elu",
    });
    return op.at.affine(elu, number(alpha));
  },
  ThresholdedRelu: (op) => op.at.activate(op.value(), "relu", { threshold: op.float("alpha", 1) }),
  HardSigmoid(op) {
    const [alpha, beta] = [op.float("alpha", 0.2), op.float("beta", 0.5)];
    if (Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5) return op.at.activate(op.value(), "hardSigmoid");
    return clipped(op.at, op.at.affine(op.value(), number(alpha), number(beta)), 0, 1);
  },
  Swish(op) {
    const alpha = op.float("alpha", 1);
    if (alpha === 1) return op.at.activate(op.value(), "silu");
    return times(
      op.at,
      op.value(),
      op.at.unary(op.at.affine(op.value(), number(alpha)), "activation", { activation: "sigmoid" }),
    );
  },
  Mish(op) {
    const inner = op.at.unary(op.value(), "activation", { activation: "softplus" });
    return times(op.at, op.value(), op.at.unary(inner, "activation", { activation: "tanh" }));
  },
  Sign(op) {
    const step = (value: Value) => op.at.unary(value, "activation", { activation: "step" });
    return plus(op.at, step(op.value()), step(op.at.affine(op.value(), number(-1))), "subtract");
  },
  Shrink(op) {
    const [limit, bias] = [op.float("lambd", 0.5), op.float("bias", 0)];
    const half = (value: Value) => {
      const kept = op.at.unary(value, "activation", { activation: { name: "relu", threshold: limit } });
      if (bias === 0) return kept;
      const on = op.at.unary(op.at.affine(value, undefined, number(-limit)), "activation", {
        activation: "step",
      });
      return plus(op.at, kept, op.at.affine(on, number(bias)), "subtract");
    };
    return plus(op.at, half(op.value()), half(op.at.affine(op.value(), number(-1))), "subtract");
  },
};
