/** What callbacks see of a training. */

import type { TrainingContext } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { batchesPerEpoch, type TrainRequest } from "./request.ts";
import { type Run, since } from "./run.ts";

/** What callbacks change from outside their turn. */
export interface Changes {
  readonly stop?: string;
  readonly rateFactor?: number;
  readonly baseRate?: number;
}

/** The factor after the rate, which resets it. */
export function setRates(
  context: Pick<TrainingContext, "nextLearningRate" | "rateFactor">,
  { baseRate, rateFactor }: Changes,
): void {
  if (baseRate !== undefined) context.nextLearningRate = baseRate;
  if (rateFactor !== undefined) context.rateFactor = rateFactor;
}

/** Who is told. */
interface Listening {
  /** Called with what callbacks change. */
  changed(change: Changes): void;
  /** Whether the training has ended: what a callback sets then, that nobody waited for, is for no other training. */
  over(): boolean;
}

export function contextOf<M>(
  request: TrainRequest<M>,
  current: Run,
  { changed, over }: Listening,
): TrainingContext<M> {
  const batches = batchesPerEpoch(request);
  let run = current;
  const setting = () => {
    if (over() && run === current) run = { ...current };
  };
  return {
    model: request.model,
    epochs: request.settings.epochs,
    batchesPerEpoch: batches,
    get step() {
      return since(run).step;
    },
    get rateFactor() {
      return run.rateFactor;
    },
    set rateFactor(rateFactor) {
      setting();
      run.rateFactor = rateFactor;
      changed({ rateFactor });
    },
    get learningRate() {
      return run.rate;
    },
    set learningRate(rate) {
      this.nextLearningRate = rate;
      run.rate = rate;
    },
    get nextLearningRate() {
      return request.rate(run, batches);
    },
    set nextLearningRate(rate) {
      const { schedule } = request;
      if (schedule)
        throw new NablaError(
          `learningRate: the schedule "${schedule}" sets the rate of every step; set rateFactor, or compile without a schedule`,
        );
      if (!(Number.isFinite(rate) && rate >= 0))
        throw new NablaError(`learningRate: expected a number ≥ 0, got ${show(rate)}`);
      setting();
      [run.baseRate, run.rateFactor] = [rate, 1];
      changed({ baseRate: rate, rateFactor: 1 });
    },
    stop(reason) {
      setting();
      run.stopped = reason;
      changed({ stop: reason });
    },
  };
}
