/**
 * How to make options with which a layer fits the values it is applied to. A layer that has no line here is tried with the options of its
 * example, so that new layers are in random graphs from the day they are in the index.
 */

import { ALL } from "../../../src/layers/all.ts";
import type { LayerKind } from "../../../src/layers/kind.ts";
import type { Shape } from "../layers/index.ts";

/** A number from 0 to n − 1, drawn anew each time. */
export type Draw = (n: number) => number;
type Options = Record<string, unknown>;

const one = <T>(draw: Draw, list: readonly T[]): T => list[draw(list.length)];
const EACH = [
  "linear",
  "relu",
  "tanh",
  "sigmoid",
  "leakyRelu",
  "elu",
  "gelu",
  "silu",
  "softplus",
  "gaussian",
];
const isImage = (shape: Shape) => shape.length === 3;
const activationFor = (draw: Draw, shape: Shape) =>
  one(draw, shape.length === 1 && shape[0] > 1 ? [...EACH, "softmax"] : EACH);

function pooling(draw: Draw, shape: Shape): Options | undefined {
  if (!isImage(shape)) return undefined;
  const poolSize = shape.slice(0, 2).map((n) => 1 + draw(Math.min(n, 3)));
  return { poolSize, padding: one(draw, ["valid", "same"]), ...(draw(2) && { strides: 1 + draw(2) }) };
}

function convolution(draw: Draw, shape: Shape): Options | undefined {
  if (!isImage(shape)) return undefined;
  const c = shape[2];
  const groups = one(draw, [1, 1, ...[2, 3, c].filter((n) => c % n === 0)]);
  return {
    filters: groups * (1 + draw(groups > 2 ? 2 : 5)),
    kernelSize: shape.slice(0, 2).map((n) => 1 + draw(Math.min(n, 3))),
    padding: one(draw, ["valid", "same"]),
    groups,
    strides: 1 + draw(2),
    useBias: draw(3) > 0,
    activation: one(draw, EACH),
  };
}

/** Numbers that multiply to n. */
function factors(draw: Draw, n: number): Shape {
  const divisors = (m: number) => [...Array(m).keys()].map((i) => i + 1).filter((i) => m % i === 0);
  const a = one(draw, divisors(n));
  const b = one(draw, divisors(n / a));
  return one(draw, [[n], [a, n / a], [a, b, n / a / b]]);
}

function residual(draw: Draw, shape: Shape): Options | undefined {
  const n = shape[shape.length - 1];
  const flat = () => ({ type: "dense", units: n, activation: one(draw, EACH) });
  const image = (kernelSize = 3) => ({
    type: "conv2d",
    filters: n,
    kernelSize,
    padding: "same",
    activation: one(draw, EACH),
  });
  if (shape.length !== 1 && !isImage(shape)) return undefined;
  const main = shape.length === 1 ? flat : image;
  const layers = [
    main(),
    ...(draw(2) ? [{ type: one(draw, ["batchNormalization", "layerNormalization"]) }] : []),
    ...(draw(2) ? [main()] : []),
  ];
  return { layers, ...(draw(3) === 0 && { shortcut: [shape.length === 1 ? flat() : image(1)] }) };
}

const isSequence = (shape: Shape) => shape.length === 2;

function sequencePooling(draw: Draw, shape: Shape): Options | undefined {
  if (!isSequence(shape)) return undefined;
  const poolSize = 1 + draw(Math.min(shape[0], 3));
  return { poolSize, padding: one(draw, ["valid", "same"]), strides: 1 + draw(2), ceilMode: draw(2) > 0 };
}

function walking(draw: Draw, shape: Shape): Options | undefined {
  if (!isSequence(shape)) return undefined;
  return {
    units: 1 + draw(6),
    useBias: draw(4) > 0,
    returnSequences: draw(2) > 0,
    goBackwards: draw(3) === 0,
    activation: one(draw, ["tanh", "sigmoid"]),
  };
}

