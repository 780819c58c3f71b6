/** What is computed with constants: scale · x + offset, and lines along an axis. */

import type { Importing } from "./importing.ts";
import type { Handlers } from "./op.ts";
import { lastAxes, spreadIn, stepsIn } from "./spread.ts";
import { type Axis, axisAt, type Constant, constant, lengthOf, type Value } from "./value.ts";

/** A variance that with an epsilon of 1e-12 is 1 as float32. */
const EPSILON = 1e-12;

const ONE = constant([], [1]);
const ZERO = constant([], [0]);
const isAll = ({ data }: Constant, n: number) => data.every((value) => value === n);

/** scale · x + offset, with constants of any shape that broadcasts. */
export function affine(at: Importing, given: Value, scale: Constant = ONE, offset: Constant = ZERO): Value {
  const rank = Math.max(scale.dims.length, offset.dims.length);
  const wanted = Array.from({ length: rank }, (_, i) =>
    Math.max(...[scale, offset].map(({ dims }) => dims[i - (rank - dims.length)] ?? 1)),
  );
  const value = at.part<typeof import("./ops/arithmetic.ts")>("arithmetic").expanded(at, given, wanted);
  if (isAll(scale, 1) && isAll(offset, 0)) return value;
  const [times, plus] = [stepsIn(value, scale), stepsIn(value, offset)];
  if (times.size + plus.size === 0 || (scale.data.length === 1 && offset.data.length === 1)) {
    const { config } = at.building.layers.get(value.layer)!;
    // scale · x and then an offset are one layer
    if (config.type === "rescaling" && !config.offset && isAll(scale, 1) && at.isOnly(value)) {
      config.offset = Math.fround(offset.data[0]!);
      return value;
    }
    return at.unary(value, "rescaling", {
      scale: Math.fround(scale.data[0]!),
      offset: Math.fround(offset.data[0]!),
    });
  }
  const from = lastAxes(value, new Map([...times, ...plus]));
  const [outer, last] = [value.held.slice(0, from), value.held.slice(from)];
  const flat = last.flat();
  const gamma = spreadIn(at, scale, flat, times);
  const beta = spreadIn(at, offset, flat, plus);
  if (from === value.held.length - 1 && isAll(scale, 1) && withBias(at, value, beta)) return value;
  if (from === value.held.length - 1 && withGamma(at, value, gamma, beta)) return value;
  if (from === 0 && value.held.length === 2 && isAll(scale, 1)) return positioned(at, value, beta);
  const lines = at.arrange(value, [...outer, flat]);
  at.left(
    "a constant that is multiplied or added and belongs to no layer stays as it is when the model is trained",
  );
  const n = flat.length === 0 ? 1 : lengthOf(flat);
  const vector = (data: Float32Array) => ({ shape: [n], data: () => data });
  const done = at.unary(
    lines,
    "batchNormalization",
    // constants stay what they are
    { epsilon: EPSILON, trainable: false },
    {
      gamma: vector(gamma),
      beta: vector(beta),
      movingMean: vector(new Float32Array(n)),
      movingVariance: vector(new Float32Array(n).fill(1)),
    },
  );
  return at.arrange(done, value.held);
}

/** A vector for each step of a sequence, which is learned. */
function positioned(at: Importing, value: Value, data: Float32Array): Value {
  const shape = value.held.map(lengthOf);
  return at.unary(value, "positionalEmbedding", {}, { embeddings: { shape, data: () => data } });
}

/** A constant that is added to each output of a layer with weights is the bias that it lacks. */
function withBias(at: Importing, value: Value, beta: Float32Array): boolean {
  const made = at.building.layers.get(value.layer)!;
  const { config } = made;
  const last = made.shape[made.shape.length - 1];
  if (at.heads.get(value.layer) === "biasless" && at.isOnly(value) && last === beta.length) {
    at.heads.set(value.layer, "closed");
    at.part<typeof import("./ops/attention.ts")>("attending").withOutputBias(made, beta);
    return true;
  }
  if (config.useBias !== false || config.activation !== undefined || !at.isOnly(value)) return false;
  if (
    !/^(?:dense|conv1d|conv2d|conv2dTranspose)$/.test(config.type) ||
    made.shape[made.shape.length - 1] !== beta.length
  )
    return false;
  config.useBias = true;
  made.weights = { ...made.weights, bias: { shape: [beta.length], data: () => beta } };
  return true;
}

