/** The learning rate of a step. What a schedule is computed with is loaded with this, by trainings: programs have all schedules at once. */
import { cos, pow } from "../math/elementary.ts";
import type { ScheduleKind } from "./kind.ts";
import type { ScheduleConfig } from "./table.ts";

/** What a schedule does, and its settings. */
export interface Schedule {
  readonly kind: ScheduleKind;
  readonly config: ScheduleConfig;
}

/**
 * The rate of one step. A warm-up first rises evenly from 0 to η; the schedule's own t begins after it.
 *
 * @param base η before the schedule
 * @param step steps taken before this one
 * @param epochs how many are trained in all
 */
export function rateAt(
  { kind, config }: Schedule,
  base: number,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const time = step / stepsPerEpoch;
  const { warmupEpochs } = config;
  // the first step is not at zero: it would be lost
  if (time < warmupEpochs) return Math.min(base, (base * (step + 1)) / (warmupEpochs * stepsPerEpoch));
  return kind.rate(config, base, time - warmupEpochs, Math.max(epochs - warmupEpochs, 0), {
    cos,
    pow,
  });
}
