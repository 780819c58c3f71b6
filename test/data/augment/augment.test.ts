/** augment(): what it depends on, what it leaves alone, what it refuses. */
import { describe, expect, test } from "vitest";
import type { Inputs } from "../../../src/data/index.ts";
import {
  type AugmentOptions,
  augment,
  moons,
  Prefetcher,
  standardise,
  subset,
} from "../../../src/data/index.ts";
import { slowly } from "../../support/problems.ts";
import { contents } from "../helpers.ts";
import { flat, numbered, row } from "./support.ts";

const everything: AugmentOptions = {
  shift: [2, 1.5],
  rotate: 20,
  scale: 0.1,
  shear: 5,
  elastic: true,
  flip: "both",
  crop: 1,
  noise: 0.05,
  cutout: 3,
};
const set = numbered(12, [10, 9, 1]);

/** The rows `indices` as one batch. */
function batch(dataset: typeof set, indices: readonly number[], epoch?: number): number[] {
  const x = new Uint8Array(indices.length * 90);
  dataset.read(Uint32Array.from(indices), x, new Int32Array(indices.length), epoch);
  return Array.from(x);
}

describe("a function of seed, epoch and row", () => {
  const made = augment(set, everything);
  const want = (r: number, epoch: number) => Array.from(row(made, r, epoch));

  test("in batches of any size and order", () => {
    const order = [7, 3, 3, 11, 0];
    expect(batch(made, order, 4)).toEqual(order.flatMap((r) => want(r, 4)));
    expect(batch(augment(set, everything), [3], 4)).toEqual(want(3, 4));
  });

  test("read ahead, and from a source that takes its time", async () => {
    const order = Uint32Array.of(5, 1, 9, 0, 2);
    for (const late of [augment(slowly(set), everything), slowly(made)]) {
      const reader = new Prefetcher(late, order, 2, 1, 6);
      const got: number[] = [];
      for (let ready = await reader.next(); ready; ready = await reader.next())
        got.push(...ready.x.subarray(0, ready.rows * 90));
      expect(got).toEqual([9, 0, 2].flatMap((r) => want(r, 6)));
    }
  });

  test("the caller may reuse its array of rows while a read is under way", async () => {
    const indices = Uint32Array.of(5);
    const x = new Uint8Array(90);
    const pending = augment(slowly(set), everything).read(indices, x, new Int32Array(1), 2);
    indices[0] = 0;
    await pending;
    expect(Array.from(x)).toEqual(want(5, 2));
  });

  test("through subsets, standardisation and another augmentation", () => {
    expect(Array.from(row(subset(made, [4, 8]), 1, 3))).toEqual(want(8, 3));
    const floats = numbered(3, [4, 4], "float32");
    const mean = new Array<number>(16).fill(1);
    const scale = new Array<number>(16).fill(2);
    const inside = augment(floats, { shift: 1 });
    const through = row(standardise(inside, { mean, scale }), 2, 5);
    expect(Array.from(through)).toEqual(Array.from(row(inside, 2, 5), (v) => (v - 1) / 2));
    expect(row(augment(inside, {}), 2, 5)).toEqual(row(inside, 2, 5));
  });

  test.each(Object.entries(everything))(
    "%s: other epochs, rows and seeds give other images",
    (name, value) => {
      const same = flat(40, [12, 12], 0);
      const base = numbered(1, [12, 12]);
      const alike = {
        ...same,
        read: (i: Uint32Array, x: Inputs) => i.forEach((_, r) => x.set(row(base, 0), r * 144)),
      };
      const by = (seed: number) => augment(alike, { [name]: value, seed });
      const images = (pick: (k: number) => Inputs) =>
        new Set(Array.from({ length: 40 }, (_, k) => String(pick(k)))).size;
      const least = name === "flip" ? 3 : name === "crop" ? 6 : 12;
      expect(images((k) => row(by(0), 0, k))).toBeGreaterThanOrEqual(least);
      expect(images((k) => row(by(0), k, 0))).toBeGreaterThanOrEqual(least);
      expect(images((k) => row(by(k), 0, 0))).toBeGreaterThanOrEqual(least);
      expect(row(by(5), 3, 4)).toEqual(row(by(5), 3, 4));
    },
  );

  test("an option more leaves what the others draw as it was", () => {
    const square = (options: AugmentOptions) => {
      const image = row(augment(flat(1, [12, 12], 200), { ...options, cutout: 4 }), 0, 9);
      return Array.from(image, (v) => v === 0);
    };
    const plain = square({});
    expect(plain.filter(Boolean).length).toBeGreaterThan(3);
    for (const options of [{ flip: "both" }, { noise: 0.01 }, { shift: 3, fill: 0, crop: 2 }] as const) {
      const other = square(options);
      if (!("shift" in options)) expect(other).toEqual(plain);
      else plain.forEach((black, i) => black && expect(other[i]).toBe(true));
    }
  });
});

