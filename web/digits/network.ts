/** Networks from the visitor's settings: the presets of the command line, so both give the same bits. */
import { type FitOptions, fromConfig, type Model, NablaError } from "nabla";
import { presetConfig, taskOf } from "../../src/cli/presets/index.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { digitsText } from "../text/digits.ts";
import { fill } from "../text/words.ts";
import { AUGMENT, layersOf, type Settings } from "./settings.ts";
import { imageShape, type Source } from "./source.ts";

type Made = ReturnType<typeof presetConfig>;
type Task = ReturnType<typeof taskOf>;
type Optimizer = Made["training"]["optimizer"];

export function makeModel(settings: Settings, { train, test }: Source): { model: Model; fit: FitOptions } {
  const task = taskOf(train);
  if (task.kind === "classes" && task.classes < 2)
    throw new NablaError(fill(digitsText.oneClass, { name: train.name }));
  const made = settings.network === "built" ? built(settings, train, task) : presetOf(settings, train, task);
  const augment = imageShape(train.inputShape) && AUGMENT[settings.augment];
  const { optimizer, batchSize } = made.training;
  const { model, fit } = fromConfig({
    nabla: 1,
    model: { inputShape: made.inputShape, layers: made.layers },
    training: {
      ...made.training,
      optimizer: withRate(optimizer, settings.rate),
      epochs: settings.epochs,
      seed: settings.seed,
      batchSize: Math.max(1, Math.min(batchSize ?? 32, train.length)),
      ...(augment && { augment: { ...augment } }),
    },
  });
  return { model, fit: { ...fit, ...(test && { validationData: test }) } };
}

/** Two of the presets have no kind of targets in common: numbers have a linear network as well. */
function presetOf({ network }: Settings, train: Dataset, task: Task): Made {
  const name = network === "logistic" && task.kind === "values" ? "linear" : network;
  return presetConfig(name, train, task, {});
}

/** The dense layers as the command line makes them with --hidden, and convolutions before them. */
function built({ layers: text, activation, optimizer }: Settings, train: Dataset, task: Task): Made {
  const layers = layersOf(text) ?? [];
  const hidden = layers.flatMap((each) => (each.kind === "dense" ? [each.size] : []));
  const made = presetConfig("mlp", train, task, { hidden, activation });
  const training = { ...made.training, optimizer: OPTIMIZER[optimizer] };
  const pictures = layers.filter(({ kind }) => kind !== "dense");
  if (pictures.length === 0) return { ...made, training };
  if (!imageShape(train.inputShape)) throw new NablaError(fill(digitsText.noPictures, { name: train.name }));
  const kernelInitializer = activation === "relu" ? ("heNormal" as const) : ("glorotUniform" as const);
  const first = pictures.map((each) =>
    each.kind === "convolution"
      ? { type: "conv2d" as const, filters: each.size, kernelSize: 3, activation, kernelInitializer }
      : { type: "maxPooling2d" as const, poolSize: 2 },
  );
  const [height = 0, width = 0, ...channels] = train.inputShape;
  const reshape =
    channels.length === 0 ? [{ type: "reshape" as const, targetShape: [height, width, 1] }] : [];
  return { ...made, layers: [...reshape, ...first, ...made.layers], training };
}

const OPTIMIZER: Readonly<Record<Settings["optimizer"], Optimizer>> = {
  sgd: "sgd",
  nesterov: { name: "nesterov", momentum: 0.9 },
  adam: "adam",
};

/** A preset names its optimizer, and most say its rate. */
function withRate(optimizer: Optimizer, learningRate: number): Optimizer {
  if (typeof optimizer === "string") return { name: optimizer, learningRate };
  return { ...(optimizer ?? { name: "sgd" }), learningRate };
}