/** Options for a layer applied to one value of this shape; undefined where it cannot be. */
const SINGLE: Record<string, (draw: Draw, shape: Shape) => Options | undefined> = {
  dense: (draw, shape) =>
    shape.length === 1
      ? { units: 1 + draw(9), useBias: draw(4) > 0, activation: activationFor(draw, shape) }
      : undefined,
  activation: (draw, shape) => ({ activation: activationFor(draw, shape) }),
  flatten: () => ({}),
  reshape: (draw, shape) => ({
    targetShape: factors(
      draw,
      shape.reduce((a, b) => a * b),
    ),
  }),
  conv2d: convolution,
  maxPooling2d: pooling,
  averagePooling2d: pooling,
  globalAveragePooling2d: (_draw, shape) => (isImage(shape) ? {} : undefined),
  zeroPadding2d: (draw, shape) => (isImage(shape) ? { padding: [draw(2), draw(3)] } : undefined),
  batchNormalization: (draw) => ({ momentum: 0.5, epsilon: one(draw, [0.1, 0.01]) }),
  layerNormalization: (_draw, shape) => (shape[shape.length - 1] > 2 ? { epsilon: 0.1 } : undefined),
  dropout: (draw) => ({ rate: one(draw, [0.2, 0.5]) }),
  gaussianNoise: () => ({ stddev: 0.1 }),
  residual,
  conv1d: (draw, shape) =>
    isSequence(shape)
      ? {
          filters: 1 + draw(5),
          kernelSize: 1 + draw(Math.min(shape[0], 3)),
          padding: one(draw, ["valid", "same", "causal"]),
          activation: one(draw, EACH),
        }
      : undefined,
  conv2dTranspose: (draw, shape) =>
    isImage(shape)
      ? {
          filters: 1 + draw(4),
          kernelSize: 1 + draw(3),
          strides: 1 + draw(2),
          padding: one(draw, ["valid", "same"]),
          activation: one(draw, EACH),
        }
      : undefined,
  separableConv2d: (draw, shape) =>
    isImage(shape)
      ? { filters: 1 + draw(5), kernelSize: 1 + draw(3), padding: "same", depthMultiplier: 1 + draw(2) }
      : undefined,
  simpleRnn: walking,
  lstm: walking,
  gru: (draw, shape) => {
    const options = walking(draw, shape);
    return options && { ...options, resetAfter: draw(2) > 0 };
  },
  bidirectional: (draw, shape) => {
    const options = walking(draw, shape);
    if (!options) return undefined;
    const { goBackwards: _, ...layer } = options;
    return {
      layer: { type: one(draw, ["simpleRnn", "lstm", "gru"]), ...layer },
      mergeMode: one(draw, ["concat", "sum", "average", "multiply"]),
    };
  },
  multiHeadAttention: (draw, shape) =>
    isSequence(shape)
      ? {
          numHeads: 1 + draw(3),
          keyDim: 1 + draw(5),
          ...(draw(2) && { valueDim: 1 + draw(5) }),
          ...(draw(2) && { outputShape: 1 + draw(6) }),
          useBias: draw(4) > 0,
          causal: draw(2) > 0,
        }
      : undefined,
  embedding: (draw, shape) =>
    shape.length === 1 ? { inputDim: 2 + draw(2), outputDim: 1 + draw(5) } : undefined,
  positionalEmbedding: (draw, shape) =>
    isSequence(shape) ? { sequenceLength: shape[0] + draw(3) } : undefined,
  timeDistributed: (draw, shape) => {
    if (shape.length < 2) return undefined;
    const [, ...step] = shape;
    if (step.length === 2) return { layer: { type: "lstm", ...walking(draw, step) } };
    return step.length === 1 ? { layer: { type: "dense", units: 1 + draw(6) } } : undefined;
  },
  repeatVector: (draw, shape) => (shape.length === 1 ? { n: 1 + draw(4) } : undefined),
  maxPooling1d: sequencePooling,
  averagePooling1d: sequencePooling,
  groupNormalization: (draw, shape) => {
    const n = shape[shape.length - 1];
    const groups = one(
      draw,
      [...Array(n).keys()].map((i) => i + 1).filter((i) => n % i === 0),
    );
    // of two values only the order would be left
    return n / groups > 2 || shape.length > 1 ? { groups, epsilon: 0.1 } : undefined;
  },
  prelu: (draw, shape) => ({
    sharedAxes: shape.map((_, i) => i + 1).filter(() => draw(2) > 0),
  }),
  normalization: (_draw, shape) => {
    const n = shape[shape.length - 1];
    const each = (f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
    return { mean: each((i) => i / 7), variance: each((i) => 0.5 + i) };
  },
  permute: (draw, shape) => ({
    dims: one(draw, [shape.map((_, i) => i + 1), shape.map((_, i) => shape.length - i)]),
  }),
  upSampling2d: (draw, shape) =>
    isImage(shape)
      ? { size: [1 + draw(2), 2], interpolation: one(draw, ["nearest", "bilinear"]) }
      : undefined,
};

const kinds: Readonly<Record<string, { readonly kind: LayerKind }>> = ALL;

/**
 * Those that random graphs do not apply: "input" and "shared" are what graphs themselves are written with; behind masking most layers refuse
 * steps that are padding: test/layers/{attending,masks}.test.ts. "finalState" goes with one layer alone: test/layers/finalStates.test.ts.
 */
const APART = ["input", "shared", "masking", "finalState"];
export const TYPES = Object.keys(kinds).filter((type) => !APART.includes(type));

/** The options of a layer's example; such as { filters: 8, kernelSize: 3 }. */
export const exampleOf = (type: string): Options =>
  JSON.parse(kinds[type].kind.example.replace(/(\w+):/g, '"$1":') || "{}");

const same = (a: Shape, b: Shape) => a.join() === b.join();

/** A layer to apply, and to which of the values (all of them before it). */
export interface Choice {
  type: string;
  options: Options;
  from: number[];
  /** A layer that the value goes through before. */
  before?: { type: string; options: Options };
}

/** A layer of this type applied to value `at`, and to others where it takes several; undefined where nothing fits. */
export function choose(type: string, at: number, shapes: readonly Shape[], draw: Draw): Choice | undefined {
  const shape = shapes[at];
  if (kinds[type].kind.merges !== true || type === "multiHeadAttention") {
    const options = Object.hasOwn(SINGLE, type) ? SINGLE[type](draw, shape) : exampleOf(type);
    // of any values this makes a whole number
    const offset = type === "embedding" && options && draw(options.inputDim as number);
    const before = offset !== false && { type: "rescaling", options: { scale: 0, offset } };
    return options && { type, options, from: [at], ...(before && { before }) };
  }
  const partner = (fits: (other: Shape) => boolean) =>
    one(
      draw,
      [...shapes.keys()].filter((i) => fits(shapes[i])),
    );
  if (type === "dot") {
    if (shape.length > 2) return undefined;
    const axes = [1 + draw(shape.length), 1];
    const other = partner((b) => b.length <= 2 && b[0] === shape[axes[0] - 1]);
    return other === undefined ? undefined : { type, options: { axes }, from: [at, other] };
  }
  if (type === "attention") {
    if (!isSequence(shape)) return undefined;
    const value = partner((b) => isSequence(b) && b[1] === shape[1]);
    const key = draw(2) ? partner((b) => same(b, shapes[value])) : undefined;
    return { type, options: { causal: draw(2) > 0 }, from: [at, value, ...(key === undefined ? [] : [key])] };
  }
  const axis = draw(shape.length);
  const fits = (other: Shape) =>
    type === "concatenate"
      ? other.length === shape.length && other.every((n, i) => i === axis || n === shape[i])
      : same(other, shape);
  const from = [at, partner(fits), ...(type !== "subtract" && draw(3) === 0 ? [partner(fits)] : [])];
  return { type, options: type === "concatenate" ? { axis: axis + 1 } : {}, from };
}