test("noise is the same whatever bends the image under it", () => {
  const zeros: typeof set = { ...numbered(1, [12, 12], "float32"), read: (_, x) => void x.fill(0) };
  const noise = row(augment(zeros, { noise: 1 }), 0, 3);
  expect(noise.some((v) => v !== 0)).toBe(true);
  for (const more of [{ elastic: true }, { rotate: 9 }, { shift: 1 }])
    expect(row(augment(zeros, { noise: 1, ...more }), 0, 3)).toEqual(noise);
});

describe("left alone", () => {
  test("rows read without an epoch, labels, and everything else of the dataset", () => {
    const made = augment(set, everything);
    const { read: _, ...rest } = made;
    const { read: __, ...before } = set;
    expect(rest).toEqual(before);
    expect(contents(made)).toEqual(contents(set));
    const y = new Int32Array(2);
    made.read(Uint32Array.of(4, 5), new Uint8Array(180), y, 0);
    expect(Array.from(y)).toEqual([1, 2]);
  });

  test.each(["uint8", "float32"] as const)("what is next to the rows in a %s buffer", (type) => {
    const source = numbered(4, [5, 6, 3], type);
    for (const options of [everything, { shift: 2, flip: "both" }] as AugmentOptions[]) {
      const made = augment(source, { ...options, fill: 3 });
      for (let epoch = 0; epoch < 50; epoch++) {
        const whole = type === "uint8" ? new Uint8Array(400).fill(77) : new Float32Array(400).fill(77);
        // a view into the middle, as of linear memory
        made.read(Uint32Array.of(1, 3), whole.subarray(20, 250), new Int32Array(2), epoch);
        expect(whole.subarray(0, 20).every((v) => v === 77)).toBe(true);
        expect(whole.subarray(200).every((v) => v === 77)).toBe(true);
      }
    }
  });

  test("the source's own values", () => {
    const before = contents(set);
    batch(augment(set, everything), [0, 1, 2, 3], 1);
    expect(contents(set)).toEqual(before);
  });

  test("options that change nothing change nothing", () => {
    const nothing = {
      shift: 0,
      rotate: 0,
      scale: 0,
      shear: 0,
      crop: 0,
      noise: 0,
      cutout: 0,
      elastic: { alpha: 0 },
    };
    for (const options of [{}, nothing, { elastic: false }])
      expect(row(augment(set, options), 5, 3)).toEqual(row(set, 5));
  });
});

describe("noise and cutout", () => {
  const spread = (values: ArrayLike<number>, middle: number) => {
    let sum = 0;
    let squares = 0;
    let fourth = 0;
    for (let i = 0; i < values.length; i++) {
      const d = values[i]! - middle;
      sum += d;
      squares += d * d;
      fourth += d ** 4;
    }
    const variance = squares / values.length;
    return {
      mean: sum / values.length,
      deviation: Math.sqrt(variance),
      kurtosis: fourth / values.length / variance ** 2,
    };
  };

  test("deviation in units of what the network sees: of bytes, 25.5 for 0.1", () => {
    const x = row(augment(flat(1, [200, 200], 128), { noise: 0.1 }), 0, 0);
    const { mean, deviation, kurtosis } = spread(x, 128);
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(Math.abs(deviation - 25.5)).toBeLessThan(0.4);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.15);
  });

  test("float32 is not cut, bytes stay from 0 to 255", () => {
    const zeros = {
      ...numbered(1, [200, 200], "float32"),
      read: (_: Uint32Array, x: Inputs) => void x.fill(0),
    };
    const { mean, deviation } = spread(row(augment(zeros, { noise: 3 }), 0, 1), 0);
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(deviation - 3)).toBeLessThan(0.05);
    for (const value of [0, 255]) {
      const x = row(augment(flat(1, [100, 100], value), { noise: 0.1 }), 0, 0);
      const still = x.filter((v) => v === value).length / x.length;
      expect(Math.abs(still - 0.5)).toBeLessThan(0.03);
      // nothing wrapped around
      expect(x.every((v) => Math.abs(v - value) < 150)).toBe(true);
    }
  });

  test("a square of the side asked for, whole or cut by the edge, its middle anywhere", () => {
    const made = augment(flat(1, [9, 11, 3], 5), { cutout: 4, fill: 250 });
    const middles = new Set<string>();
    for (let epoch = 0; epoch < 2000; epoch++) {
      const x = row(made, 0, epoch);
      const rows: number[] = [];
      const columns: number[] = [];
      let count = 0;
      for (let i = 0; i < 99; i++) {
        const [red, green, blue] = x.subarray(3 * i, 3 * i + 3);
        // expect() alone would take most of the time
        if ((red !== 250 && red !== 5) || green !== red || blue !== red)
          expect([red, green, blue]).toEqual("all of them 5 or 250");
        if (red !== 250) continue;
        count++;
        rows.push(Math.floor(i / 11));
        columns.push(i % 11);
      }
      const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
      const [left, right] = [Math.min(...columns), Math.max(...columns)];
      expect(count).toBe((bottom - top + 1) * (right - left + 1));
      if (top > 0 && bottom < 8) expect(bottom - top).toBe(3);
      if (left > 0 && right < 10) expect(right - left).toBe(3);
      middles.add(`${top}-${bottom} ${left}-${right}`);
    }
    expect(middles.size).toBe(99);
  });
});

