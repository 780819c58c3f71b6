/** The batches of one epoch, in its order. */

import { Prefetcher } from "../data/prefetch.ts";
import { epochOrder } from "../data/split.ts";
import { isPromise } from "../tags.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import type { Ready } from "./source.ts";
import type { Stepper } from "./step.ts";

export class EpochReader<M> {
  private readonly order: Uint32Array;
  /** Of a batch that is gathered: nobody keeps it. */
  private rows = new Uint32Array(0);
  private ahead: Prefetcher | undefined;

  constructor(
    private readonly request: TrainRequest<M>,
    private readonly stepper: Stepper<M>,
    private readonly epoch: number,
  ) {
    const { train, settings } = request;
    const order = epochOrder(train.length, settings.seed, epoch, settings.shuffle);
    this.order = order.subarray(0, batchesPerEpoch(request) * settings.batchSize);
  }

  /** The numbers of a batch's rows, valid until the next call. */
  indices(batch: number): Uint32Array {
    const { order } = this;
    const { batchSize } = this.request.settings;
    const at = batch * batchSize;
    const to = Math.min(at + batchSize, order.length);
    if (!this.stepper.gathers) return order.subarray(at, to);
    if (this.rows.length !== to - at) this.rows = new Uint32Array(to - at);
    for (let i = at; i < to; i++) this.rows[i - at] = order[i];
    return this.rows;
  }

  /**
   * Reads a batch, the one after the last that was read. If the dataset is asynchronous, the next is read while this one is computed.
   * @returns undefined for rows that need not be read
   */
  read(batch: number, indices: Uint32Array): Ready | Promise<Ready> | undefined {
    if (this.stepper.gathers) return undefined;
    if (this.ahead) return this.ahead.next() as Promise<Ready>;
    const read = this.stepper.loader.read(this.stepper.own(indices), batch, this.epoch);
    const { batchSize } = this.request.settings;
    if (isPromise(read) && !this.request.ranks && (batch + 1) * batchSize < this.order.length)
      this.ahead = new Prefetcher(this.request.train, this.order, batchSize, batch + 1, this.epoch);
    return read;
  }
}
