/** Schedules in short form. */
import { NablaError } from "../errors.ts";
import { choice } from "../fields/fields.ts";
import { SCHEDULES, type ScheduleConfig, scheduleField, schedules } from "./table.ts";

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
  const [first, ...numbers] = main.split(":");
  const name = choice(SCHEDULES).check(first, "schedule");
  const fields = schedules[name].short;
  const values = numbers.length > 0 ? numbers.join(":").split(",") : [];
  if (values.length > fields.length)
    throw new NablaError(
      `schedule: ${name} takes at most ${fields.length} numbers (${fields.join(", ") || "none"}), got ${values.length} in "${text}"`,
    );
  const config: Record<string, unknown> = { name };
  values.forEach((value, i) => {
    config[fields[i]] = numeral(value, text);
  });
  for (const part of rest) {
    const [, value] = /^warmup:(.+)$/.exec(part) ?? [];
    if (!value || config.warmupEpochs !== undefined)
      throw new NablaError(`schedule: expected one "+warmup:EPOCHS" at the end, got "+${part}" in "${text}"`);
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
