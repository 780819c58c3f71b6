/**
 * A checkpoint: everything a model is and everything its training needs to go on, as one safetensors file.
 *
 *     tensors    "<layer>.kernel", "<layer>.bias"             readable by any safetensors tool
 *                "optimizer.<slot>.<layer>.kernel"
 *                "callbacks.<path>"                           arrays in the state of callbacks
 *     metadata   "nabla.checkpoint": the rest, as JSON        (src/checkpoint/values.ts)
 *                "nabla.sha256"                               (src/checkpoint/safetensors.ts)
 */

import { NablaError } from "../errors.ts";
import {
  type CHECKPOINT_VERSION,
  documentText,
  type FloatTensor,
  f32,
  inCheckpoint,
  KEY,
  parseDocument,
} from "./document.ts";
import { documentField } from "./fields.ts";
import { type NamedTensor, readSafetensors, type Safetensors, safetensorsParts } from "./safetensors.ts";
import { packValue, unpackValue } from "./values.ts";

/** Where training stands. Counters are whole numbers from 0. */
export interface TrainingPosition {
  /** Epochs finished since compile(). */
  epoch: number;
  /** Batches finished of the epoch that is running. */
  batch: number;
  /** Steps taken since compile(). */
  step: number;
  /** Where the last call of fit() began; none where that was the beginning. */
  begun?: { epoch: number; step: number };
  seed: number;
  /** What callbacks multiply the learning rate by; 1 when they leave it alone. */
  rateFactor: number;
  /** The learning rate that a callback has set in place of the optimizer's. */
  baseRate?: number;
  /** Weights were set after the last step: averages of others (useEma) are what training goes on from then. */
  weightsSet?: boolean;
  /** Figures of finished epochs of that call; NaN and infinities come back as they were. */
  history: Record<string, number>[];
  /** Partial sums over the epoch that is running. JSON values. */
  running: Record<string, unknown>;
  /** Why training ended before its last epoch, if it did. */
  stopped?: string;
  /** The training has come to its end: callbacks have been told. */
  finished?: boolean;
}

export interface Checkpoint {
  version: typeof CHECKPOINT_VERSION;
  /** Model and training configuration. JSON values. */
  config: unknown;
  /** Parameters, "<layer>.kernel" and "<layer>.bias". */
  tensors: Map<string, FloatTensor>;
  /** Optimizer state, "optimizer.<slot>.<layer>.kernel". Empty when training has not begun. */
  slots: Map<string, FloatTensor>;
  progress: TrainingPosition;
  /** State by callback: JSON values, and Float32Arrays (the best weights of early stopping). */
  callbacks: Record<string, unknown>;
  classes?: string[];
  standardisation?: { mean: number[]; scale: number[]; columns?: string[] };
  /** See `metadata.targetScale`. */
  targetScale?: { mean: number[]; scale: number[]; columns?: string[] };
  /** How the rows of each input were read in training, in their order: what bytes stand for. */
  inputs?: { type: "uint8" | "float32"; scale: number }[];
  dataset?: { name: string; length: number; inputShape: number[]; fingerprint?: string };
  /** Free for programs. JSON values. */
  extra?: Record<string, unknown>;
}

const SLOTS = "optimizer.";
const CALLBACKS = "callbacks.";

/**
 * The checkpoint as the bytes of a file, in parts: see safetensorsParts().
 * @throws NablaError when something in it would not come back the same
 */
export function checkpointParts(checkpoint: Checkpoint): Uint8Array[] {
  const { tensors, slots, ...rest } = checkpoint;
  const stored: NamedTensor[] = [];
  for (const [name, tensor] of tensors) {
    if (name.startsWith(SLOTS) || name.startsWith(CALLBACKS)) {
      throw new NablaError(
        `checkpoint: parameter "${name}": no layer may be called "optimizer" or "callbacks"; rename it`,
      );
    }
    stored.push({ name, ...tensor });
  }
  for (const [name, tensor] of slots) {
    if (!name.startsWith(SLOTS))
      throw new NablaError(`checkpoint: slot "${name}": expected a name beginning with ${SLOTS}`);
    stored.push({ name, ...tensor });
  }
  const names = new Set<string>();
  const { callbacks, ...plain } = documentField().check(rest);
  const keep = (path: string, data: Float32Array): string => {
    let name = path;
    while (names.has(name)) name += "'"; // "a.b" may be one key or two
    names.add(name);
    stored.push({ name, shape: [data.length], data });
    return name;
  };
  const nowhere = (path: string): never => {
    throw new NablaError(
      `checkpoint: ${path}: a Float32Array cannot be saved here, only in a callback's state`,
    );
  };
  const json = {
    ...(packValue(plain, "", nowhere) as object),
    callbacks: packValue(callbacks, "callbacks", keep),
  };
  return safetensorsParts(stored, { [KEY]: JSON.stringify(json) });
}

/**
 * Reads what `checkpointParts` wrote; `name` stands in errors. Throws a NablaError for files that are damaged, of a
 * newer version, or no checkpoints, naming the field that is missing or wrong.
 */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  return checkpointOf(readSafetensors(bytes, name), name);
}

/** The checkpoint in a file that has been read. */
export function checkpointOf({ metadata, tensors: stored }: Safetensors, name: string): Checkpoint {
  const text = documentText(metadata, stored.size, name);
  try {
    const json = parseDocument(text);
    const used = new Set<string>();
    const callbacks = (json as { callbacks?: unknown }).callbacks;
    const find = (tensor: string, path: string): Float32Array => {
      const found = stored.get(tensor);
      if (!found || !tensor.startsWith(CALLBACKS))
        throw new NablaError(`${path}: there is no tensor "${tensor}"`);
      used.add(tensor);
      return f32(tensor, found).data;
    };
    const nowhere = (tensor: string, path: string): never => {
      throw new NablaError(`${path}: tensor "${tensor}" does not belong here`);
    };
    const checked = documentField().check({
      ...(unpackValue({ ...json, callbacks: undefined }, "", nowhere) as object),
      callbacks: callbacks === undefined ? undefined : unpackValue(callbacks, "callbacks", find),
    });
    const tensors = new Map<string, FloatTensor>();
    const slots = new Map<string, FloatTensor>();
    for (const [key, tensor] of stored) {
      if (used.has(key)) continue;
      (key.startsWith(SLOTS) ? slots : tensors).set(key, f32(key, tensor));
    }
    return { ...checked, tensors, slots };
  } catch (error) {
    throw inCheckpoint(error, name);
  }
}
