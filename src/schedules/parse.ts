/** Schedules in short form. */
import { didYouMean, NablaError } from "../errors.ts";
import { SCHEDULES, type ScheduleConfig, type ScheduleName, scheduleField, schedules } from "./table.ts";

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
  if (!Object.hasOwn(schedules, name)) {
    throw new NablaError(
      `schedule: expected one of ${SCHEDULES.join(", ")}, got "${name}"${didYouMean(name, SCHEDULES)}`,
    );
  }
  if (surplus.length > 0) {
    throw new NablaError(`schedule: numbers are separated by commas, as in "step:0.5,10"; got "${text}"`);
  }
  const fields = schedules[name as ScheduleName].short;
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
  return scheduleField().check(config, "schedule");
}

function numeral(value: string, text: string): number {
  const number = Number(value);
  if (value.trim() === "" || !Number.isFinite(number))
    throw new NablaError(`schedule: expected a number, got "${value}" in "${text}"`);
  return number;
}
