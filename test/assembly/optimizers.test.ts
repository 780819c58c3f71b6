/** Optimizer kernels, reached through their twins in src/optimizers the way a plan reaches them. */
import { describe, expect, test } from "vitest";
import { OPTIMIZERS, type OptimizerConfig, optimizerField } from "../../src/optimizers/table.ts";
import { slotsOf } from "../../src/optimizers/update.ts";
import stored from "../golden/optimizers.json";
import { values } from "../support/kernel.ts";
import { numberOf, Training } from "../support/optimizerStep.ts";

interface Golden {
  steps: number;
  w0: number[];
  gradients: number[][];
  cases: {
    config: Parameters<ReturnType<typeof optimizerField>["check"]>[0];
    rates: number[];
    w: Record<string, number[]>;
    slots: Record<string, number[]>;
  }[];
}
const golden = stored as unknown as Golden;

const named = golden.cases.map((c) => [JSON.stringify(c.config), c] as const);
describe.each(named)("%s", (_, { config, rates, w, slots }) => {
  const checked = optimizerField().check(config);

  test("follows the reference for 30 steps", () => {
    const training = new Training(checked, golden.w0);
    for (let t = 0; t < golden.steps; t++) {
      training.step(t, rates[t], golden.gradients[t]);
      const want = w[t + 1];
      if (!want) continue;
      // What may be lost: rounding w once a step, and 1e-5 of the way it has come.
      want.forEach((exact, i) => {
        const allowed =
          1e-5 * Math.abs(exact - golden.w0[i]) +
          (t + 1) * 6e-8 * Math.max(Math.abs(exact), Math.abs(golden.w0[i]));
        expect(
          Math.abs(training.w[i] - exact),
          `step ${t + 1}, w[${i}] = ${training.w[i]}, want ${exact}`,
        ).toBeLessThanOrEqual(allowed);
      });
    }
    const names = slotsOf(checked).map((slot) => slot.name);
    expect(names.sort()).toEqual(Object.keys(slots).sort());
    slotsOf(checked).forEach(({ name }, s) => {
      const scale = Math.max(...slots[name].map(Math.abs));
      slots[name].forEach((exact, i) => {
        expect(Math.abs(training.slot(s)[i] - exact), `${name}[${i}]`).toBeLessThanOrEqual(
          2e-5 * Math.abs(exact) + 1e-9 * scale,
        );
      });
    });
  });

  test("shares give the same bits, on few values and on many", () => {
    for (const n of [16, 64, 16 * 37, 3 * 4096 + 16]) {
      const results = [1, 2, 3, 8].map((parts) => {
        const training = new Training(checked, values(n, 1));
        for (let t = 0; t < 4; t++) training.step(t, 0.1, values(n, 2 + t), parts);
        return [training.w.slice(), ...training.at.slots.map((_, s) => training.slot(s).slice())];
      });
      expect(results[0][0].every(Number.isFinite)).toBe(true);
      const before = values(n, 1);
      // all walked the range to its end; clipped moves may cancel, and some are too small
      expect(results[0][0].filter((v, i) => v !== before[i]).length).toBeGreaterThan(0.75 * n);
      for (const other of results) expect(other).toEqual(results[0]);
    }
  });

  test("zero parameters with zero gradients stay zero: padding never moves", () => {
    const training = new Training(checked, new Float32Array(16));
    const gradient = new Float32Array(16);
    gradient[0] = 1; // so that a norm has something to clip
    for (let t = 0; t < 5; t++) training.step(t, 0.5, gradient);
    expect(training.w[0]).not.toBe(0);
    expect([...training.w.subarray(1)]).toEqual(new Array(15).fill(0));
    slotsOf(checked).forEach(({ initial }, s) => {
      expect([...training.slot(s).subarray(1)]).toEqual(new Array(15).fill(Math.fround(numberOf(initial))));
    });
  });
});

