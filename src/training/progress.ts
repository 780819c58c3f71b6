/** Reports of how far a training is. */
import type { Logs } from "../callbacks/callback.ts";
import { now } from "../host.ts";
import { type Run, since } from "./run.ts";

/** How far a training is, for those who show it. Epochs and batches count from 0; `batch` is how many are done. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  /** Infinity within an epoch whose length only its end tells. */
  readonly batches: number;
  /** Steps taken over all epochs of this call of fit(). */
  readonly step: number;
  /** Over the epoch so far; with figures of validation where it is complete. */
  readonly logs: Logs;
  /** Since the last report, callbacks and pauses included. */
  readonly samplesPerSecond: number;
}

/** Reports when it is time for one. */
export class Reports {
  private reported = now();
  private ended = Number.NEGATIVE_INFINITY;
  private rows = 0;

  constructor(
    private readonly epochs: number,
    public batches: number,
    private readonly run: Run,
    private readonly listener?: { readonly every: number; report(progress: Progress): void },
  ) {}

  /** After a batch of so many rows. The last of an epoch is reported with its end. */
  batch(rows: number, logs: () => Logs): void {
    this.rows += rows;
    const { batch } = this.run;
    if (!this.listener || batch >= this.batches) return;
    const at = now();
    if (at - this.reported >= this.listener.every) this.report(since(this.run).epoch, batch, logs(), at);
  }

  /** In the middle of an epoch that is not continued. */
  interrupted(logs: () => Logs): void {
    const { run } = this;
    if (this.rows > 0) this.report(since(run).epoch, run.batch, logs(), now());
  }

  /** At the end of an epoch. Epochs of a few rows may end thousands of times a second. */
  epoch(epoch: number, logs: Logs, last: boolean): void {
    if (!this.listener) return;
    const at = now();
    if (at - this.ended < this.listener.every && !last) return;
    this.ended = at;
    this.report(epoch, this.batches, logs, at);
  }

  private report(epoch: number, batch: number, logs: Logs, at: number): void {
    const { epochs, batches } = this;
    const samplesPerSecond = (this.rows / Math.max(at - this.reported, 1e-3)) * 1000;
    [this.reported, this.rows] = [at, 0];
    this.listener?.report({
      epoch,
      epochs,
      batch,
      batches,
      step: since(this.run).step,
      logs,
      samplesPerSecond,
    });
  }
}
