/**
 * The initializers there are. Sources: Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998: variance 2/(in + out), 2/in and 1/in.
 */
import { choice, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type Distribution, type Fans, fixed, gaussianOf, type InitializerKind, uniformOf } from "./kind.ts";

const none = () => object({});

export const zeros = { fields: none, drawnFrom: () => fixed(0) } satisfies InitializerKind;
export const ones = { fields: none, drawnFrom: () => fixed(1) } satisfies InitializerKind;
export const constant = {
  fields: () => object({ value: number({ default: 0, doc: DOCS && "What every weight is." }) }),
  drawnFrom: ({ value }: { value: number }): Distribution => fixed(value),
} satisfies InitializerKind;
export const gaussian = {
  fields: () =>
    object({
      mean: number({ default: 0, doc: DOCS && "Around which weights are drawn." }),
      stddev: number({
        min: 0,
        default: 1,
        doc: DOCS && "Standard deviation, the same whatever the layer's size.",
      }),
    }),
  drawnFrom: ({ mean, stddev }: { mean: number; stddev: number }): Distribution => ({
    kind: "gaussian",
    mean,
    deviation: stddev,
  }),
} satisfies InitializerKind;

/** Which of a layer's sizes a variance is divided by. */
type Mode = "fanIn" | "fanOut" | "fanAvg";
type Shape = "normal" | "uniform";

/** The distribution of variance scale / n, n being that size. */
const scaled = (scale: number, mode: Mode, shape: Shape, fans: Fans): Distribution =>
  (shape === "normal" ? gaussianOf : uniformOf)(
    scale / (mode === "fanAvg" ? (fans.fanIn + fans.fanOut) / 2 : fans[mode]),
  );

/** Keras' VarianceScaling, whose normal distributions are truncated there. */
export const varianceScaling = {
  fields: () =>
    object({
      scale: number({ exclusiveMin: 0, default: 1, doc: DOCS && "The variance is scale / n." }),
      mode: choice(["fanIn", "fanOut", "fanAvg"], {
        default: "fanIn",
        doc: DOCS && "n: the inputs of an output, the outputs an input goes to, or the mean of both.",
      }),
      distribution: choice(["normal", "uniform"], {
        default: "normal",
        doc: DOCS && "normal: not truncated.",
      }),
    }),
  drawnFrom: (
    { scale, mode, distribution }: { scale: number; mode: Mode; distribution: Shape },
    fans: Fans,
  ): Distribution => scaled(scale, mode, distribution, fans),
} satisfies InitializerKind;
/** LeCun's variance under the lectures' name. */
export const gaussianScaled = {
  fields: () => object({}, { doc: DOCS && "Mean 0, standard deviation 1/√inputs." }),
  drawnFrom: (_, fans) => scaled(1, "fanIn", "normal", fans),
} satisfies InitializerKind;
export const glorotNormal = {
  fields: none,
  drawnFrom: (_, fans) => scaled(1, "fanAvg", "normal", fans),
} satisfies InitializerKind;
export const glorotUniform = {
  fields: none,
  drawnFrom: (_, fans) => scaled(1, "fanAvg", "uniform", fans),
} satisfies InitializerKind;
export const heNormal = {
  fields: none,
  drawnFrom: (_, fans) => scaled(2, "fanIn", "normal", fans),
} satisfies InitializerKind;
export const heUniform = {
  fields: none,
  drawnFrom: (_, fans) => scaled(2, "fanIn", "uniform", fans),
} satisfies InitializerKind;
export const lecunNormal = {
  fields: none,
  drawnFrom: (_, fans) => scaled(1, "fanIn", "normal", fans),
} satisfies InitializerKind;
export const lecunUniform = {
  fields: none,
  drawnFrom: (_, fans) => scaled(1, "fanIn", "uniform", fans),
} satisfies InitializerKind;
