/** Networks from the visitor's settings: the presets of the command line, so both give the same bits. */
import { type FitOptions, fromConfig, type Model, NablaError } from "nabla";
import { presetConfig, taskOf } from "../../src/cli/presets/index.ts";
import { AUGMENT, type Settings } from "./settings.ts";
import { imageShape, type Source } from "./source.ts";

type Optimizer = ReturnType<typeof presetConfig>["training"]["optimizer"];

export function makeModel(settings: Settings, { train, test }: Source): { model: Model; fit: FitOptions } {
  const task = taskOf(train);
  if (task.kind === "classes" && task.classes < 2)
    throw new NablaError(
      `${train.name}: there is only one class, so there is nothing to tell apart; add rows of another one`,
    );
  const made = presetConfig(settings.network, train, task, {});
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

/** A preset names its optimizer, and most say its rate. */
function withRate(optimizer: Optimizer, learningRate: number): Optimizer {
  if (typeof optimizer === "string") return { name: optimizer, learningRate };
  return { ...(optimizer ?? { name: "sgd" }), learningRate };
}
