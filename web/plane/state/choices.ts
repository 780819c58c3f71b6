/** The choices of the Plane view, with their labels. Names are those of the library. */

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

const list = <T extends string>(...pairs: readonly (readonly [T, string])[]): readonly Choice<T>[] =>
  pairs.map(([value, label]) => ({ value, label }));

export const DATA = list(
  ["moons", "Moons"],
  ["spirals", "Spirals"],
  ["circles", "Circles"],
  ["xor", "XOR"],
  ["blobs", "Blobs"],
  ["painted", "Painted"],
  ["sine", "Sine"],
  ["cubic", "Cubic"],
  ["curve", "Curve"],
  ["plane", "Plane"],
  ["gaussian", "Gaussian"],
  ["values", "Values"],
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

export const FEATURES = list(
  ["x", "x"],
  ["y", "y"],
  ["xx", "x²"],
  ["yy", "y²"],
  ["xy", "x·y"],
  ["sinx", "sin πx"],
  ["siny", "sin πy"],
);
export type FeatureName = (typeof FEATURES)[number]["value"];
/** Those that know nothing of y: where y is asked for, it is no input. */
export const OF_X: readonly FeatureName[] = ["x", "xx", "sinx"];

export const ACTIVATIONS = list(
  ["tanh", "tanh"],
  ["relu", "ReLU"],
  ["leakyRelu", "Leaky ReLU"],
  ["elu", "ELU"],
  ["gelu", "GELU"],
  ["silu", "SiLU"],
  ["softplus", "Softplus"],
  ["sigmoid", "Sigmoid"],
  ["gaussian", "Gaussian"],
  ["linear", "Linear"],
);
export type ActivationName = (typeof ACTIVATIONS)[number]["value"];

export const INITIALIZERS = list(
  ["glorotUniform", "Glorot uniform"],
  ["glorotNormal", "Glorot normal"],
  ["heUniform", "He uniform"],
  ["heNormal", "He normal"],
  ["lecunUniform", "LeCun uniform"],
  ["lecunNormal", "LeCun normal"],
  ["gaussian", "Gaussian, σ = 1"],
  ["gaussianScaled", "Gaussian, σ = 1/√n"],
  ["zeros", "Zeros"],
);
export type InitializerName = (typeof INITIALIZERS)[number]["value"];
/** The one that is chosen at first. */
export const PLAIN: InitializerName = "glorotUniform";

export const LOSSES = list(
  ["categoricalCrossentropy", "Cross-entropy, softmax"],
  ["binaryCrossentropy", "Cross-entropy, one sigmoid"],
  ["crossEntropy", "Cross-entropy, sigmoid"],
  ["quadratic", "Quadratic, sigmoid"],
  ["meanSquaredError", "Squared error, linear"],
  ["categoricalHinge", "Hinge, linear"],
  ["perceptron", "Perceptron rule, one step"],
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
  ["sgd", "Plain descent"],
  ["momentum", "Momentum"],
  ["nesterov", "Nesterov"],
  ["adam", "Adam"],
  ["adamw", "AdamW"],
  ["rmsprop", "RMSprop"],
  ["adagrad", "Adagrad"],
);
export type OptimizerName = (typeof OPTIMIZERS)[number]["value"];

/** Who runs in a race, in this order. */
export const RACERS = ["sgd", "momentum", "nesterov", "adam"] as const satisfies readonly OptimizerName[];

/** Schedules in the library's short form; times are in epochs. */
export const SCHEDULES = list(
  ["constant", "Constant"],
  ["step:0.5,50", "Halved every 50 epochs"],
  ["exponential:0.99", "Exponential, × 0.99 an epoch"],
  ["inverseTime:0.02", "Inverse time, 1/(1 + 0.02 t)"],
  ["cosine:0,300", "Cosine over 300 epochs"],
  ["cosine:0,300+warmup:10", "Cosine, 10 epochs of warm-up"],
);
export type ScheduleName = (typeof SCHEDULES)[number]["value"];

/** Panels that a link may hide. */
export const PARTS = list(
  ["data", "Data"],
  ["training", "Training"],
  ["net", "Net"],
  ["microscope", "Microscope"],
  ["gradients", "Gradients"],
  ["landscape", "Loss surface"],
  ["take", "Take the net"],
  ["surface", "Plane"],
  ["curves", "Curves"],
);
export type PartName = (typeof PARTS)[number]["value"];

export const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
export const PENALTIES = [0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];

/** So large that every set fits: all points are one batch. */
export const FULL_BATCH = 2000;
export const BATCHES: readonly { readonly value: number; readonly label: string }[] = [
  { value: 1, label: "1 (online)" },
  ...[2, 4, 8, 16, 32, 64, 128].map((value) => ({ value, label: String(value) })),
  { value: FULL_BATCH, label: "All (full batch)" },
];

export const MAX_LAYERS = 6;
export const MAX_UNITS = 8;
/** Points that are painted or from a file; their places go into the link. */
export const MAX_POINTS = 2000;
