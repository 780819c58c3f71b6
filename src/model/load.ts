/** A model from a checkpoint's bytes. */
import type { CallbackStates } from "../callbacks/callback.ts";
import { type Checkpoint, checkpointOf } from "../checkpoint/checkpoint.ts";
import { requireTensors, UNNAMED } from "../checkpoint/document.ts";
import { readSafetensors, type Safetensors } from "../checkpoint/safetensors.ts";
import { trainingFields } from "../config/config.ts";
import { NablaError } from "../errors.ts";
import { list } from "../fields/fields.ts";
import type { Custom } from "../fields/objects.ts";
import { checkGiven, thing } from "../fields/programs.ts";
import { modelFields } from "../layers/document.ts";
import { registerAll } from "../layers/table.ts";
import { byAskedNames } from "../metrics/direction.ts";
import type { Network } from "../network/network.ts";
import { checkParameters, setParameters } from "../network/parameters.ts";
import {
  type CompiledTraining,
  compileOptionsOf,
  eachOf,
  type MetricList,
  type TrainingOptions,
} from "../training/compile.ts";
import type { OwnLoss, OwnMetric } from "../training/ownFunctions.ts";
import { freshRun, type Run } from "../training/run.ts";
import { settingsOf } from "../training/settings.ts";
import { internalsOf } from "./internals.ts";
import { Model } from "./model.ts";
import { writtenFrom } from "./written.ts";

/**
 * A model from the bytes of a checkpoint: ready to predict, and to continue training with fit(…, { resume: true }).
 *
 * @param name what errors call it
 * @param options `custom`: losses and metrics of your own that the training had, of which files have the names alone. Without them the model
 * predicts; fit() and evaluate() name what is missing
 * @throws NablaError for files that are damaged, truncated, of a newer version or no checkpoints
 */
export function load(bytes: Uint8Array, name = UNNAMED, options: LoadOptions = {}): Model {
  checkGiven("load", options, loadOptions());
  return loadStored(readSafetensors(bytes, name), name, options);
}

/** The same of a file that has been read. */
export function loadStored(stored: Safetensors, name: string, options: LoadOptions): Model {
  registerAll();
  const checkpoint = checkpointOf(stored, name);
  try {
    return fromCheckpoint(checkpoint, name, options.custom ?? []);
  } catch (error) {
    if (!(error instanceof NablaError) || error.message.startsWith(name)) throw error;
    throw new NablaError(`${name}: ${error.message}`, { cause: error });
  }
}

/** What load() takes besides bytes and a name. */
export interface LoadOptions {
  /** Functions of the program's own, by their names. */
  custom?: readonly (OwnMetric | OwnLoss)[];
}

export const loadOptions = () => ({ custom: list(thing<OwnMetric | OwnLoss>("a loss or metric")) });

function fromCheckpoint(
  checkpoint: Checkpoint,
  name: string,
  custom: readonly (OwnMetric | OwnLoss)[],
): Model {
  const config = checkpoint.config as { model?: unknown; training?: unknown };
  const described = modelFields().check(config?.model, "config.model");
  const training =
    config.training === undefined ? undefined : trainingFields().check(config.training, "config.training");
  const model = new Model({ ...writtenFrom(described), stored: true }, { seed: checkpoint.progress.seed });
  const internals = internalsOf(model);
  const inputShape = described.inputShape ?? [];
  checkParameters(internals.architecture(inputShape), checkpoint.tensors, name);
  const network = internals.build(inputShape, false);
  setParameters(network, checkpoint.tensors);
  network.reading = checkpoint.inputs;
  model.metadata = {
    classes: checkpoint.classes,
    standardisation: checkpoint.standardisation,
    ...(checkpoint.targetScale && { targetScale: checkpoint.targetScale }),
    extra: checkpoint.extra,
  };
  if (!training) return model;
  const own = <T>(known: T): T =>
    (known as Partial<Custom>).custom
      ? ((custom.find(({ name }) => name === (known as Custom).name) as T) ?? known)
      : known;
  const options = compileOptionsOf(training);
  const { loss, metrics } = options;
  internals.compile({
    ...options,
    loss: eachOf(loss, own),
    metrics: metrics && eachOf(metrics, (each) => (each as OwnMetric[]).map(own)),
  });
  setSlots(network, internals.state.required, checkpoint, name);
  const { dataset, progress } = checkpoint;
  const run = runOf(checkpoint, askedOf(metrics));
  if (dataset) {
    const settings = { ...settingsOf(training), rows: dataset.length };
    internals.state.goOnFrom(run, settings, checkpoint.callbacks as CallbackStates);
  } else internals.state.goOnFrom(run, undefined, {});
  if (progress.weightsSet) internals.state.setAt = run.step;
  return model;
}

function setSlots(network: Network, { slots }: CompiledTraining, checkpoint: Checkpoint, name: string): void {
  // a file that was saved without them: the training it begins has those of compile()
  if (checkpoint.slots.size === 0 && checkpoint.progress.step === 0) return;
  const places = slots.flatMap((slot, s) =>
    network.trained.map((tensor) => ({
      tensor,
      s,
      name: `optimizer.${slot.name}.${tensor.name}`,
      shape: tensor.spec.shape,
    })),
  );
  requireTensors(checkpoint.slots, places, name);
  for (const { tensor, s, name: slot } of places) network.write(tensor, checkpoint.slots.get(slot)!.data, s);
}

/** The names of all metrics that were asked for. */
const askedOf = (metrics: TrainingOptions["metrics"] = []): string[] =>
  (Array.isArray(metrics)
    ? (metrics as MetricList)
    : Object.values(metrics as Record<string, MetricList>).flat()
  ).map((each) => (typeof each === "string" ? each : each.name));

function runOf({ progress }: Checkpoint, asked: readonly string[]): Run {
  const running = progress.running as Partial<Pick<Run, "lossSum" | "rows" | "rate" | "metrics" | "known">>;
  return {
    ...freshRun(),
    epoch: progress.epoch,
    batch: progress.batch,
    step: progress.step,
    firstEpoch: Math.min(progress.begun?.epoch ?? 0, progress.epoch),
    firstStep: Math.min(progress.begun?.step ?? 0, progress.step),
    history: (progress.history as Run["history"]).map((logs) => byAskedNames(logs, asked)),
    rateFactor: progress.rateFactor,
    baseRate: progress.baseRate,
    lossSum: running.lossSum ?? 0,
    rows: running.rows ?? 0,
    rate: running.rate ?? 0,
    metrics: running.metrics ?? {},
    known: running.known,
    ...(progress.stopped !== undefined && { stopped: progress.stopped }),
    finished: progress.finished ?? false,
  };
}
