/** Networks by name, made to fit the data. What a preset says, options on the command line override. */
import type { ConfigInput } from "../config/config.ts";
import type { ActivationName, LossName } from "../config/names.ts";
import { type Dataset, sizeOf, type Target } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";

type LayerInput = ConfigInput["model"]["layers"][number];
type TrainingInput = ConfigInput["training"];
type Initializer = Extract<LayerInput, { type?: "dense" }>["kernelInitializer"];

/** What the data asks of a network. */
export type Task =
  | { kind: "classes"; classes: number }
  /** Values that are all 0 or 1, as in truth tables. */
  | { kind: "binary"; size: number }
  | { kind: "values"; size: number };

export interface PresetOptions {
  hidden?: readonly number[];
  activation?: ActivationName;
  initializer?: Initializer;
  l1?: number;
  l2?: number;
  loss?: LossName;
}

export interface Preset {
  readonly description: string;
  readonly hidden: readonly number[];
  /** Of hidden layers. */
  readonly activation: ActivationName;
  readonly initializer: Initializer;
  readonly biasInitializer?: Initializer;
  readonly optimizer: TrainingInput["optimizer"];
  /** For targets that are numbers, whose gradients know no bounds. Default: the same. */
  readonly regression?: TrainingInput["optimizer"];
  /** Default: none, a constant rate. */
  readonly schedule?: TrainingInput["schedule"];
  readonly batchSize: number;
  /** The last layer and its loss. */
  head(task: Task, loss: LossName | undefined): { units: number; activation: ActivationName; loss: LossName };
}

const outputs = (task: Task): number =>
  task.kind === "classes" ? (task.classes === 2 ? 1 : task.classes) : task.size;

/** What a last layer is for this task: probabilities of classes, or numbers; another loss may need another activation. */
function usual(task: Task, loss: LossName | undefined): ReturnType<Preset["head"]> {
  const classes = task.kind === "classes" ? task.classes : 0;
  const size = task.kind === "classes" ? classes : task.size;
  switch (loss) {
    case undefined:
      if (task.kind === "values") return { units: size, activation: "linear", loss: "meanSquaredError" };
      if (task.kind === "binary") return { units: size, activation: "sigmoid", loss: "binaryCrossentropy" };
      return { units: size, activation: "softmax", loss: "categoricalCrossentropy" };
    case "hinge":
    case "categoricalHinge":
      return { units: size, activation: "linear", loss };
    case "perceptron":
      return { units: size, activation: "step", loss };
    case "binaryCrossentropy":
    case "crossEntropy":
      return { units: size, activation: "sigmoid", loss };
    case "categoricalCrossentropy":
    case "sparseCategoricalCrossentropy":
      return { units: size, activation: "softmax", loss };
    default:
      return {
        units: size,
        activation: task.kind === "values" ? "linear" : task.kind === "binary" ? "sigmoid" : "softmax",
        loss,
      };
  }
}

export const presets: Readonly<Record<string, Preset>> = Object.freeze({
  perceptron: {
    description: "step units without hidden layer, perceptron rule",
    hidden: [],
    activation: "step",
    initializer: "zeros",
    optimizer: { name: "sgd", learningRate: 1 },
    batchSize: 1,
    head(task, loss = "perceptron") {
      if (task.kind === "values")
        throw new NablaError("--model perceptron tells classes apart, but these targets are numbers");
      return { units: outputs(task), activation: "step", loss };
    },
  },
  logistic: {
    description: "logistic (sigmoid or softmax) regression",
    hidden: [],
    activation: "linear",
    initializer: "zeros",
    optimizer: { name: "nesterov", learningRate: 0.05, momentum: 0.9 },
    batchSize: 32,
    head(task, loss) {
      if (task.kind === "values")
        throw new NablaError(
          "--model logistic tells classes apart, but these targets are numbers; try linear",
        );
      if (loss) return usual(task, loss);
      const two = task.kind === "classes" && task.classes === 2;
      return two ? { units: 1, activation: "sigmoid", loss: "binaryCrossentropy" } : usual(task, loss);
    },
  },
  linear: {
    description: "linear regression, mean squared error",
    hidden: [],
    activation: "linear",
    initializer: "zeros",
    optimizer: { name: "nesterov", learningRate: 0.01, momentum: 0.9 },
    batchSize: 32,
    head(task, loss = "meanSquaredError") {
      return { units: outputs(task), activation: "linear", loss };
    },
  },
  nielsen: {
    description: "n-30-k sigmoid, quadratic cost, SGD with η = 3.0, batches of 10",
    hidden: [30],
    activation: "sigmoid",
    initializer: { name: "gaussian", mean: 0, stddev: 1 },
    biasInitializer: { name: "gaussian", mean: 0, stddev: 1 },
    optimizer: { name: "sgd", learningRate: 3 },
    batchSize: 10,
    head: (task, loss = "quadratic") => ({
      units: task.kind === "classes" ? task.classes : task.size,
      activation: task.kind === "values" ? "linear" : "sigmoid",
      loss,
    }),
  },
  mlp: {
    description:
      "n-100-50-k ReLU and softmax, Nesterov momentum 0.9 (numbers: linear, Adam), cosine schedule, batches of 32",
    hidden: [100, 50],
    activation: "relu",
    initializer: "heNormal",
    optimizer: { name: "nesterov", learningRate: 0.02, momentum: 0.9 },
    schedule: "cosine",
    regression: { name: "adam", learningRate: 0.01 },
    batchSize: 32,
    head: usual,
  },
});

