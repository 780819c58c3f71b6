/** Dropout and gaussianNoise: what they draw has the right statistics, and one draw serves both directions. */
import { describe, expect, test } from "vitest";
import { near } from "../support/harness.ts";
import { type Given, type How, type Result, runLayer, sameBits } from "../support/layerRun.ts";
import { type ReferenceConfig, reference, type Shape, size } from "../support/layers/index.ts";
import { gradients } from "../support/layers/inputs.ts";

const shapes: [Shape, number][] = [
  [[1000], 4],
  [[1001], 3],
  [[11, 13, 5], 6],
  [[9, 7, 17], 3],
];

/** Inputs that are never near zero: what is zero afterwards was dropped. */
function given(shape: Shape, rows: number): Given {
  const dy = gradients(rows, shape).map((v) => v + 2);
  return { x: dy.map((v) => Math.fround(v + 1)), p: {}, dy };
}

const mean = (a: ArrayLike<number>) => Array.from(a).reduce((s, v) => s + v, 0) / a.length;

test("a rate of all but 1 drops everything", () => {
  const [shape, rows] = [[64], 4];
  const { y } = runLayer({ type: "dropout", rate: 1 - 2 ** -40 }, shape, rows, given(shape, rows));
  expect(y.every((value) => value === 0)).toBe(true);
});

/** What does not depend on what was drawn. */
function checkBits(config: ReferenceConfig, shape: Shape, rows: number): Result {
  const given_ = given(shape, rows);
  const run = (how: How = {}) => runLayer(config, shape, rows, given_, how);
  const whole = run();
  for (const how of [
    { parts: 2 },
    { parts: 3, backwards: true },
    { parts: 8 },
    { room: rows + 5 },
    { pieces: [1, rows - 1] },
  ]) {
    const other = run(how);
    sameBits(`y with ${JSON.stringify(how)}`, other.y, whole.y);
    if (other.dx) sameBits(`dx with ${JSON.stringify(how)}`, other.dx, whole.dx!);
  }
  for (const mode of ["predict", "evaluate"] as const)
    sameBits(`y to ${mode}`, run({ mode }).y, Float32Array.from(given_.x));
  const next = run({ step: 1 }).y;
  const changed = next.filter((v, i) => v !== whole.y[i]).length;
  expect(changed / next.length).toBeGreaterThan(0.1);
  return whole;
}

describe.each(shapes)("of [%s], %i rows", (shape, rows) => {
  test.each([0.1, 0.3, 0.5, 0.9])("dropout %f", (rate) => {
    const { x } = given(shape, rows);
    const result = checkBits({ type: "dropout", rate }, shape, rows);
    const n = rows * size(shape);
    const mask = x.map((_, i) => (result.y[i] === 0 ? 0 : 1 / (1 - rate)));
    const layer = reference({ type: "dropout", rate }, shape);
    const want = layer.forward({ mask }, x, true);
    near("y", result.y, want.y);
    near("dx", result.dx!, want.backward(Float64Array.from(result.dy)).dx);
    // five standard deviations of a coin thrown n times
    const dropped = (of: ArrayLike<number>) => 1 - mean(of) * (1 - rate);
    expect(Math.abs(dropped(mask) - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / n));
    // neighbours along every axis are independent: they fall together as often as chance has it
    const c = shape[shape.length - 1];
    for (const apart of [1, c, size(shape)]) {
      let both = 0;
      for (let i = 0; i + apart < n; i++) both += Number(mask[i] === 0 && mask[i + apart] === 0);
      const p = rate * rate;
      expect(Math.abs(both / (n - apart) - p), `${apart} apart`).toBeLessThan(
        8 * Math.sqrt((p * (1 - p)) / (n - apart)),
      );
    }
  });

  test.each([0.1, 2])("gaussianNoise %f", (stddev) => {
    const { x } = given(shape, rows);
    const result = checkBits({ type: "gaussianNoise", stddev }, shape, rows);
    const noise = x.map((v, i) => (result.y[i] - v) / stddev);
    const n = noise.length;
    sameBits("dx", result.dx!, result.dy);
    expect(Math.abs(mean(noise))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean(noise.map((v) => v * v)) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean(noise.map((v) => v ** 3)))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(mean(noise.map((v) => v ** 4)) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    for (const apart of [1, shape[shape.length - 1], size(shape)]) {
      const products = Array.from({ length: n - apart }, (_, i) => noise[i] * noise[i + apart]);
      expect(Math.abs(mean(products)), `${apart} apart`).toBeLessThan(5 / Math.sqrt(n - apart));
    }
  });
});

test("rate 0 and stddev 0 change nothing", () => {
  for (const config of [
    { type: "dropout", rate: 0 },
    { type: "gaussianNoise", stddev: 0 },
  ] as const) {
    const { x, ...rest } = given([5, 6, 3], 2);
    const { y, dx, dy } = runLayer(config, [5, 6, 3], 2, { x, ...rest });
    sameBits("y", y, Float32Array.from(x));
    sameBits("dx", dx!, dy);
  }
});

test("two of them in one network draw apart from each other", () => {
  const drop = { type: "dropout", rate: 0.5 } as const;
  const rows = 4;
  const shape = [1000];
  const { x, ...rest } = given(shape, rows);
  const { y } = runLayer({ type: "residual", layers: [drop, drop] }, shape, rows, { x, ...rest });
  // y is x + x · mask · mask: kept by both a quarter of the time, not half of it
  const kept = mean(y.map((v, i) => Number(v !== Math.fround(x[i]))));
  expect(Math.abs(kept - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / (rows * 1000)));
});