/** And what follows a normalisation is its gamma and beta. */
function withGamma(at: Importing, value: Value, gamma: Float32Array, beta: Float32Array): boolean {
  const made = at.building.layers.get(value.layer)!;
  const { config, weights } = made;
  if (
    config.type !== "layerNormalization" ||
    !at.isOnly(value) ||
    made.shape[made.shape.length - 1] !== gamma.length
  )
    return false;
  const scales = gamma.some((n) => n !== 1);
  const centers = beta.some((n) => n !== 0);
  if ((scales && (config.scale || config.center)) || (centers && config.center)) return false;
  const shape = [gamma.length];
  if (scales) config.scale = true;
  if (centers) config.center = true;
  made.weights = {
    ...weights,
    ...(scales && { gamma: { shape, data: () => gamma } }),
    ...(centers && { beta: { shape, data: () => beta } }),
  };
  return true;
}

/** (x − mean) / deviation with constants: the layer of inputs whose means are known, which training leaves as it is. */
export function normalised(at: Importing, given: Value, mean: Constant, deviation: Constant): Value {
  const rank = Math.max(mean.dims.length, deviation.dims.length);
  const wanted = Array.from({ length: rank }, (_, i) =>
    Math.max(...[mean, deviation].map(({ dims }) => dims[i - (rank - dims.length)] ?? 1)),
  );
  const value = at.part<typeof import("./ops/arithmetic.ts")>("arithmetic").expanded(at, given, wanted);
  const [less, by] = [stepsIn(value, mean), stepsIn(value, deviation)];
  // the layer knows no deviation of 0 or below, and takes the root of its square
  if (!deviation.data.every((n) => n > 1e-6 && n < 1e18))
    return affine(
      at,
      affine(
        at,
        value,
        undefined,
        constant(
          mean.dims,
          mean.data.map((n) => -n),
        ),
      ),
      constant(
        deviation.dims,
        Float32Array.from(deviation.data, (n) => 1 / n),
      ),
    );
  const from = lastAxes(value, new Map([...less, ...by]));
  const whole = from < value.held.length - 1;
  const flat = (whole ? value.held : value.held.slice(-1)).flat();
  const own = spreadIn(at, mean, flat, less);
  const variance = spreadIn(at, deviation, flat, by).map((n) => n * n);
  const shape = (whole ? value.held : value.held.slice(-1)).map(lengthOf);
  const options = {
    axis: whole ? value.held.map((_, i) => i + 1) : -1,
    mean: Array.from(own),
    variance: Array.from(variance),
  };
  return at.unary(value, "normalization", options, {
    mean: { shape, data: () => own },
    variance: { shape, data: () => variance },
  });
}

/** A constant as a value: it does not depend on the input that is named. */
export const asValue = (at: Importing, like: Value, known: Constant): Value => {
  const batch = like.axes[0]?.filter((factor) => factor.batch) ?? [];
  const flat = at.arrange(like, [like.held.flat()]);
  const n = lengthOf(flat.held[0]!);
  // one value of the input is enough
  const one =
    n === 1
      ? flat
      : {
          ...flat,
          layer: at.add("cropping1d", { cropping: [0, n - 1] }, [at.arrange(flat, [flat.held[0]!, []])])
            .config.name,
        };
  // the batch is no axis of the constant's own, or one of one step
  const own = batch.length > 0 && known.dims.length >= like.axes.length ? known.dims.slice(1) : known.dims;
  const rows: Axis[] = batch.length > 0 ? [batch] : [];
  const value: Value = {
    kind: "value",
    layer: one.layer,
    axes: [...rows, ...own.map((): Axis => [])],
    held: n === 1 ? [[]] : [[], []],
  };
  const zero = at.unary(value, "rescaling", { scale: 0 });
  return affine(at, zero, ONE, constant([...rows.map(() => 1), ...own], known.data));
};

export const handlers: Handlers = {
  // of the model's input; weights are folded
  DequantizeLinear(op) {
    const value = op.value();
    const [scale, zero] = [op.known(1, "its scale"), op.maybe(2)];
    const after = value.axes.length - 1 - axisAt(op.int("axis", 1), Math.max(value.axes.length, 2));
    const wide = (data: Float32Array) =>
      constant(data.length === 1 ? [] : [data.length, ...Array<number>(after).fill(1)], data);
    const times = Float32Array.from(scale.data);
    return affine(op.at, value, wide(times), wide(times.map((n, i) => -n * (zero?.data[i] ?? 0))));
  },
};
