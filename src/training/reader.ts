/** The batches of one epoch, in its order. */

import { Prefetcher } from "../data/prefetch.ts";
import { epochOrder } from "../data/split.ts";
import { isPromise } from "../tags.ts";
import type { Ready } from "./batch.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import type { Stepper } from "./step.ts";

export class EpochReader<M> {
  private readonly order: Uint32Array;
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

  /** The numbers of a batch's rows. */
  indices(batch: number): Uint32Array {
    const { batchSize } = this.request.settings;
    const at = batch * batchSize;
    return this.order.subarray(at, Math.min(at + batchSize, this.order.length));
  }

  /** Reads a batch, the one after the last that was read. If the dataset is asynchronous, the next is read while this one is computed. */
  read(batch: number, indices: Uint32Array): Ready | Promise<Ready> {
    if (this.ahead) return this.ahead.next() as Promise<Ready>;
    const read = this.stepper.loader.read(this.stepper.own(indices), batch, this.epoch);
    const { batchSize } = this.request.settings;
    if (isPromise(read) && !this.request.ranks && (batch + 1) * batchSize < this.order.length)
      this.ahead = new Prefetcher(this.request.train, this.order, batchSize, batch + 1, this.epoch);
    return read;
  }
}
