/** A model to a checkpoint's bytes and back. */

import type { CallbackState } from "../callbacks/callback.ts";
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  requireTensors,
} from "../checkpoint/checkpoint.ts";
import { UNNAMED } from "../checkpoint/document.ts";
import { Sha256 } from "../checkpoint/sha256.ts";
import { fitFields, modelFields, type TrainingConfig, trainingFields } from "../config/config.ts";
import { NablaError } from "../errors.ts";
import { registerAll } from "../layers/table.ts";
import { freshRun, type Run } from "../training/train.ts";
import { Model, type RunSettings } from "./model.ts";

/** @see Model.save */
export function saveModel(model: Model): Uint8Array {
  const network = model.built;
  for (const tensor of network.tensors) {
    if (network.finite(tensor)) continue;
    throw new NablaError(
      `save: weights of layer "${tensor.layer}" are not finite; a file of them could not be loaded`,
    );
  }
  const { run, settings, callbacks, compiled } = model.state;
  const slots: Checkpoint["slots"] = new Map();
  compiled?.slots.forEach((slot, s) => {
    for (const tensor of network.trained) {
      slots.set(`optimizer.${slot.name}.${tensor.name}`, {
        shape: tensor.spec.shape,
        data: network.read(tensor, s),
      });
    }
  });
  return encodeCheckpoint({
    version: 1,
    config: configOf(model),
    tensors: new Map(
      network.tensors.map((tensor) => [
        tensor.name,
        { shape: tensor.spec.shape, data: network.read(tensor) },
      ]),
    ),
    slots,
    progress: {
      epoch: run.epoch,
      batch: run.batch,
      step: run.step,
      seed: model.seed,
      rateFactor: run.rateFactor,
      history: run.history,
      running: { lossSum: run.lossSum, rows: run.rows, rate: run.rate, metrics: run.metrics },
      ...(run.stopped !== undefined && { stopped: run.stopped }),
    },
    callbacks,
    ...(model.metadata.classes && { classes: [...model.metadata.classes] }),
    ...(model.metadata.standardisation && { standardisation: model.metadata.standardisation }),
    ...(settings && {
      dataset: { name: "training data", length: settings.rows, inputShape: [...model.inputShape] },
    }),
    ...(model.metadata.extra && { extra: model.metadata.extra }),
  });
}

/** The configuration document of a model: { nabla, model, training? }, every default written out. */
export function configOf(model: Model): {
  nabla: 1;
  model: { inputShape: number[]; layers: unknown[] };
  training?: TrainingConfig;
} {
  const { settings, compiled } = model.state;
  const document = {
    nabla: 1 as const,
    model: { inputShape: [...model.inputShape], layers: [...model.configs] },
  };
  if (!compiled) return document;
  const { rows: _, augment, ...fit } = settings ?? { rows: 0, seed: model.seed, augment: undefined };
  const training = { ...compiled.config, ...fitFields.check(fit, "training"), ...(augment && { augment }) };
  return { ...document, training };
}

/**
 * A model from the bytes of a checkpoint: ready to predict, and to go on training with fit(…, { resume: true }).
 *
 * @param name what errors call it
 * @throws NablaError for files that are damaged, truncated, of a newer version or no checkpoints
 */
export function load(bytes: Uint8Array, name = UNNAMED): Model {
  registerAll();
  const checkpoint = decodeCheckpoint(bytes, name);
  try {
    return fromCheckpoint(checkpoint, name);
  } catch (error) {
    if (!(error instanceof NablaError) || error.message.startsWith(name)) throw error;
    throw new NablaError(`${name}: ${error.message}`, { cause: error });
  }
}

function fromCheckpoint(checkpoint: Checkpoint, name: string): Model {
  const config = checkpoint.config as { model?: unknown; training?: unknown };
  const { inputShape, layers } = modelFields().check(config?.model, "config.model");
  const training =
    config.training === undefined ? undefined : trainingFields().check(config.training, "config.training");
  const { progress } = checkpoint;
  const model = new Model(layers, { seed: progress.seed, inputShape }, false);
  const network = model.built;
  requireTensors(
    checkpoint.tensors,
    network.tensors.map(({ name: tensor, spec }) => ({ name: tensor, shape: spec.shape })),
    name,
  );
  for (const tensor of network.tensors) {
    network.write(tensor, checkpoint.tensors.get(tensor.name)!.data);
    if (!network.finite(tensor))
      throw new NablaError(`tensor "${tensor.name}" holds NaN or infinite values; expected numbers`);
  }
  model.metadata = {
    classes: checkpoint.classes,
    standardisation: checkpoint.standardisation,
    extra: checkpoint.extra,
  };
  if (!training) return model;
  const {
    batchSize,
    microBatchSize,
    epochs,
    seed,
    shuffle,
    validationSplit,
    classWeight,
    shifted,
    augment,
    earlyStopping: _e,
    reduceLROnPlateau: _r,
    ...compile
  } = training;
  model.compile(compile);
  const slots = model.training.slots;
  requireTensors(
    checkpoint.slots,
    slots.flatMap((slot) =>
      network.trained.map((tensor) => ({
        name: `optimizer.${slot.name}.${tensor.name}`,
        shape: tensor.spec.shape,
      })),
    ),
    name,
  );
  slots.forEach((slot, s) => {
    for (const tensor of network.trained) {
      network.write(tensor, checkpoint.slots.get(`optimizer.${slot.name}.${tensor.name}`)!.data, s);
    }
  });
  if (checkpoint.dataset) {
    const running = progress.running as {
      lossSum?: number;
      rows?: number;
      rate?: number;
      metrics?: Record<string, number[]>;
    };
    const run: Run = {
      ...freshRun(),
      epoch: progress.epoch,
      batch: progress.batch,
      step: progress.step,
      history: progress.history as Run["history"],
      rateFactor: progress.rateFactor,
      lossSum: running.lossSum ?? 0,
      rows: running.rows ?? 0,
      rate: running.rate ?? 0,
      metrics: running.metrics ?? {},
      ...(progress.stopped !== undefined && { stopped: progress.stopped }),
    };
    const settings: RunSettings = {
      batchSize,
      epochs,
      seed,
      shuffle,
      validationSplit,
      rows: checkpoint.dataset.length,
      ...(microBatchSize !== undefined && { microBatchSize }),
      ...(classWeight && { classWeight }),
      ...(shifted !== undefined && { shifted }),
      ...(augment && { augment }),
    };
    model.resumeFrom(run, settings, checkpoint.callbacks as Record<string, CallbackState>);
  }
  return model;
}

/** SHA-256 over the parameters in layer order, little-endian float32, biases after weights, unpadded. Hexadecimal. */
export function weightsSha256(model: Model): string {
  const hash = new Sha256();
  for (const tensor of model.built.tensors) {
    const values = model.built.read(tensor);
    const bytes = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => bytes.setFloat32(i * 4, value, true));
    hash.update(new Uint8Array(bytes.buffer));
  }
  return hash.hex();
}
