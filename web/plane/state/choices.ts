/** The choices of the Plane view, with their labels. Names are those of the library. */
import { choicesText } from "../../text/choices.ts";

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

const list = <T extends string>(
  labels: Readonly<Record<T, string>>,
  ...values: readonly T[]
): readonly Choice<T>[] => values.map((value) => ({ value, label: labels[value] }));

export const DATA = list(
  choicesText.data,
  "moons",
  "spirals",
  "circles",
  "xor",
  "blobs",
  "painted",
  "sine",
  "cubic",
  "curve",
  "plane",
  "gaussian",
  "values",
);
export type DataName = (typeof DATA)[number]["value"];

/** How many classes a set may have: least, most. */
export const CLASSES: Readonly<Record<DataName, readonly [number, number]>> = {
  moons: [2, 2],
  spirals: [2, 6],
  circles: [2, 4],
  xor: [2, 2],
  blobs: [2, 6],
  painted: [2, 6],
  sine: [1, 1],
  cubic: [1, 1],
  curve: [1, 1],
  plane: [1, 1],
  gaussian: [1, 1],
  values: [1, 1],
};
/** Sets where the net is to say a number instead of a class: y = f(x), or a value at (x, y). */
export const isRegression = (data: DataName): boolean => CLASSES[data][1] === 1;
export const isCurve = (data: DataName): boolean => ["sine", "cubic", "curve"].includes(data);
export const isField = (data: DataName): boolean => isRegression(data) && !isCurve(data);
/** Sets whose points are in the link, painted or from a file. */
export const isPainted = (data: DataName): boolean => ["painted", "curve", "values"].includes(data);

export const FEATURES = list(choicesText.features, "x", "y", "xx", "yy", "xy", "sinx", "siny");
export type FeatureName = (typeof FEATURES)[number]["value"];
/** Those that know nothing of y: where y is asked for, it is no input. */
export const OF_X: readonly FeatureName[] = ["x", "xx", "sinx"];

export const ACTIVATIONS = list(
  choicesText.activations,
  "tanh",
  "relu",
  "leakyRelu",
  "elu",
  "gelu",
  "silu",
  "softplus",
  "sigmoid",
  "gaussian",
  "linear",
);
export type ActivationName = (typeof ACTIVATIONS)[number]["value"];

export const INITIALIZERS = list(
  choicesText.initializers,
  "glorotUniform",
  "glorotNormal",
  "heUniform",
  "heNormal",
  "lecunUniform",
  "lecunNormal",
  "gaussian",
  "gaussianScaled",
  "zeros",
);
export type InitializerName = (typeof INITIALIZERS)[number]["value"];
/** The one that is chosen at first. */
export const PLAIN: InitializerName = "glorotUniform";

export const LOSSES = list(
  choicesText.losses,
  "categoricalCrossentropy",
  "binaryCrossentropy",
  "crossEntropy",
  "quadratic",
  "meanSquaredError",
  "categoricalHinge",
  "perceptron",
);
export type LossName = (typeof LOSSES)[number]["value"];

/** The activation of the output layer that goes with each loss. */
export const OUTPUTS = {
  categoricalCrossentropy: "softmax",
  binaryCrossentropy: "sigmoid",
  crossEntropy: "sigmoid",
  quadratic: "sigmoid",
  meanSquaredError: "linear",
  categoricalHinge: "linear",
  perceptron: "step",
} as const satisfies Record<LossName, string>;

/** Losses with one output for two classes. */
export const isSingle = (loss: LossName): boolean => loss === "binaryCrossentropy" || loss === "perceptron";

export const OPTIMIZERS = list(
  choicesText.optimizers,
  "sgd",
  "momentum",
  "nesterov",
  "adam",
  "adamw",
  "rmsprop",
  "adagrad",
);
export type OptimizerName = (typeof OPTIMIZERS)[number]["value"];

/** Who runs in a race, in this order. */
export const RACERS = ["sgd", "momentum", "nesterov", "adam"] as const satisfies readonly OptimizerName[];

/** Schedules in the library's short form; times are in epochs. */
export const SCHEDULES = list(
  choicesText.schedules,
  "constant",
  "step:0.5,50",
  "exponential:0.99",
  "inverseTime:0.02",
  "cosine:0,300",
  "cosine:0,300+warmup:10",
);
export type ScheduleName = (typeof SCHEDULES)[number]["value"];

/** Panels that a link may hide. */
export const PARTS = list(
  choicesText.parts,
  "data",
  "training",
  "net",
  "microscope",
  "gradients",
  "landscape",
  "take",
  "surface",
  "curves",
);
export type PartName = (typeof PARTS)[number]["value"];

export const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
export const PENALTIES = [0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];

/** So large that every set fits: all points are one batch. */
export const FULL_BATCH = 2000;
export const BATCHES: readonly { readonly value: number; readonly label: string }[] = [
  { value: 1, label: choicesText.batches.online },
  ...[2, 4, 8, 16, 32, 64, 128].map((value) => ({ value, label: String(value) })),
  { value: FULL_BATCH, label: choicesText.batches.full },
];

export const MAX_LAYERS = 6;
export const MAX_UNITS = 8;
/** Points that are painted or from a file; their places go into the link. */
export const MAX_POINTS = 2000;
