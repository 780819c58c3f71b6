/** A model to a checkpoint's bytes. */
import { type Checkpoint, checkpointParts } from "../checkpoint/checkpoint.ts";
import { joined } from "../checkpoint/safetensors.ts";
import { Sha256 } from "../checkpoint/sha256.ts";
import type { TrainingConfig } from "../config/config.ts";
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { TRAINED } from "../optimizers/update.ts";
import { freshRun } from "../training/run.ts";
import { unsaid } from "../training/unsaid.ts";
import { internalsOf } from "./internals.ts";
import type { Metadata } from "./metadata.ts";
import type { Model } from "./model.ts";

/** @throws NablaError for fields that no file would have */
export const checkMetadata = (who: string, metadata: Metadata): void =>
  checkOptions(who, metadata, ["classes", "standardisation", "targetScale", "extra"]);

/** @see Model.save */
export const saveModel = (model: Model): Uint8Array => joined(saveParts(model));

/** The same in parts, one after the other: a model of gigabytes is not copied a second time, and may be larger than one array. @param bare without what training goes on with */
export function saveParts(model: Model, bare = false): Uint8Array[] {
  const { built: network, state } = internalsOf(model);
  checkMetadata("save: metadata", model.metadata);
  for (const tensor of network.tensors) {
    if (network.finite(tensor)) continue;
    throw new NablaError(
      `save: weights of layer "${tensor.layer}" are not finite; a file of them could not be loaded`,
    );
  }
  const settled = state.settle();
  const run = bare ? freshRun() : settled;
  const { reading } = network;
  const compiled = bare ? undefined : state.compiled;
  const settings = bare ? undefined : state.settings;
  const slots: Checkpoint["slots"] = new Map();
  compiled?.slots.forEach((slot, s) => {
    for (const tensor of network.trained) {
      slots.set(`optimizer.${slot.name}.${tensor.name}`, {
        shape: tensor.spec.shape,
        data: network.read(tensor, s),
      });
    }
  });
  return checkpointParts({
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
      ...(run.firstStep > 0 && { begun: { epoch: run.firstEpoch, step: run.firstStep } }),
      ...(run.baseRate !== undefined && { baseRate: run.baseRate }),
      ...(run.step > 0 &&
        state.setAt === run.step &&
        compiled?.slots.includes(TRAINED) && { weightsSet: true }),
      history: run.history,
      running: {
        lossSum: run.lossSum,
        rows: run.rows,
        rate: run.rate,
        metrics: run.metrics,
        ...(run.known && { known: run.known }),
      },
      ...(run.stopped !== undefined && { stopped: run.stopped }),
      ...(run.finished && { finished: true }),
    },
    callbacks: bare ? {} : state.callbackStates,
    ...(model.metadata.classes && { classes: [...model.metadata.classes] }),
    ...(model.metadata.standardisation && { standardisation: model.metadata.standardisation }),
    ...(model.metadata.targetScale && { targetScale: model.metadata.targetScale }),
    ...(reading && { inputs: reading.map(({ type, scale }) => ({ type, scale })) }),
    ...(settings && {
      dataset: { name: "training data", length: settings.rows, inputShape: [...model.inputs[0].shape] },
    }),
    ...(model.metadata.extra && { extra: model.metadata.extra }),
  });
}

/** The configuration document of a model: { nabla, model, training? }, every default written out. */
export function configOf(model: Model): {
  nabla: 1 | 2;
  model: { inputShape?: number[]; layers: unknown[]; outputs?: Readonly<Record<string, string>> };
  training?: TrainingConfig;
} {
  const { topology, state } = internalsOf(model);
  const { settings, compiled } = state;
  const { layers, outputs } = topology;
  // what older versions can read they may read
  const document = outputs
    ? { nabla: 2 as const, model: { layers: [...layers], outputs } }
    : { nabla: 1 as const, model: { inputShape: [...model.inputShape], layers: [...layers] } };
  if (!compiled) return document;
  const { rows: _, ...fit } = settings ?? { ...unsaid, seed: model.seed, rows: 0 };
  return { ...document, training: { ...compiled.config, ...fit } };
}

/** SHA-256 over the parameters in layer order, little-endian float32, biases after weights, unpadded. Hexadecimal. */
export function weightsSha256(model: Model): string {
  const hash = new Sha256();
  const { built } = internalsOf(model);
  for (const tensor of built.tensors) {
    const values = built.read(tensor);
    const bytes = new DataView(new ArrayBuffer(values.length * 4));
    values.forEach((value, i) => bytes.setFloat32(i * 4, value, true));
    hash.update(new Uint8Array(bytes.buffer));
  }
  return hash.hex();
}
