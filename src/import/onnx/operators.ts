/** The operators there are here, and what to say of others. */
import { affine, normalised } from "./affine.ts";
import { ATTENDING } from "./attending.ts";
import { FOLDS } from "./fold.ts";
import { BOTH, MASKING, MEAN } from "./masked.ts";
import { masked } from "./masks.ts";
import type { Handlers } from "./op.ts";
import { activations } from "./ops/activations.ts";
import { arithmetic } from "./ops/arithmetic.ts";
import { attend } from "./ops/attention.ts";
import { cutting } from "./ops/cutting.ts";
import { matrix } from "./ops/matrix.ts";
import { normal } from "./ops/normal.ts";
import { bothWays, recurrence } from "./ops/recurrent.ts";
import { reductions } from "./ops/reduce.ts";
import { resizing } from "./ops/resize.ts";
import { shapes } from "./ops/shapes.ts";
import { spatial } from "./ops/spatial.ts";
import { BY_CONSTANTS, STANDARDISE } from "./patterns.ts";
import { along, axisAt, constant } from "./value.ts";

/** By what they do. */
export const FAMILIES: Readonly<Record<string, Handlers>> = {
  activations,
  arithmetic,
  cutting,
  matrix,
  normal,
  recurrence,
  reductions,
  resizing,
  shapes,
  spatial,
};

export const HANDLERS: Handlers = {
  ...Object.assign({}, ...Object.values(FAMILIES)),
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
  // a pattern of several nodes, as those below
  Gaussian: (op) => op.at.activate(op.value(), "gaussian"),
  Step: (op) => op.at.activate(op.value(), "step"),
  [ATTENDING]: attend,
  [BOTH]: bothWays,
  ...masked,
  [BY_CONSTANTS](op) {
    return normalised(op.at, op.value(), op.known(1), op.known(2));
  },
  [STANDARDISE](op) {
    const value = op.value();
    const axes = (op.ints("axes") ?? op.numbers("axes", 2) ?? []).map((axis) =>
      axisAt(axis, value.axes.length),
    );
    const { value: ready } = op.at.innermost(
      value,
      axes.flatMap((axis) => along(value, axis)),
    );
    const epsilon = Math.max(op.known(1).data[0]!, 1e-12);
    return op.at.unary(ready, "layerNormalization", { epsilon, scale: false, center: false });
  },
};

/** Names of no operators. */
const PATTERNS: readonly string[] = [
  STANDARDISE,
  BY_CONSTANTS,
  ATTENDING,
  BOTH,
  MASKING,
  MEAN,
  "Gaussian",
  "Step",
];
/** The operators that are read. */
export const OPERATORS: readonly string[] = [
  ...Object.keys(HANDLERS).filter((name) => !PATTERNS.includes(name)),
  "Constant",
  "Shape",
  "Size",
];
/** Those that only constants may be computed with. */
export const FOLDED: readonly string[] = Object.keys(FOLDS).filter((name) => !Object.hasOwn(HANDLERS, name));

/** What an owner can do about operators that there are not. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:If|Loop|Scan)$/,
    "it chooses or repeats parts of the graph; export with fixed shapes and constant folding, so that it is gone",
  ],
  [
    /^(?:NonMaxSuppression|TopK|RoiAlign|NonZero|ArgM..|OneHot)$/,
    "it works on results, not on values that a network learns from; cut the model before it: onnx.utils.extract_model()",
  ],
  [
    /^(?:ImageDecoder|StringNormalizer|TfIdfVectorizer|STFT|DFT|MelWeightMatrix|CategoryMapper|Tokenizer.*)$/,
    "it prepares data; cut the model behind it with onnx.utils.extract_model(), and prepare data before predict()",
  ],
  [
    /^(?:QLinear.*|.*Integer|DynamicQuantizeLinear|QuantizeLinear)$/,
    "it computes with whole numbers; use the model as it was before it was quantised",
  ],
  [/^(?:Random.*|Multinomial|Bernoulli)$/, "it draws random numbers; export the model for prediction"],
];
export const hintFor = (type: string): string | undefined => HINTS.find(([names]) => names.test(type))?.[1];
