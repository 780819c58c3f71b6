import { join } from "node:path";
import type { Callback, Logs, TrainingContext } from "../../callbacks/callback.ts";
import { watching } from "../../callbacks/monitor.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { bool, int, show } from "../../fields/fields.ts";
import { checkGiven } from "../../fields/programs.ts";
import { figureOf } from "../../metrics/metric.ts";
import { internalsOf } from "../../model/internals.ts";
import type { Model } from "../../model/model.ts";
import { layerSummaries } from "../../model/summary.ts";
import { type Location, pathOf } from "../location.ts";
import { EventFile, type GraphNode, histogramOf, type Value } from "./events.ts";

/** What is written, and how often. */
export interface TensorBoardOptions {
  /** Histograms of all weights after every so many epochs; 0: none. Default 1. */
  histogramFreq?: number;
  /** Whether the layers are written as a graph. Default true. */
  writeGraph?: boolean;
  /** When figures are written: after each "epoch", after each "batch" as well, or after every so many batches as well. Default "epoch". */
  updateFreq?: "epoch" | "batch" | number;
}

/**
 * A callback that writes event files for TensorBoard: `tensorboard --logdir runs`.
 *
 *     await model.fit(data, { epochs: 20, validationSplit: 0.1, callbacks: [tensorBoard("runs/first")] });
 *
 * Figures are called as Keras calls them, `epoch_loss`, `epoch_learning_rate`, `batch_loss`, in the runs `train`, `validation` and, where
 * there are such figures, `test`. Steps are epochs from 0 since compile(), so another fit() goes on; those of `batch_…` are steps. What
 * cannot be written is said once on the console, and the training goes on.
 *
 * @param folder a path or a `file:` URL; made where it is missing
 * @throws NablaError for options that are wrong
 */
export function tensorBoard(folder: Location, options: TensorBoardOptions = {}): Callback {
  const who = "tensorBoard";
  const root = pathOf(who, folder);
  checkGiven(who, options, { histogramFreq: int({ min: 0 }), writeGraph: bool() }, ["updateFreq"]);
  const { histogramFreq = 1, writeGraph = true, updateFreq = "epoch" } = options;
  if (updateFreq !== "epoch" && updateFreq !== "batch" && !(Number.isInteger(updateFreq) && updateFreq > 0))
    throw new NablaError(
      `${who}: updateFreq: expected "epoch", "batch" or a whole number ≥ 1, got ${show(updateFreq)}`,
    );
  const files = new Map<string, EventFile>();
  let from: number | undefined;
  let warned = false;
  const run = (name: string): EventFile => {
    const file = files.get(name) ?? new EventFile(join(root, name), from);
    files.set(name, file);
    return file;
  };
  /** What fails must not end a training of hours. */
  async function attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!warned) console.warn(`${who}: ${root}: ${messageOf(error)}. Training continues`);
      warned = true;
    }
  }
  return {
    async onTrainBegin({ model, step }) {
      files.clear();
      warned = false;
      const { epoch } = stateOf(model).run;
      // epochs that a killed run has written after its last checkpoint are written again; steps of batches are counted otherwise
      from = updateFreq === "epoch" ? epoch : undefined;
      if (writeGraph && step === 0) await attempt(() => run("train").writeGraph(graphOf(model as Model)));
    },
    ...(updateFreq !== "epoch" && {
      everySteps: updateFreq === "batch" ? 1 : updateFreq,
      async onBatchEnd(_batch: number, logs: Logs, { model }: TrainingContext) {
        const values = Object.entries(logs).map(([name, value]) => ({ tag: `batch_${snake(name)}`, value }));
        await attempt(() => run("train").write(stateOf(model).run.step, values));
      },
    }),
    onEpochEnd: watching({ who }, async (epoch, logs, { model }) => {
      const step = stateOf(model).run.firstEpoch + epoch;
      for (const [name, values] of byRun(logs)) await attempt(() => run(name).write(step, values));
      if (histogramFreq > 0 && (epoch + 1) % histogramFreq === 0)
        await attempt(() => run("train").write(step, weightsOf(model as Model)));
    }),
  };
}

const stateOf = (model: unknown) => internalsOf(model as Model).state;

/** Two-part names as Keras writes them: learningRate is learning_rate. */
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Figures by the run they belong to: valLoss is the loss of `validation`. */
function byRun(logs: Logs): Map<string, Value[]> {
  const runs = new Map<string, Value[]>();
  const names = Object.keys(logs);
  for (const [name, value] of Object.entries(logs)) {
    const own = names.find((each) => name === figureOf("val", each) || name === figureOf("test", each));
    const where = own === undefined ? "train" : name === figureOf("val", own) ? "validation" : "test";
    runs.set(where, [...(runs.get(where) ?? []), { tag: `epoch_${snake(own ?? name)}`, value }]);
  }
  return runs;
}

/** Under the name of their layer: "dense_1/kernel". */
const weightsOf = (model: Model): Value[] =>
  Object.entries(model.weights()).map(([name, values]) => ({
    tag: name.replace(/\.([^.]*)$/, "/$1"),
    histogram: histogramOf(values),
  }));

/** Layers and inputs as nodes; a list of layers is a chain of them. */
function graphOf(model: Model): GraphNode[] {
  const inputs = model.inputs.map(({ name, shape }) => ({
    name,
    op: "input",
    inputs: [],
    shape,
    parameters: 0,
  }));
  let before = [inputs[0]!.name];
  const layers = layerSummaries(model).map(({ name, type, inputs, outputShape, parameters }) => {
    const node = { name, op: type, inputs: inputs ?? before, shape: outputShape, parameters };
    before = [name];
    return node;
  });
  const known = new Set(layers.map(({ name }) => name));
  return [...inputs.filter(({ name }) => !known.has(name)), ...layers];
}
