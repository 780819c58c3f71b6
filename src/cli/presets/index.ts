/** Networks by name, made to fit the data. Options on the command line override presets. */
import { type ActivationName, activations } from "../../activations/table.ts";
import type { Dataset, Target } from "../../data/dataset.ts";
import type { SequencesInfo } from "../../data/sequences/sequencesInfo.ts";
import type { TextInfo } from "../../data/sequences/texts.ts";
import { Vocabulary } from "../../data/sequences/vocabulary.ts";
import { NablaError } from "../../errors.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { fractionOf } from "../../training/splitRule.ts";
import { bookPresets } from "./book.ts";
import { usual } from "./heads.ts";
import { imagePresets } from "./images.ts";
import type {
  Initializer,
  LayerDefaults,
  Preset,
  PresetLayer,
  PresetOptions,
  Task,
  TrainingInput,
} from "./preset.ts";
import { sequencePresets } from "./sequences.ts";
import { singlePresets } from "./single.ts";

export const presets: Readonly<Record<string, Preset>> = Object.freeze({
  ...singlePresets,
  nielsen: {
    description: "n-30-k sigmoid, quadratic cost, SGD with η = 3.0, batches of 10",
    hidden: [30],
    activation: "sigmoid",
    initializer: { name: "gaussian", mean: 0, stddev: 1 },
    biasInitializer: { name: "gaussian", mean: 0, stddev: 1 },
    outputBiasInitializer: { name: "gaussian", mean: 0, stddev: 1 },
    training: { optimizer: { name: "sgd", learningRate: 3 }, batchSize: 10 },
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
    training: {
      optimizer: { name: "nesterov", learningRate: 0.02, momentum: 0.9 },
      schedule: "cosine",
      batchSize: 32,
    },
    regression: { name: "adam", learningRate: 0.01 },
    // after ReLUs, a softmax starts best with even guesses: smaller weights than for a ReLU
    outputInitializer: "glorotUniform",
  },
  // Chosen on the sets of bench/tables.md: small tables want many epochs, and something against learning them by heart.
  table: {
    description: "n-100-50-k ReLU and softmax with dropout, AdamW, cosine schedule, up to 100 epochs",
    hidden: [100, 50],
    activation: "relu",
    initializer: "heNormal",
    outputInitializer: "glorotUniform",
    dropout: 0.2,
    steps: 4000,
    training: {
      optimizer: { name: "adamw", learningRate: 0.003, weightDecay: 0.2 },
      schedule: "cosine",
      batchSize: 32,
    },
  },
  ...sequencePresets,
  ...imagePresets,
  ...bookPresets,
} satisfies Record<string, Preset>);

/**
 * The configuration document of a preset for this data.
 * @throws NablaError where a preset for images is given rows that are not images, or too small ones
 */
export function presetConfig(
  name: string,
  dataset: Dataset,
  task: Task,
  options: PresetOptions,
): { inputShape: number[]; layers: PresetLayer[]; training: TrainingInput } {
  const preset = presets[name]!;
  const { features, dropout } = preset;
  if (features) checkImages(name, features.smallest, dataset);
  const { units, activation: last, loss } = head(preset, task, options);
  const { shifted, validationSplit, batchSize } = options;
  const { epochs = 5, ...usual } = preset.training;
  const training = {
    epochs,
    ...usual,
    ...(shifted !== undefined && { shifted }),
    ...(validationSplit !== undefined && { validationSplit }),
  };
  const rows = dataset.length * (1 - fractionOf(training.validationSplit ?? 0)) * (training.shifted ? 5 : 1);
  if (preset.steps !== undefined) {
    const perEpoch = Math.ceil(rows / (batchSize ?? training.batchSize));
    training.epochs = Math.max(epochs, Math.min(100, Math.ceil(preset.steps / perEpoch)));
  }
  const penalty = penaltyOf(preset, rows, batchSize ?? training.batchSize, options);
  const common: LayerDefaults = {
    activation: options.activation ?? preset.activation,
    kernelInitializer:
      options.initializer ?? (options.activation ? initializerFor(options.activation) : preset.initializer),
    ...(preset.biasInitializer && { biasInitializer: preset.biasInitializer }),
    ...penalty,
  };
  const layers: PresetLayer[] = [];
  if (features) {
    const [height, width, ...channels] = dataset.inputShape;
    if (channels.length === 0) layers.push({ type: "reshape", targetShape: [height!, width!, 1] });
    layers.push(...features.layers(common));
  }
  const hidden = options.hidden ?? preset.hidden;
  if (preset.recurrent) layers.push(...preset.recurrent(name, dataset, hidden, common, task.each === true));
  const pooled = preset.recurrent || layers.at(-1)?.type === "globalAveragePooling2d";
  if (!pooled && (features || dataset.inputShape.length > 1)) layers.push({ type: "flatten" });
  for (const n of preset.recurrent ? [] : hidden) {
    if (dropout !== undefined && layers.length > 0) layers.push({ type: "dropout", rate: dropout });
    layers.push({ type: "dense", units: n, ...common });
  }
  if (preset.initializerOf && !options.initializer && !options.activation) {
    for (const layer of layers)
      if ("kernelInitializer" in layer) layer.kernelInitializer = preset.initializerOf(layer);
  }
  if (dropout !== undefined && layers.length > 0) layers.push({ type: "dropout", rate: dropout });
  layers.push({
    type: "dense",
    name: "output",
    units,
    activation: last,
    kernelInitializer: options.initializer ?? preset.outputInitializer ?? preset.initializer,
    ...(preset.outputBiasInitializer && { biasInitializer: preset.outputBiasInitializer }),
    ...penalty,
  });
  return {
    inputShape: [...dataset.inputShape],
    layers,
    training: {
      ...training,
      loss,
      ...(task.kind === "values" && preset.regression && { optimizer: preset.regression }),
      metrics: task.kind === "values" ? ["meanAbsoluteError"] : ["accuracy"],
    },
  };
}

