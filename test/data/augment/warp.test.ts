/** Resampling against a computation of its own: the forward matrix, inverted, and a bilinear look-up by its definition. */
import { describe, expect, test } from "vitest";
import { ElasticField } from "../../../src/data/augment/elasticField.ts";
import { Warp } from "../../../src/data/augment/warp.ts";
import type { Inputs } from "../../../src/data/index.ts";
import { type AugmentOptions, augment } from "../../../src/data/index.ts";
import { STREAMS, Stream } from "../../../src/math/random.ts";
import { flat, numbered, row } from "./support.ts";

type Matrix = [number, number, number, number];
const times = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  a * e + b * g,
  a * f + b * h,
  c * e + d * g,
  c * f + d * h,
];

/** Σ over the four neighbours, each weighted by its nearness; outside is `fill`. */
function look(
  image: Inputs,
  shape: readonly number[],
  y: number,
  x: number,
  c: number,
  fill: number,
): number {
  const [height, width, channels = 1] = shape as [number, number, number?];
  let sum = 0;
  for (const i of [Math.floor(y), Math.floor(y) + 1])
    for (const j of [Math.floor(x), Math.floor(x) + 1]) {
      const inside = i >= 0 && i < height && j >= 0 && j < width;
      const value = inside ? image[(i * width + j) * channels + c]! : fill;
      sum += (1 - Math.abs(y - i)) * (1 - Math.abs(x - j)) * value;
    }
  return sum;
}

/** What augment() must make of an image, in f64 and with the host's sine. */
function expected(
  image: Inputs,
  shape: readonly number[],
  options: AugmentOptions,
  epoch: number,
  at: number,
) {
  const [height, width, channels = 1] = shape as [number, number, number?];
  const { shift = 0, rotate = 0, scale = 0, shear = 0, flip, fill = 0, seed = 0 } = options;
  const random = new Stream(seed, STREAMS.augment, epoch * 2 ** 32 + at);
  const u = Array.from({ length: 7 }, () => random.uniform());
  const amount = (i: number, most: number) =>
    i < 2 && Number.isInteger(most) ? Math.floor(u[i]! * (2 * most + 1)) - most : (2 * u[i]! - 1) * most;
  const dy = amount(0, shift as number);
  const dx = amount(1, shift as number);
  const angle = (amount(2, rotate) * Math.PI) / 180;
  const size = 1 + amount(3, scale);
  const lean = Math.tan((amount(4, shear) * Math.PI) / 180);
  const flipX = u[5]! < 0.5 && (flip === "horizontal" || flip === "both") ? -1 : 1;
  const flipY = u[6]! < 0.5 && (flip === "vertical" || flip === "both") ? -1 : 1;
  // where a point (x, y) of the image goes, y downwards: first mirrored, then larger, sheared, turned
  const turn: Matrix = [Math.cos(angle), Math.sin(angle), -Math.sin(angle), Math.cos(angle)];
  const [a, b, c, d] = times(times(turn, [1, -lean, 0, 1]), [size * flipX, 0, 0, size * flipY]);
  const det = a * d - b * c;
  const out: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const px = x - dx - (width - 1) / 2;
      const py = y - dy - (height - 1) / 2;
      const fromX = (d * px - b * py) / det + (width - 1) / 2;
      const fromY = (-c * px + a * py) / det + (height - 1) / 2;
      for (let k = 0; k < channels; k++) out.push(look(image, shape, fromY, fromX, k, fill));
    }
  return out;
}

const CASES: [string, AugmentOptions][] = [
  ["rotate", { rotate: 40 }],
  ["scale", { scale: 0.3 }],
  ["shear", { shear: 30 }],
  ["a fractional shift", { shift: 1.5 }],
  ["a whole shift and a turn, another seed and fill", { shift: 2, rotate: 180, fill: 3, seed: 12345678901 }],
  ["all, mirrored", { shift: 2.5, rotate: 90, scale: 0.5, shear: 45, flip: "both", fill: 1 }],
];

describe.each(CASES)("%s", (_, options) => {
  test.each([[[7, 6]], [[5, 8, 1]], [[6, 5, 3]]])("float32 %j", (shape) => {
    const set = numbered(3, shape, "float32");
    const made = augment(set, options);
    for (let epoch = 0; epoch < 10; epoch++) {
      const got = row(made, 2, epoch);
      const want = expected(row(set, 2), shape, options, epoch, 2);
      for (const [i, value] of want.entries()) expect(Math.abs(got[i]! - value)).toBeLessThan(1e-5 * 40);
    }
  });

  test("uint8 is rounded to the nearest", () => {
    const set = numbered(3, [9, 9]);
    const made = augment(set, options);
    let halves = 0;
    for (let epoch = 0; epoch < 10; epoch++) {
      const got = row(made, 1, epoch);
      for (const [i, value] of expected(row(set, 1), [9, 9], options, epoch, 1).entries()) {
        expect(Math.abs(got[i]! - value)).toBeLessThan(0.5 + 1e-9);
        if (Math.abs(got[i]! - value) > 0.4) halves++;
      }
    }
    expect(halves).toBeGreaterThan(20);
  });
});

