/** Normalisation by what comes in. */
import { NORMALISATION } from "../../../interop/layouts.ts";
import { Unsupported } from "../../problems.ts";
import type { Handlers, Op } from "../op.ts";
import { type Axis, along, axisAt, batchSteps, lengthOf, rowsInOrder, type Value } from "../value.ts";

const { epsilon: EPSILON } = NORMALISATION.onnx;

const floats = (data: ArrayLike<number>) => Float32Array.from(data);

/** The axis of channels innermost, pixels before it as they lie. */
function channelsLast(op: Op, rank = 2): { value: Value; channels: number } {
  const given = op.value();
  if (given.axes.length < rank)
    throw new Unsupported(`its input has ${given.axes.length} axes, not ${rank} or more`);
  const factors = along(given, 1);
  const { value, order } = op.at.innermost(given, factors);
  if (order.some((factor, i) => factor !== factors[i])) {
    const sorted = [...value.held.slice(0, -1), factors];
    return { value: op.at.arrange(value, sorted), channels: lengthOf(factors) };
  }
  return { value, channels: lengthOf(factors) };
}

function layerNorm(op: Op): Value {
  const given = op.value();
  const first = axisAt(op.int("axis", -1), given.axes.length);
  const factors = given.axes.slice(first).flatMap((_, i) => along(given, first + i));
  const { value, order } = op.at.innermost(given, factors);
  const n = lengthOf(factors);
  const [scale, bias] = [op.maybe(1, "its scale"), op.maybe(2, "its bias")];
  const whole = (data: ArrayLike<number>) =>
    data.length === n ? floats(data) : data.length === 1 ? new Float32Array(n).fill(data[0]!) : undefined;
  const [gamma, beta] = [scale && whole(scale.data), bias && whole(bias.data)];
  const inLayer = (!scale || gamma) && (!bias || beta);
  const vector = (data: Float32Array) => ({ shape: [n], data: () => rowsInOrder(data, 1, factors, order) });
  const options = {
    epsilon: Math.max(op.float("epsilon", EPSILON), 1e-12),
    scale: Boolean(inLayer && gamma),
    center: Boolean(inLayer && beta),
  };
  const done = op.at.unary(
    value,
    "layerNormalization",
    options,
    inLayer ? { ...(gamma && { gamma: vector(gamma) }), ...(beta && { beta: vector(beta) }) } : {},
  );
  return inLayer ? done : op.at.affine(done, scale, bias);
}

/** Over the pixels, and the channels of a group; of steps that are joined with the batch, over those of each by itself. */
function groupNorm(op: Op, groups: number, perGroup = false): Value {
  const given = op.value();
  const pixels = given.axes.slice(2).map((_, i) => along(given, i + 2));
  const steps = batchSteps(given);
  const { value, channels } =
    steps.length > 0 && pixels.length > 0
      ? {
          value: op.at.arrange(given, [...steps, ...pixels, along(given, 1)]),
          channels: lengthOf(along(given, 1)),
        }
      : channelsLast(op, 3);
  const spread = (data: ArrayLike<number>): Float32Array =>
    data.length === channels || !perGroup
      ? floats(data)
      : Float32Array.from({ length: channels }, (_, i) => data[Math.floor((i * data.length) / channels)]!);
  const vector = (i: number, what: string) => {
    const data = spread(op.known(i, what).data);
    return { shape: [channels], data: () => data };
  };
  const weights = { gamma: vector(1, "its scale"), beta: vector(2, "its bias") };
  const options = { groups, epsilon: Math.max(op.float("epsilon", EPSILON), 1e-12) };
  return { ...value, layer: op.at.added(value, "groupNormalization", options, weights).layer };
}

export const handlers: Handlers = {
  LayerNormalization: layerNorm,
  InstanceNormalization: (op) => groupNorm(op, -1),
  GroupNormalization: (op) => groupNorm(op, op.int("num_groups", 1), op.opset < 21),
  MeanVarianceNormalization(op) {
    const value = op.value();
    const axes = (op.ints("axes") ?? [0, 2, 3]).map((axis) => axisAt(axis, value.axes.length));
    const factors: Axis = axes.flatMap((axis) => along(value, axis));
    const { value: ready } = op.at.innermost(value, factors);
    // the operator divides by the deviation + 1e-9
    return op.at.unary(ready, "layerNormalization", { epsilon: 1e-12, scale: false, center: false });
  },
};
