/** Reading ahead, for datasets whose `read` returns a promise. */

import { messageOf, NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { buffersFor, type Dataset, type Inputs, type Targets } from "./dataset.ts";
import { demandDataset } from "./expected.ts";

/** A batch in the prefetcher's buffers, valid until the next call of `next`. */
export interface Batch {
  /** Counted from 0 over the whole order. */
  readonly index: number;
  readonly rows: number;
  /** At least rows · (size of a row) values, of which that many count. */
  readonly x: Inputs;
  readonly y: Targets;
}

type Outcome = { batch: Batch } | { error: unknown };

/**
 * Hands out the batches of `order`, reading the next into a second buffer while the caller computes on the current.
 *
 *     const reader = new Prefetcher(dataset, order, batchSize);
 *     for (let batch = await reader.next(); batch; batch = await reader.next()) { … }
 *
 * An error of `read` comes out of the `next` that would have returned the batch, with the batch's number.
 */
export class Prefetcher {
  readonly #dataset: Dataset;
  readonly #order: Uint32Array;
  readonly #batchSize: number;
  readonly #epoch: number | undefined;
  readonly #buffers: { x: Inputs; y: Targets }[];
  #next: number;
  #pending: Promise<Outcome> | undefined;

  /** Starts reading batch `first` (default 0) at once; `epoch` as for Dataset.read. */
  constructor(dataset: Dataset, order: Uint32Array, batchSize: number, first = 0, epoch?: number) {
    demandDataset("Prefetcher", dataset);
    demand(ArrayBuffer.isView(order), "Prefetcher: order", "row numbers, a Uint32Array", order);
    demand(
      Number.isInteger(batchSize) && batchSize > 0,
      "Prefetcher: batchSize",
      "a whole number ≥ 1",
      batchSize,
    );
    demand(Number.isInteger(first), "Prefetcher: first", "the number of a batch", first);
    this.#dataset = dataset;
    this.#order = order;
    this.#batchSize = batchSize;
    this.#epoch = epoch;
    this.#buffers = [buffersFor(dataset, batchSize), buffersFor(dataset, batchSize)];
    this.#next = first;
    this.#pending = this.#start();
  }

  /** The next batch, or undefined after the last. */
  async next(): Promise<Batch | undefined> {
    const outcome = await this.#pending;
    if (!outcome) return undefined;
    if ("error" in outcome) {
      this.#pending = undefined;
      throw outcome.error;
    }
    // The buffer the caller had until now is free again: fill it.
    this.#pending = this.#start();
    return outcome.batch;
  }

  /** Never rejects: an error nobody waits for yet would otherwise end the process. */
  #start(): Promise<Outcome> | undefined {
    const index = this.#next;
    const from = index * this.#batchSize;
    if (from >= this.#order.length) return undefined;
    this.#next = index + 1;
    const indices = this.#order.subarray(from, Math.min(from + this.#batchSize, this.#order.length));
    const { x, y } = this.#buffers[index % 2]!;
    return this.#read(index, indices, x, y);
  }

  async #read(index: number, indices: Uint32Array, x: Inputs, y: Targets): Promise<Outcome> {
    try {
      await this.#dataset.read(indices, x, y, this.#epoch);
      return { batch: { index, rows: indices.length, x, y } };
    } catch (cause) {
      return { error: readError(this.#dataset, index, cause) };
    }
  }
}

/** What a dataset's `read` threw, with the number of the batch. */
export function readError(dataset: Dataset, index: number, cause: unknown): NablaError {
  const why = messageOf(cause);
  return new NablaError(`${dataset.name}: reading batch ${index}: ${why}`, {
    cause,
    details: { batch: index },
  });
}