function head(preset: Preset, task: Task, { loss, threshold }: PresetOptions) {
  if (preset.head) return preset.head(task, loss);
  const two = task.kind === "classes" && task.classes === 2 && !task.each;
  if (threshold !== undefined && two && loss === undefined)
    return { units: 1, activation: "sigmoid", loss: "binaryCrossentropy" } as const;
  return usual(task, loss ?? (task.kind === "classes" ? preset.loss : undefined));
}

/** l1 and l2 are per weight; the λ of books is divided by the rows or batches of an epoch. */
function penaltyOf(
  preset: Preset,
  rows: number,
  batchSize: number,
  options: PresetOptions,
): Pick<LayerDefaults, "kernelRegularizer"> {
  const { l1 = 0, l2 = 0 } = options;
  if (options.l1 !== undefined || options.l2 !== undefined) return { kernelRegularizer: { l1, l2 } };
  if (!preset.penalty) return {};
  const { lambda, per } = preset.penalty;
  const shares = per === "row" ? rows : rows / batchSize;
  return { kernelRegularizer: { l1: 0, l2: lambda / (2 * shares) } };
}

function checkImages(name: string, smallest: number, { inputShape, name: data }: Dataset): void {
  const [height = 0, width = 0] = inputShape;
  const shape = showShape(inputShape);
  if (inputShape.length < 2 || inputShape.length > 3)
    throw new NablaError(
      `--model ${name} is for images: expected rows [height, width] or [height, width, channels], those of ${data} are ${shape}; try --model mlp`,
    );
  if (Math.min(height, width) < smallest)
    throw new NablaError(
      `--model ${name}: expected images of at least ${smallest} × ${smallest} pixels, those of ${data} are ${shape}; try --model mlp`,
    );
}

const initializerFor = (activation: ActivationName): Initializer =>
  activations[activation].rectifier ? "heNormal" : "glorotUniform";

/** The kind of targets; values are checked for being all 0 or 1. */
export function taskOf(dataset: Dataset): Task {
  const { target } = dataset;
  if (target.kind === "class") return { kind: "classes", classes: target.classes };
  return (
    eachStep(dataset, target) ?? { kind: isBinary(dataset, target) ? "binary" : "values", size: target.size }
  );
}

/** Of sequences and texts with a target for every step. */
function eachStep({ extra }: Dataset, { shape = [] }: Target & { kind: "values" }): Task | undefined {
  const { text, sequences } = (extra ?? {}) as { text?: TextInfo; sequences?: SequencesInfo };
  const each = { each: true } as const;
  if (text?.targets === "each")
    return { kind: "classes", classes: new Vocabulary(text.vocabulary).size, ...each };
  if (sequences?.targets !== "each") return undefined;
  const { classes } = sequences;
  return classes
    ? { kind: "classes", classes: classes.length, ...each }
    : { kind: "values", size: shape[1] ?? 1, ...each };
}

function isBinary(dataset: Dataset, target: Extract<Target, { kind: "values" }>): boolean {
  const n = Math.min(dataset.length, 10_000);
  const y = new Float32Array(n * target.size);
  const size = n * sizeOf(dataset.inputShape);
  const x = dataset.inputType === "uint8" ? new Uint8Array(size) : new Float32Array(size);
  const all = Uint32Array.from({ length: n }, (_, i) => i);
  return !dataset.read(all, x, y) && y.every((value) => value === 0 || value === 1);
}
