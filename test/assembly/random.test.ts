import { describe, expect, test } from "vitest";
import { cos, log, sin } from "../../src/math/elementary.ts";
import { STREAMS, Stream, wordsOf } from "../../src/math/random.ts";
import { Bed } from "../support/kernel.ts";

type Fill = (
  p: number,
  n: number,
  seedLow: number,
  seedHigh: number,
  stream: number,
  step: number,
  a: number,
  b: number,
) => void;

/** n values of a core's function, between canaries. */
function fill(
  name: "fillUniform" | "fillGaussian",
  n: number,
  seed: number,
  stream: number,
  step: number,
  a: number,
  b: number,
) {
  const bed = new Bed();
  const p = bed.alloc("values", n * 4);
  (bed.core.exports[name] as Fill)(p, n, ...wordsOf(seed, "seed"), stream, step, a, b);
  bed.check();
  return bed.core.f32(p, n).slice();
}

const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer);
const seeds = [0, 1, 0xffffffff, 0x12345_9abcdef0, Number.MAX_SAFE_INTEGER];

describe.each(seeds)("seed %i", (seed) => {
  test("uniforms have the bits of the twin", () => {
    for (const [step, low, high] of [
      [0, 0, 1],
      [7, -0.3, 0.3],
      [0xffffffff, Math.fround(1.1), 5],
    ]) {
      const twin = new Stream(seed, STREAMS.init, step);
      const want = Float32Array.from({ length: 10_001 }, () => twin.range(low, high));
      expect(bitsOf(fill("fillUniform", 10_001, seed, STREAMS.init, step, low, high))).toEqual(bitsOf(want));
    }
  });

  test("gaussians have the bits of the twin", () => {
    for (const [step, mean, deviation] of [
      [0, 0, 1],
      [7, -2, 0.05],
      [0xffffffff, 1, 3e5],
    ]) {
      const twin = new Stream(seed, STREAMS.dropout, step);
      const want = Float32Array.from({ length: 20_002 }, () => mean + deviation * twin.gaussian());
      expect(bitsOf(fill("fillGaussian", 20_002, seed, STREAMS.dropout, step, mean, deviation))).toEqual(
        bitsOf(want),
      );
    }
  });
});

/** f32 would hide a wrong last bit of f64, so these are compared before they are rounded. */
test.each([
  ["mapLog64", log, (u: number) => u],
  ["mapLog64", log, (u: number) => u * 1e300],
  ["mapLog64", log, (u: number) => u * 1e-310],
  ["mapSin64", sin, (u: number) => u * 2 * Math.PI],
  ["mapCos64", cos, (u: number) => u * 2 * Math.PI],
  ["mapSin64", sin, (u: number) => (u - 0.5) * 2e6],
  ["mapCos64", cos, (u: number) => (u - 0.5) * 2e6],
] as const)("%s has the bits of the twin (%#)", (name, twin, spread) => {
  const n = 20_000;
  const random = new Stream(4, STREAMS.data);
  const bed = new Bed();
  const [x, y] = [bed.alloc("x", n * 8), bed.alloc("y", n * 8)];
  const input = new Float64Array(bed.core.exports.memory.buffer, x, n);
  for (let i = 0; i < n; i++) input[i] = spread(random.next() / 2 ** 32);
  input[0] = 0;
  (bed.core.exports[name] as (y: number, x: number, n: number) => void)(y, x, n);
  bed.check();
  const want = new BigUint64Array(Float64Array.from(input, twin).buffer);
  expect(new BigUint64Array(bed.core.exports.memory.buffer, y, n)).toEqual(want);
});

test.each(["fillUniform", "fillGaussian"] as const)(
  "%s: value i does not depend on how many there are",
  (name) => {
    const all = fill(name, 40, 3, 1, 2, -1, 1);
    for (const n of [1, 2, 3, 4, 5, 39]) expect(fill(name, n, 3, 1, 2, -1, 1)).toEqual(all.slice(0, n));
  },
);

test.each(["fillUniform", "fillGaussian"] as const)(
  "%s: seed, stream and step each make other values",
  (name) => {
    const of = (seed: number, stream: number, step: number) => fill(name, 64, seed, stream, step, 0, 1);
    const all = [of(1, 1, 1), of(2, 1, 1), of(1 + 2 ** 32, 1, 1), of(1, 2, 1), of(1, 1, 2)];
    for (let i = 0; i < all.length; i++)
      for (let j = 0; j < i; j++) expect(all[i].filter((v, k) => v === all[j][k]).length).toBeLessThan(2);
  },
);

/** Largest distance between the distribution of a sample and F. */
function kolmogorov(sample: Float32Array, F: (x: number) => number): number {
  const sorted = sample.slice().sort();
  return sorted.reduce((worst, x, i) => Math.max(worst, Math.abs(F(x) - i / sorted.length)), 0);
}
/** Φ by Zelen and Severo's formula (Abramowitz & Stegun 26.2.17), good to 1e-7. */
function normal(x: number): number {
  if (x < 0) return 1 - normal(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const tail =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}

test("distributions: mean, variance, and Kolmogorov's distance (1.95/√n would be exceeded once in a thousand seeds)", () => {
  const n = 100_000;
  const limit = 1.95 / Math.sqrt(n);
  const u = fill("fillUniform", n, 11, 1, 0, 0, 1);
  const z = fill("fillGaussian", n, 11, 1, 0, 0, 1);
  const mean = (v: Float32Array) => v.reduce((s, x) => s + x, 0) / n;
  const variance = (v: Float32Array) => v.reduce((s, x) => s + (x - mean0) ** 2, 0) / n;
  let mean0 = mean(u);
  expect(Math.abs(mean0 - 0.5)).toBeLessThan(0.004);
  expect(Math.abs(variance(u) - 1 / 12)).toBeLessThan(0.002);
  expect(u.every((v) => v >= 0 && v < 1)).toBe(true);
  mean0 = mean(z);
  expect(Math.abs(mean0)).toBeLessThan(0.013);
  expect(Math.abs(variance(z) - 1)).toBeLessThan(0.02);
  expect(kolmogorov(u, (x) => x)).toBeLessThan(limit);
  expect(kolmogorov(z, normal)).toBeLessThan(limit);
  // the test can fail: a deviation 5 % too large is noticed
  expect(
    kolmogorov(
      z.map((v) => v * 1.05),
      normal,
    ),
  ).toBeGreaterThan(limit);
});