describe("refused", () => {
  test.each([
    [{ rotat: 3 }, 'augment: unknown option "rotat"; did you mean "rotate"?'],
    [{ fill: "black" }, 'augment.fill: expected a finite number, got "black"'],
    [{ shift: -1 }, "augment.shift: expected a finite number ≥ 0, got -1"],
    [{ shift: [1, 2, 3] }, "augment.shift: expected an array of 2, each a finite number ≥ 0, got [1,2,3]"],
    [{ shift: [1, 9] }, "augment: shift: expected fewer than the 9 pixels an image is wide, got 9"],
    [{ shift: 20 }, "augment: shift: expected fewer than the 10 pixels an image is high, got 20"],
    [{ crop: 9 }, "augment: crop: expected fewer than the 9 pixels an image is wide, got 9"],
    [{ crop: 1.5 }, "augment.crop: expected a whole number ≥ 0, got 1.5"],
    [{ rotate: 181 }, "augment.rotate: expected a finite number ≥ 0 and ≤ 180, got 181"],
    [{ rotate: Number.NaN }, "augment.rotate: expected a finite number ≥ 0 and ≤ 180, got NaN"],
    [{ scale: 1 }, "augment.scale: expected a finite number ≥ 0 and < 1, got 1"],
    [{ shear: 90 }, "augment.shear: expected a finite number ≥ 0 and < 90, got 90"],
    [{ elastic: 3 }, "augment.elastic: expected an object, got 3"],
    [
      { elastic: { alpha: 3, sigma: 0.5 } },
      "augment.elastic.sigma: expected a finite number ≥ 1 and ≤ 1000000, got 0.5",
    ],
    [{ elastic: { alpa: 3 } }, 'augment.elastic.alpa: unknown field; did you mean "alpha"?'],
    [{ flip: "horizontl" }, 'did you mean "horizontal"?'],
    [{ noise: -0.1 }, "augment.noise: expected a finite number ≥ 0, got -0.1"],
    [{ cutout: 2.5 }, "augment.cutout: expected a whole number ≥ 0, got 2.5"],
    [{ seed: -1 }, "augment.seed: expected a whole number ≥ 0, got -1"],
    [{ fill: 0.5 }, "augment: fill: expected a whole number from 0 to 255, as the images are uint8, got 0.5"],
    [{ imageShape: [28, 28] }, "augment: imageShape: [28, 28] is 784 values, the rows of numbered have 90"],
    [{ imageShape: [90] }, "augment.imageShape: expected an array of at least 2"],
    [3, "augment: expected its options as an object, got 3"],
    [undefined, "augment: expected its options as an object, got undefined"],
  ])("%j", (options, message) => {
    expect(() => augment(set, options as AugmentOptions)).toThrow(message);
  });

  test("rows that are no images", () => {
    expect(() => augment(moons({ samples: 10 }), { shift: 1 })).toThrow(
      "augment: moons: expected images, rows of shape [h, w] or [h, w, c], got [2]; for images stored as flat rows, pass imageShape: [h, w]",
    );
    expect(() => augment(numbered(2, [2, 2, 2, 2]), {})).toThrow("got [2, 2, 2, 2]");
    expect(() => augment(numbered(2, [4, 4], "float32"), { fill: 1e39 })).toThrow(
      "augment: fill: expected a finite float32 number, got 1e+39",
    );
  });

  test("epochs that are none", () => {
    for (const epoch of [-1, 0.5, Number.NaN])
      expect(() => row(augment(set, {}), 0, epoch)).toThrow("epoch: expected an integer from 0");
  });

  test("what a late source could not read", async () => {
    const late = augment({ ...set, read: () => Promise.reject(new Error("disk gone")) }, everything);
    await expect(late.read(Uint32Array.of(0), new Uint8Array(90), new Int32Array(1), 1)).rejects.toThrow(
      "disk gone",
    );
  });
});

test("flat rows are images if the shape is given", () => {
  const laid = numbered(12, [90]);
  const made = augment(laid, { ...everything, imageShape: [10, 9, 1] });
  expect(made.inputShape).toEqual([90]);
  expect(row(made, 7, 2)).toEqual(row(augment(set, everything), 7, 2));
});
