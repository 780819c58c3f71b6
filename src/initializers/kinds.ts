/**
 * The initializers there are. Sources: Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998: variance 2/(in + out), 2/in and 1/in.
 */
import { choice, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { type Distribution, type Fans, fixed, gaussianOf, type InitializerKind, uniformOf } from "./kind.ts";

const none = () => object({});

export const zeros = { fields: none, distribution: () => fixed(0) } satisfies InitializerKind;
export const ones = { fields: none, distribution: () => fixed(1) } satisfies InitializerKind;
export const constant = {
  fields: () => object({ value: number({ default: 0 }) }),
  distribution: ({ value }: { value: number }): Distribution => fixed(value),
} satisfies InitializerKind;
export const gaussian = {
  fields: () =>
    object({
      mean: number({ default: 0 }),
      stddev: number({
        min: 0,
        default: 1,
        doc: DOCS && "Standard deviation, the same whatever the layer's size.",
      }),
    }),
  distribution: ({ mean, stddev }: { mean: number; stddev: number }): Distribution => ({
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

/** One of those that have a name. */
const called = (scale: number, mode: Mode, shape: Shape) =>
  ({ fields: none, distribution: (_, fans) => scaled(scale, mode, shape, fans) }) satisfies InitializerKind;

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
  distribution: (
    { scale, mode, distribution }: { scale: number; mode: Mode; distribution: Shape },
    fans: Fans,
  ) => scaled(scale, mode, distribution, fans),
} satisfies InitializerKind;
/** LeCun's variance under the lectures' name. */
export const gaussianScaled = {
  fields: () => object({}, { doc: DOCS && "Mean 0, standard deviation 1/√inputs." }),
  distribution: (_, fans) => scaled(1, "fanIn", "normal", fans),
} satisfies InitializerKind;
export const glorotNormal = /* @__PURE__ */ called(1, "fanAvg", "normal");
export const glorotUniform = /* @__PURE__ */ called(1, "fanAvg", "uniform");
export const heNormal = /* @__PURE__ */ called(2, "fanIn", "normal");
export const heUniform = /* @__PURE__ */ called(2, "fanIn", "uniform");
export const lecunNormal = /* @__PURE__ */ called(1, "fanIn", "normal");
export const lecunUniform = /* @__PURE__ */ called(1, "fanIn", "uniform");
