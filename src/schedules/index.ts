/** Learning-rate schedules η(t), from arithmetic whose bits are the same on every engine. t is counted in epochs, in fractions. */

import { SCHEDULES } from "../config/names.ts";
import { schedule } from "../config/training.ts";
import { didYouMean, NablaError } from "../errors.ts";
import type { Infer } from "../fields/fields.ts";
import { cos, pow } from "../math/elementary.ts";

export type ScheduleConfig = Infer<typeof schedule>;

/**
 * The rate of one step.
 *
 *     constant      η
 *     step          η · factor^⌊t / everyEpochs⌋
 *     exponential   η · decayRate^(t / decayEpochs)             Keras' ExponentialDecay
 *     inverseTime   η / (1 + decayRate · t / decayEpochs)       Keras' InverseTimeDecay
 *     cosine        η · (α + (1 − α) · ½(1 + cos(π · t / T)))    Keras' CosineDecay; T: the epochs after the warm-up
 *
 * A warm-up first rises evenly from 0 to η; the schedule's own t begins after it.
 *
 * @param base η before the schedule
 * @param step steps taken before this one
 * @param epochs how many are trained in all
 */
export function rateAt(
  config: ScheduleConfig,
  base: number,
  step: number,
  stepsPerEpoch: number,
  epochs: number,
): number {
  const time = step / stepsPerEpoch;
  const { warmupEpochs } = config;
  // the first step is not at zero: it would be lost
  if (time < warmupEpochs) return Math.min(base, (base * (step + 1)) / (warmupEpochs * stepsPerEpoch));
  const t = time - warmupEpochs;
  switch (config.name) {
    case "constant":
      return base;
    case "step":
      return base * pow(config.factor, Math.floor(t / config.everyEpochs));
    case "exponential":
      return base * pow(config.decayRate, t / config.decayEpochs);
    case "inverseTime":
      return base / (1 + (config.decayRate * t) / config.decayEpochs);
    case "cosine": {
      const span = config.decayEpochs ?? Math.max(epochs - warmupEpochs, 0);
      const done = span > 0 ? Math.min(t / span, 1) : 1;
      return base * (config.alpha + (1 - config.alpha) * 0.5 * (1 + cos(Math.PI * done)));
    }
  }
}

/** Fields in the order in which the short form gives them. */
const SHORT: Record<ScheduleConfig["name"], readonly string[]> = {
  constant: [],
  step: ["factor", "everyEpochs"],
  exponential: ["decayRate", "decayEpochs"],
  inverseTime: ["decayRate", "decayEpochs"],
  cosine: ["alpha", "decayEpochs"],
};

/**
 * The short form of a schedule, as on the command line: a name, numbers after a colon, a warm-up after a plus.
 *
 *     schedule = name [":" number {"," number}] ["+warmup:" number]
 *     cosine      step:0.5,10      exponential:0.95      cosine+warmup:1
 *
 * The numbers are, in this order:  step factor, everyEpochs;  exponential and inverseTime decayRate, decayEpochs;
 * cosine alpha, decayEpochs. All times are in epochs, fractions allowed; numbers left out have their defaults.
 *
 * @throws NablaError that says what the form is
 */
export function parseSchedule(text: string): ScheduleConfig {
  const [main, ...rest] = text.split("+");
  const [name, list = "", ...surplus] = main.split(":");
  if (!Object.hasOwn(SHORT, name)) {
    throw new NablaError(
      `schedule: expected one of ${SCHEDULES.join(", ")}, got "${name}"${didYouMean(name, SCHEDULES)}`,
    );
  }
  if (surplus.length > 0) {
    throw new NablaError(`schedule: numbers are separated by commas, as in "step:0.5,10"; got "${text}"`);
  }
  const fields = SHORT[name as ScheduleConfig["name"]];
  const values = list === "" ? [] : list.split(",");
  if (values.length > fields.length) {
    throw new NablaError(
      `schedule: ${name} takes at most ${fields.length} numbers (${fields.join(", ") || "none"}), got ${values.length} in "${text}"`,
    );
  }
  const config: Record<string, unknown> = { name };
  values.forEach((value, i) => {
    config[fields[i]] = numeral(value, text);
  });
  for (const part of rest) {
    const [key, value = "", ...more] = part.split(":");
    if (key !== "warmup" || value === "" || more.length > 0 || config.warmupEpochs !== undefined) {
      throw new NablaError(`schedule: expected one "+warmup:EPOCHS" at the end, got "+${part}" in "${text}"`);
    }
    config.warmupEpochs = numeral(value, text);
  }
  return schedule.check(config, "schedule");
}

function numeral(value: string, text: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number))
    throw new NablaError(`schedule: expected a number, got "${value}" in "${text}"`);
  return number;
}
