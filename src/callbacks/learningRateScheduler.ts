import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Callback } from "./callback.ts";

/** What its name begins with; its function's follows. */
export const SCHEDULER = "learningRateScheduler";

/**
 * Sets the learning rate at the beginning of every epoch, by a function of one's own. As in Keras it is given the number of the epoch,
 * from 0 in each call of fit(), and the rate as it is. The rate is saved with the model: a resumed training has it.
 *
 *     learningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.95))
 *
 * @throws NablaError in fit(), where the model is compiled with a schedule, and for what is no number ≥ 0
 */
export function learningRateScheduler(schedule: (epoch: number, rate: number) => number): Callback {
  if (typeof schedule !== "function")
    throw new NablaError(
      `learningRateScheduler: expected a function (epoch, rate) => rate, got ${show(schedule)}`,
    );
  return {
    name: `${SCHEDULER}(${schedule.name || "a function without a name"})`,
    onEpochBegin(epoch, context) {
      const rate: unknown = schedule(epoch, context.nextLearningRate);
      if (typeof rate !== "number" || !(rate >= 0 && rate < Number.POSITIVE_INFINITY))
        throw new NablaError(
          `learningRateScheduler: epoch ${epoch}: expected a number ≥ 0 from its function, got ${show(rate)}`,
        );
      context.nextLearningRate = rate;
    },
  };
}