test("a quarter turn counter-clockwise, exactly", () => {
  const x = Float32Array.of(77, 1, 2, 3, 4, 5, 6, 7, 8, 9, 77);
  const quarter = { xx: 0, xy: -1, yx: 1, yy: 0, shiftX: 0, shiftY: 0 };
  new Warp({ height: 3, width: 3, channels: 1 }, 0).apply(x, 1, quarter);
  expect(Array.from(x)).toEqual([77, 3, 6, 9, 2, 5, 8, 1, 4, 7, 77]);
});

test("white stays white inside, and nothing gets brighter or darker than the image and what is around it", () => {
  const made = augment(flat(1, [20, 20], 255), {
    rotate: 30,
    scale: 0.2,
    shear: 10,
    shift: 1.3,
    elastic: true,
    fill: 255,
  });
  for (let epoch = 0; epoch < 30; epoch++)
    expect(row(made, 0, epoch).every((value) => value === 255)).toBe(true);
});

test("far away there is nothing but fill", () => {
  const set = flat(1, [8, 8], 100);
  const made = augment(set, { elastic: { alpha: 1e6, sigma: 1 }, fill: 9 });
  const values = row(made, 0, 1);
  expect(values.filter((value) => value !== 9).length).toBeLessThan(4);
});

describe("elastic", () => {
  const height = 28;
  const width = 20;
  const shape = { height, width, channels: 1 };

  test("displaces along its field", () => {
    const elastic = new ElasticField(height, width, { alpha: 34, sigma: 4 });
    elastic.draw(new Stream(3, 99));
    const image = row(numbered(1, [height, width], "float32"), 0);
    const x = image.slice();
    const same = { xx: 1, xy: 0, yx: 0, yy: 1, shiftX: 0, shiftY: 0 };
    new Warp(shape, 5).apply(x, 0, same, elastic.field);
    for (let i = 0; i < x.length; i++) {
      const y = Math.floor(i / width) + elastic.field[i]!;
      const want = look(image, [height, width], y, (i % width) + elastic.field[height * width + i]!, 0, 5);
      expect(Math.abs(x[i]! - want)).toBeLessThan(1e-4);
    }
    expect(elastic.field.some((d) => Math.abs(d) > 1)).toBe(true);
  });

  test("coefficients that are all alike displace all pixels alike", () => {
    const elastic = new ElasticField(9, 30, { alpha: 2, sigma: 3 });
    elastic.draw({ uniform: () => 1 } as Stream);
    const [first] = elastic.field;
    // uniform in ± a: a times what is left by smoothing is the deviation times √3
    expect(first).toBeCloseTo((Math.sqrt(3) * 2) / (3 * Math.sqrt(12 * Math.PI)) / (151 / 315), 12);
    for (const d of elastic.field) expect(d).toBeCloseTo(first!, 12);
  });

  // Simard's construction itself: noise in ± 1 under a gaussian has this deviation, and this correlation over a distance
  test.each([
    [34, 4],
    [8, 2.5],
  ])("alpha %f, sigma %f: as strong and as smooth as smoothed noise", (alpha, sigma) => {
    const random = new Stream(7, 98);
    const elastic = new ElasticField(height, width, { alpha, sigma });
    const far = Math.round(1.5 * sigma);
    let n = 0;
    let sum = 0;
    let squares = 0;
    let down = 0;
    let both = 0;
    let pairs = 0;
    for (let draw = 0; draw < 1500; draw++) {
      elastic.draw(random);
      const f = elastic.field;
      const other = height * width;
      for (let y = 0; y + far < height; y += 3)
        for (let x = 0; x < width; x += 3) {
          const i = y * width + x;
          for (const at of [i, other + i]) {
            n++;
            sum += f[at]!;
            squares += f[at]! ** 2;
            down += f[at]! * f[at + far * width]!;
          }
          both += f[i]! * f[other + i]!;
          pairs++;
        }
    }
    const variance = squares / n;
    expect(Math.abs(sum / n)).toBeLessThan(0.03 * Math.sqrt(variance));
    expect(Math.sqrt(variance) / (alpha / (sigma * Math.sqrt(12 * Math.PI)))).toBeCloseTo(1, 1);
    expect(Math.abs(down / squares - Math.exp((-far * far) / (4 * sigma * sigma)))).toBeLessThan(0.05);
    expect(Math.abs(both / pairs / variance)).toBeLessThan(0.03);
  });
});