/** The configuration document of a preset for this data. */
export function presetConfig(
  preset: Preset,
  dataset: Dataset,
  task: Task,
  options: PresetOptions,
): { inputShape: number[]; layers: LayerInput[]; training: TrainingInput } {
  const { l1, l2 } = options;
  const activation = options.activation ?? preset.activation;
  const initializer =
    options.initializer ?? (options.activation ? initializerFor(options.activation) : preset.initializer);
  const { units, activation: last, loss } = preset.head(task, options.loss);
  const common = {
    ...(preset.biasInitializer && { biasInitializer: preset.biasInitializer }),
    ...((l1 !== undefined || l2 !== undefined) && { kernelRegularizer: { l1: l1 ?? 0, l2: l2 ?? 0 } }),
  };
  const layers: LayerInput[] = (options.hidden ?? preset.hidden).map((n) => ({
    type: "dense",
    units: n,
    activation,
    kernelInitializer: initializer,
    ...common,
  }));
  // behind ReLUs, a softmax is best begun with even guesses: smaller weights than for a ReLU
  const kernelInitializer =
    options.initializer ?? (preset === presets.mlp ? "glorotUniform" : preset.initializer);
  layers.push({ type: "dense", name: "output", units, activation: last, kernelInitializer, ...common });
  if (dataset.inputShape.length > 1) layers.unshift({ type: "flatten" });
  const optimizer = (task.kind === "values" && preset.regression) || preset.optimizer;
  const metrics: TrainingInput["metrics"] = task.kind === "values" ? ["meanAbsoluteError"] : ["accuracy"];
  return {
    inputShape: [...dataset.inputShape],
    layers,
    training: {
      loss,
      optimizer,
      ...(preset.schedule !== undefined && { schedule: preset.schedule }),
      batchSize: preset.batchSize,
      epochs: 5,
      metrics,
    },
  };
}

const RECTIFIERS: readonly ActivationName[] = ["relu", "leakyRelu", "elu", "gelu", "silu", "softplus"];
const initializerFor = (activation: ActivationName): Initializer =>
  RECTIFIERS.includes(activation) ? "heNormal" : "glorotUniform";

/** What the targets of a data set are; values are looked at, whether they are all 0 or 1. */
export function taskOf(dataset: Dataset): Task {
  const { target } = dataset;
  if (target.kind === "class") return { kind: "classes", classes: target.classes };
  return { kind: isBinary(dataset, target) ? "binary" : "values", size: target.size };
}

function isBinary(dataset: Dataset, target: Extract<Target, { kind: "values" }>): boolean {
  const n = Math.min(dataset.length, 10_000);
  const y = new Float32Array(n * target.size);
  const size = n * sizeOf(dataset.inputShape);
  const x = dataset.inputType === "uint8" ? new Uint8Array(size) : new Float32Array(size);
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  return !dataset.read(all, x, y) && y.every((value) => value === 0 || value === 1);
}
