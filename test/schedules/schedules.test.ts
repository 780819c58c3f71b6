import { describe, expect, test } from "vitest";
import { parseSchedule } from "../../src/schedules/parse.ts";
import { rateAt as rateOf } from "../../src/schedules/rate.ts";
import { type ScheduleConfig, scheduleField, schedules } from "../../src/schedules/table.ts";

const rateAt = (
  config: ScheduleConfig,
  ...rest: [base: number, step: number, stepsPerEpoch: number, epochs: number]
) => rateOf({ kind: schedules[config.name], config }, ...rest);

const BASE = 0.1;
const PER_EPOCH = 100;
const EPOCHS = 20;
/** η at a time in epochs. */
const at = (config: Parameters<ReturnType<typeof scheduleField>["check"]>[0], epoch: number) =>
  rateAt(scheduleField().check(config), BASE, Math.round(epoch * PER_EPOCH), PER_EPOCH, EPOCHS);

describe("η(t)", () => {
  test("constant", () => {
    expect([0, 3.14, 19.99].map((t) => at("constant", t))).toEqual([BASE, BASE, BASE]);
  });

  test("step: falls at whole multiples, not one step before", () => {
    const config = { name: "step", factor: 0.5, everyEpochs: 5 } as const;
    expect([0, 4.99, 5, 9.99, 10, 15].map((t) => at(config, t) / BASE)).toEqual([
      1, 1, 0.5, 0.5, 0.25, 0.125,
    ]);
  });

  test("step: at every epoch of any number of steps", () => {
    const config = scheduleField().check({ name: "step", factor: 0.5, everyEpochs: 1 });
    for (const perEpoch of [1, 3, 7, 469, 1875]) {
      for (let e = 1; e <= 20; e++) {
        expect(rateAt(config, 1, e * perEpoch, perEpoch, 20)).toBe(2 ** -e);
        expect(rateAt(config, 1, e * perEpoch - 1, perEpoch, 20)).toBe(2 ** (1 - e));
      }
    }
  });

  // ExponentialDecay(lr, decay_steps = decayEpochs · stepsPerEpoch, decay_rate)(step) and so on, worked out by hand
  test("exponential, inverseTime: the formulas of Keras", () => {
    expect(at({ name: "exponential", decayRate: 0.5, decayEpochs: 2 }, 1)).toBeCloseTo(
      BASE * Math.SQRT1_2,
      14,
    );
    expect(at({ name: "exponential", decayRate: 0.96 }, 3)).toBeCloseTo(BASE * 0.96 ** 3, 14);
    expect(at({ name: "inverseTime", decayRate: 0.5 }, 4)).toBeCloseTo(BASE / 3, 14);
    expect(at({ name: "inverseTime", decayRate: 0.5, decayEpochs: 4 }, 4)).toBeCloseTo(BASE / 1.5, 14);
  });

  test("cosine: half a wave down to alpha, then flat", () => {
    expect(at("cosine", 0)).toBe(BASE);
    expect(at("cosine", 5)).toBeCloseTo(BASE * (0.5 + Math.SQRT1_2 / 2), 14);
    expect(at("cosine", 10)).toBeCloseTo(BASE / 2, 14);
    expect(at("cosine", 20)).toBeCloseTo(0, 14);
    const short = { name: "cosine", alpha: 0.1, decayEpochs: 4 } as const;
    expect(at(short, 2)).toBeCloseTo(BASE * 0.55, 14);
    for (const t of [4, 5, 19]) expect(at(short, t)).toBeCloseTo(BASE * 0.1, 14);
  });

  test("warm-up: even steps from the first one on, then the schedule from its beginning", () => {
    for (const name of ["constant", "step", "exponential", "inverseTime", "cosine"] as const) {
      const config = scheduleField().check({ name, warmupEpochs: 2 });
      const rates = Array.from({ length: 200 }, (_, s) => rateAt(config, BASE, s, PER_EPOCH, EPOCHS));
      rates.forEach((rate, s) => expect(rate).toBeCloseTo((BASE * (s + 1)) / 200, 14));
      expect(Math.max(...rates)).toBe(BASE);
      const plain = scheduleField().check({ name });
      for (const t of [0, 3, 12]) {
        expect(rateAt(config, BASE, 200 + t * PER_EPOCH, PER_EPOCH, EPOCHS)).toBeCloseTo(
          rateAt(plain, BASE, t * PER_EPOCH, PER_EPOCH, EPOCHS - 2),
          14,
        );
      }
    }
  });

  test("is never negative, NaN or above η, also past the end and with a warm-up longer than the training", () => {
    for (const name of ["constant", "step", "exponential", "inverseTime", "cosine"] as const) {
      for (const warmupEpochs of [0, 0.013, 1, 30]) {
        const config = scheduleField().check({ name, warmupEpochs });
        for (let s = 0; s < 100; s++) {
          const rate = rateAt(config, BASE, s, 3, 20);
          expect(rate >= 0 && rate <= BASE * (1 + 1e-15)).toBe(true);
        }
      }
    }
  });
});

describe("the short form", () => {
  test.each([
    ["constant", { name: "constant" }],
    ["cosine", { name: "cosine" }],
    ["cosine:0.1,5", { name: "cosine", alpha: 0.1, decayEpochs: 5 }],
    ["step:0.5,10", { name: "step", factor: 0.5, everyEpochs: 10 }],
    ["step:0.5", { name: "step", factor: 0.5 }],
    ["exponential:0.95", { name: "exponential", decayRate: 0.95 }],
    ["inverseTime:1e-2,0.5", { name: "inverseTime", decayRate: 0.01, decayEpochs: 0.5 }],
    ["cosine+warmup:1.5", { name: "cosine", warmupEpochs: 1.5 }],
    ["step:0.5,10+warmup:2", { name: "step", factor: 0.5, everyEpochs: 10, warmupEpochs: 2 }],
  ] as const)("%s", (text, config) => {
    expect(parseSchedule(text)).toEqual(scheduleField().check(config));
  });

  test.each([
    [
      "cosin",
      'schedule: expected one of constant, step, exponential, inverseTime, cosine, got "cosin"; did you mean "cosine"?',
    ],
    ["", 'got ""'],
    ["constructor", 'got "constructor"'],
    ["step:0.5,10,3", "step takes at most 2 numbers (factor, everyEpochs), got 3"],
    ["constant:1", "constant takes at most 0 numbers (none), got 1"],
    ["step:half", 'schedule: expected a number, got "half" in "step:half"'],
    ["step:0.5,", 'expected a number, got ""'],
    ["step:0.5:10", 'expected a number, got "0.5:10"'],
    ["step:2", "schedule.factor: expected a finite number > 0 and ≤ 1, got 2"],
    ["cosine+warmup", 'expected one "+warmup:EPOCHS" at the end, got "+warmup"'],
    ["cosine+warm:1", 'got "+warm:1"'],
    ["cosine+", 'got "+"'],
    ["cosine+warmup:1+warmup:2", 'got "+warmup:2"'],
    ["cosine+warmup:-1", "schedule.warmupEpochs: expected a finite number ≥ 0, got -1"],
  ])("refuses %j", (text, message) => {
    expect(() => parseSchedule(text)).toThrow(message);
  });
});
