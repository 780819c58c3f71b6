/** Functions of each value, and of rows: those that most nets have. */

import { Unsupported } from "../../problems.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import { along, axisAt, type Value } from "../value.ts";

const plain =
  (activation: string): Handler =>
  (op) =>
    op.at.activate(op.value(), activation);

/** Over one axis; before opset 13 over all from it on. */
const rows =
  (activation: string): Handler =>
  (op) => {
    const value = op.value();
    const rank = value.axes.length;
    const axis = axisAt(op.int("axis", op.opset < 13 ? 1 : -1), Math.max(rank, 1));
    const axes = op.opset < 13 ? value.axes.slice(axis).map((_, i) => axis + i) : [axis];
    const factors = axes.flatMap((each) => along(value, each));
    const { value: ready } = op.at.innermost(value, factors);
    return op.at.activate(ready, activation);
  };

function clip(op: Op): Value {
  const bound = (i: number, name: string, fallback: number) => {
    const known = op.opset < 11 ? undefined : op.maybe(i);
    if (known && known.data.length !== 1) throw new Unsupported(`${name} is not one number`);
    return known?.data[0] ?? (op.opset < 11 ? op.float(name, fallback) : fallback);
  };
  const [low, high] = [bound(1, "min", -Infinity), bound(2, "max", Infinity)];
  const most = Math.fround(high);
  // as ReLU 6
  return low === 0 && most > 0 && most < 3e38
    ? op.at.activate(op.value(), "relu", { maxValue: most })
    : op.at.part<typeof import("./functions.ts")>("functions").clipped(op.at, op.value(), low, high);
}

export const activations: Handlers = {
  Relu: plain("relu"),
  Sigmoid: plain("sigmoid"),
  Tanh: plain("tanh"),
  Softmax: rows("softmax"),
  LogSoftmax: rows("logSoftmax"),
  Clip: clip,
  LeakyRelu(op) {
    const alpha = op.float("alpha", 0.01);
    // the layer's slope is not below 0
    if (alpha < 0) throw new Unsupported(`alpha ${alpha}: a slope below 0 there is not here`);
    return op.at.activate(op.value(), "leakyRelu", { alpha });
  },
  Elu: (op) => op.at.activate(op.value(), "elu", { alpha: op.float("alpha", 1) }),
};