describe("average of the weights", () => {
  const run = (momentum: number, parts = 1, n = 16, steps = 30) => {
    const config = optimizerField().check({ name: "sgd", useEma: true, emaMomentum: momentum });
    const training = new Training(config, values(n, 1));
    const mean = training.bed.core.f32(training.at.average, n);
    mean.fill(1e9); // what is there before the first step counts for nothing
    const visited: Float32Array[] = [];
    const means: Float32Array[] = [];
    for (let t = 0; t < steps; t++) {
      training.step(t, 0.3, values(n, 2 + t), parts);
      visited.push(training.w.slice());
      means.push(training.bed.core.f32(training.at.average, n).slice());
    }
    return { visited, means };
  };

  test.each([0, 0.5, 0.99, 0.9999])(
    "momentum %d: Σ βᵗ⁻ⁱ wᵢ / Σ βᵗ⁻ⁱ in float64, for 30 steps",
    (momentum) => {
      const { visited, means } = run(momentum);
      const beta = Math.fround(momentum);
      means.forEach((mean, t) => {
        for (let p = 0; p < 16; p++) {
          let sum = 0;
          let share = 0;
          for (let i = 0; i <= t; i++) {
            sum = beta * sum + visited[i][p];
            share = beta * share + 1;
          }
          // each step rounds the sum once, at the size of the weights on the way
          const size = Math.max(...visited.slice(0, t + 1).map((w) => Math.abs(w[p])));
          expect(Math.abs(mean[p] - sum / share), `step ${t + 1}, [${p}]`).toBeLessThanOrEqual(
            (t + 1) * 1.2e-7 * size,
          );
        }
      });
      expect(means[0]).toEqual(visited[0]);
    },
  );

  test("another momentum is noticed (the comparison can fail)", () => {
    const [a, b] = [run(0.99).means[29], run(0.9).means[29]];
    expect(Math.max(...a.map((v, i) => Math.abs(v - b[i])))).toBeGreaterThan(1e-3);
  });

  test("shares give the same bits", () => {
    for (const n of [16, 64, 16 * 37, 3 * 4096 + 16]) {
      const [one, ...others] = [1, 2, 3, 8].map((parts) => run(0.9, parts, n, 3).means);
      expect(one[2].every((v) => Number.isFinite(v) && Math.abs(v) < 1e8)).toBe(true);
      for (const other of others) expect(other).toEqual(one);
    }
  });

  test("it runs after the move, whatever the optimizer", () => {
    for (const name of OPTIMIZERS) {
      const training = new Training(optimizerField().check({ name, useEma: true }), values(16, 1));
      training.step(0, 0.1, values(16, 2));
      expect(training.bed.core.f32(training.at.average, 16)).toEqual(training.w);
    }
  });
});

test("the smallest epsilon still keeps zeros", () => {
  for (const name of ["adam", "rmsprop", "adagrad"] as const) {
    const config = optimizerField().check({ name, epsilon: 1e-38 });
    const training = new Training(
      name === "adagrad" ? ({ ...config, initialAccumulatorValue: 0 } as OptimizerConfig) : config,
      new Float32Array(16),
    );
    training.step(0, 0.1, new Float32Array(16));
    expect([...training.w]).toEqual(new Array(16).fill(0));
    expect(() => optimizerField().check({ name, epsilon: 1e-50 })).toThrow("epsilon: expected");
  }
});

test("Adam late in training: the corrections have gone, and a great step number costs nothing", () => {
  const config = optimizerField().check("adam");
  for (const step of [10_000_000, 2147483646 - 1]) {
    const training = new Training(config, new Float32Array(16).fill(1));
    training.step(step, 0.001, new Float32Array(16).fill(2));
    const m = 0.1 * 2;
    const v = 0.001 * 4;
    expect(training.w[0]).toBeCloseTo(1 - (0.001 * m) / (Math.sqrt(v) + 1e-7), 6);
  }
});

test("a reference for another formula does not pass (the comparison can fail)", () => {
  const plain = golden.cases.find(({ config }) => JSON.stringify(config) === '{"name":"momentum"}')!;
  const training = new Training(optimizerField().check("nesterov"), golden.w0);
  for (let t = 0; t < 3; t++) training.step(t, plain.rates[t], golden.gradients[t]);
  const off = plain.w[3].map((exact, i) => Math.abs(training.w[i] - exact) / Math.abs(exact - golden.w0[i]));
  expect(Math.max(...off.filter(Number.isFinite))).toBeGreaterThan(0.1);
});
