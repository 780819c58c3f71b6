/** The learning rate of a step. What a schedule is computed with is loaded with this, by trainings: programs have all schedules at once. */
import { cos, pow } from "../math/elementary.ts";
import { type ScheduleConfig, schedules } from "./table.ts";

/**
 * The rate of one step. A warm-up first rises evenly from 0 to η; the schedule's own t begins after it.
 *
 * @param config none: it is always the same
 * @param base η before the schedule
 * @param step steps taken before this one
 * @param epochs how many are trained in all
 */
export function rateAt(
  config: ScheduleConfig | undefined,
  base: number,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  if (!config) return base;
  const time = step / stepsPerEpoch;
  const { warmupEpochs } = config;
  // the first step is not at zero: it would be lost
  if (time < warmupEpochs) return Math.min(base, (base * (step + 1)) / (warmupEpochs * stepsPerEpoch));
  return schedules[config.name].rate(config, base, time - warmupEpochs, Math.max(epochs - warmupEpochs, 0), {
    cos,
    pow,
  });
}
