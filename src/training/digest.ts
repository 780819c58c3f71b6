/** What is known of the data of a training that begins, and how it differs from what a training that is resumed knew. */

import type { Callback } from "../callbacks/callback.ts";
import { SCHEDULER } from "../callbacks/learningRateScheduler.ts";
import { buffersFor, type Dataset, range, targetSize } from "../data/dataset.ts";
import { inputsIn, targetsIn } from "../data/places.ts";
import { describeAll } from "../data/portable.ts";
import { toUtf8 } from "../host.ts";
import { showShape, sizeOf } from "../shape.ts";
import { isPromise } from "../tags.ts";
import { namesIn } from "./called.ts";
import { hash, hex } from "./known.ts";
import type { Hashes, Known, KnownRows } from "./run.ts";

/** Bytes of rows in memory that are hashed: some milliseconds. */
const MOST = 4 * 1024 * 1024;

/** How many blocks have hashes of their own. */
const BLOCKS = 64;

export interface DigestRequest {
  readonly data: Dataset;
  /** Whether `data` only says what batches are like. */
  readonly stream: boolean;
  readonly validation?: Dataset;
  readonly sampleWeight?: ArrayLike<number>;
  readonly validationWeight?: ArrayLike<number>;
  readonly callbacks: readonly Callback<never>[];
}

export function digestOf(request: DigestRequest): Known {
  const { data, stream, validation, sampleWeight, validationWeight, callbacks } = request;
  return {
    data: rowsKnown(data, stream),
    ...(validation && { validation: rowsKnown(validation, false) }),
    ...(sampleWeight && { weights: weightHashes(sampleWeight) }),
    ...(validation && validationWeight && { validationWeights: weightHashes(validationWeight) }),
    functions: callbacks.flatMap(({ name }) => (name?.startsWith(SCHEDULER) ? [name] : [])),
  };
}

function rowsKnown(dataset: Dataset, stream: boolean): KnownRows {
  const { length, standardisation, targetScale, extra } = dataset;
  const several = dataset.parts !== undefined;
  const inputs = inputsIn(dataset, "").map(
    ({ name, shape, type, scale, scaleUnsaid }) =>
      `${several ? `${name}: ` : ""}${type} ${showShape(shape)}${type === "uint8" && !scaleUnsaid ? ` × ${scale}` : ""}`,
  );
  const targets = targetsIn(dataset, "").map(({ name, target: of }) => {
    const what = of.kind === "class" ? `${of.classes} classes` : `${of.size} values`;
    return `${several ? `${name}: ` : ""}${what}`;
  });
  const prepared = preparedBy({
    ...(standardisation && { standardisation }),
    ...(targetScale && { targetScale }),
    ...extra,
  });
  const classes = namesIn(dataset);
  const content = stream ? undefined : contentOf(dataset);
  return {
    ...(!stream && { rows: length }),
    inputs: inputs.join(", "),
    targets: targets.join(", "),
    ...(classes && { classes: [...classes] }),
    ...(prepared && { prepared }),
    ...(content && { content }),
  };
}

/** What says where data lies, and not what is in it. */
const ELSEWHERE = ["data", "training"];

function preparedBy(extra: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const entries = Object.entries(extra).filter(
    ([key, value]) => !ELSEWHERE.includes(key) && value !== undefined,
  );
  if (entries.length === 0) return undefined;
  return Object.fromEntries(entries.map(([key, value]) => [key, hex(hash(toUtf8(sorted(value))))]));
}

/** JSON that does not depend on the order of keys. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, at: unknown) =>
    typeof at === "object" && at !== null && !Array.isArray(at)
      ? Object.fromEntries(Object.entries(at).sort(([a], [b]) => (a < b ? -1 : 1)))
      : at,
  ) ?? "";

/** Of rows that lie in memory; others would have to be read for it. */
function contentOf(dataset: Dataset): KnownRows["content"] {
  const { portables } = describeAll([dataset]);
  if (portables.some(({ kind }) => kind === "elsewhere" || kind === "digits")) return undefined;
  const { length } = dataset;
  const bytes = 4 * (sizeOf(dataset.inputShape) + targetSize(dataset.target));
  const stride = Math.max(1, Math.ceil((length * bytes) / MOST));
  const x = new Blocks(length);
  const y = new Blocks(length);
  const atOnce = Math.max(1, Math.min(length, Math.floor((MOST / 8 / bytes) * stride)));
  try {
    for (let from = 0; from < length; from += atOnce) {
      const to = Math.min(length, from + atOnce);
      const wanted = range(to - from, from).filter((row) => row % stride === 0);
      if (wanted.length === 0) continue;
      const rows = buffersFor(dataset, wanted.length);
      if (isPromise(dataset.read(wanted, rows.x, rows.y))) return undefined;
      x.add(wanted, rows.x);
      y.add(wanted, rows.y);
    }
  } catch {
    // what is wrong with them the training says, with the number of the batch
    return undefined;
  }
  return { x: x.hashes, y: y.hashes };
}

const weightHashes = (weights: ArrayLike<number>): Hashes => {
  const blocks = new Blocks(weights.length);
  blocks.add(range(weights.length), Float64Array.from(weights));
  return blocks.hashes;
};

class Blocks {
  private readonly size: number;
  private readonly blocks: Uint32Array;
  private readonly places: Uint32Array;

  constructor(private readonly rows: number) {
    this.size = Math.max(1, Math.ceil(rows / BLOCKS));
    this.blocks = new Uint32Array(Math.ceil(rows / this.size));
    this.places = new Uint32Array(this.size);
  }

  add(rows: Uint32Array, values: Uint8Array | Int32Array | Float32Array | Float64Array): void {
    const n = values.byteLength / rows.length;
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    rows.forEach((row, i) => {
      const of = hash(bytes, undefined, i * n, (i + 1) * n);
      const more = (h: number) => Math.imul(h ^ of, 0x9e3779b1) + 1;
      this.blocks[Math.floor(row / this.size)] = more(this.blocks[Math.floor(row / this.size)]);
      this.places[row % this.size] = more(this.places[row % this.size]);
    });
  }

  get hashes(): Hashes {
    const text = (all: Uint32Array) => Array.from(all, hex).join("");
    const { rows, size } = this;
    const few = size > 1 && size <= BLOCKS;
    return { rows, size, blocks: text(this.blocks), ...(few && { places: text(this.places) }) };
  }
}
