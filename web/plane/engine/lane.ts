/** A training that takes steps on request: one call of fit() that waits between steps. */
import type { Callback, Model } from "nabla";
import { NablaError } from "nabla";
import type { Dataset } from "nabla/data";

/** Training ends here: long enough for every set, short enough for a page that is left open. */
const MAX_EPOCHS = 10_000;

/** Where a lane begins that goes on from another. */
export interface From {
  readonly step: number;
  readonly epoch: number;
}

export class Lane {
  /** Steps taken, with those before this lane. */
  step: number;
  /** The learning rate of the last step. */
  rate = 0;
  /** Whether the last epoch is done. */
  finished = false;
  /** Why training failed, if it did. */
  failed: string | undefined;

  readonly stepsPerEpoch: number;
  private allowed = 0;
  private running: Promise<void> | undefined;
  private proceed: (() => void) | undefined;
  private taken: (() => void) | undefined;
  private readonly stop = new AbortController();
  private leaving = false;

  constructor(
    readonly model: Model,
    private readonly data: Dataset,
    batch: number,
    readonly from: From = { step: 0, epoch: 0 },
  ) {
    this.step = from.step;
    this.batchSize = Math.min(batch, data.length);
    this.stepsPerEpoch = Math.ceil(data.length / this.batchSize);
  }

  private readonly batchSize: number;

  /** Epochs done, with the share of the one that is under way. */
  get epoch(): number {
    return this.from.epoch + (this.step - this.from.step) / this.stepsPerEpoch;
  }

  /** The step that ends the epoch which the step `at` is in. */
  epochEnd(at: number): number {
    return at + this.stepsPerEpoch - ((at - this.from.step) % this.stepsPerEpoch);
  }

  get over(): boolean {
    return this.finished || this.failed !== undefined;
  }

  /** Resolves when so many steps are taken, or training is over. One call at a time. */
  async run(steps: number): Promise<void> {
    if (this.over || steps < 1 || this.stop.signal.aborted) return;
    this.allowed = steps;
    const done = new Promise<void>((resolve) => {
      this.taken = resolve;
    });
    if (this.running) this.proceed?.();
    else this.running = this.train();
    await done;
  }

  /** Ends this call of fit() where it is: the model can go on from there. */
  async leave(): Promise<void> {
    this.leaving = true;
    this.proceed?.();
    await this.running;
  }

  /** Ends training; nothing runs any more. */
  async dispose(): Promise<void> {
    this.stop.abort();
    this.proceed?.();
    await this.running;
  }

  private async train(): Promise<void> {
    const pace: Callback = {
      onBatchEnd: (_batch, _logs, context) => {
        this.step = this.from.step + context.step;
        this.rate = context.learningRate;
        if (--this.allowed > 0) return;
        const wait = new Promise<void>((resolve) => {
          this.proceed = resolve;
        });
        this.taken?.();
        return wait.then(() => {
          if (this.leaving) context.stop("its settings change");
        });
      },
    };
    const { batchSize } = this;
    try {
      await this.model.fit(this.data, {
        batchSize,
        epochs: MAX_EPOCHS,
        callbacks: [pace],
        signal: this.stop.signal,
        // this is the view's worker already
        worker: false,
      });
      this.finished = !this.leaving;
    } catch (error) {
      if (!this.stop.signal.aborted) this.failed = explain(error);
    }
    this.taken?.();
  }
}

function explain(error: unknown): string {
  if (error instanceof NablaError) return error.message;
  throw error;
}
