/** Reports of how far a training is. */
import type { Logs } from "../callbacks/callback.ts";

/** How far a training is, for those who show it. Epochs and batches count from 0; `batch` is how many are done. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  readonly batch: number;
  readonly batches: number;
  /** Steps taken over all epochs. */
  readonly step: number;
  /** Over the epoch so far; with figures of validation where it is complete. */
  readonly logs: Logs;
  /** Since the last report, callbacks and pauses included. */
  readonly samplesPerSecond: number;
}

/** Where a training is between two steps. */
type Place = Pick<Progress, "epoch" | "batch" | "step">;

/** Reports when it is time for one. */
export class Reports {
  private reported = performance.now();
  private ended = Number.NEGATIVE_INFINITY;
  private rows = 0;

  constructor(
    private readonly epochs: number,
    private readonly batches: number,
    private readonly listener?: { readonly every: number; report(progress: Progress): void },
  ) {}

  /** After a batch of so many rows. The last of an epoch is reported with its end. */
  batch(rows: number, at: Place, logs: () => Logs): void {
    this.rows += rows;
    if (!this.listener || at.batch >= this.batches) return;
    const now = performance.now();
    if (now - this.reported >= this.listener.every) this.report(at, logs(), now);
  }

  /** In the middle of an epoch that is not continued. */
  interrupted(at: Place, logs: () => Logs): void {
    if (this.rows > 0) this.report(at, logs(), performance.now());
  }

  /** At the end of an epoch. Epochs of a few rows may end thousands of times a second. */
  epoch(at: Place, logs: Logs, last: boolean): void {
    if (!this.listener) return;
    const now = performance.now();
    if (now - this.ended < this.listener.every && !last) return;
    this.ended = now;
    this.report(at, logs, now);
  }

  private report(at: Place, logs: Logs, now: number): void {
    const { epochs, batches } = this;
    const samplesPerSecond = (this.rows / Math.max(now - this.reported, 1e-3)) * 1000;
    [this.reported, this.rows] = [now, 0];
    this.listener?.report({
      epoch: at.epoch,
      epochs,
      batch: at.batch,
      batches,
      step: at.step,
      logs,
      samplesPerSecond,
    });
  }
}
