import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/checkpoint/sha256.ts";
import { digits, drawDigitAt } from "../../src/data/digits/index.ts";
import { HABITS } from "../../src/data/digits/skeletons.ts";
import { and, majority, nand, or, truthTableM, xor } from "../../src/data/generated/gates.ts";
import { generatedSets, makeGenerated } from "../../src/data/generated/index.ts";
import { blobs, circles, moons, sine, spirals } from "../../src/data/generated/points.ts";
import { contents } from "./helpers.ts";

describe("gates", () => {
  test.each([
    [and, "0001"],
    [or, "0111"],
    [nand, "1110"],
    [xor, "0110"],
    [majority, "00010111"],
    [truthTableM, "00110101"], // A'BC' = 010, A'BC = 011, AB'C = 101, ABC = 111
  ] as const)("%o", (make, truth) => {
    const gate = make();
    expect(contents(gate).y.join("")).toBe(truth);
    const bits = gate.inputShape[0]!;
    const rows = truth.split("").map((_, row) => row.toString(2).padStart(bits, "0"));
    expect(contents(gate).x.join("")).toBe(rows.join(""));
    expect(gate.target).toEqual({ kind: "values", size: 1 });
  });
});

describe("points", () => {
  test.each([
    ["moons", moons],
    ["spirals", spirals],
    ["circles", circles],
    ["blobs", blobs],
    ["sine", sine],
  ] as const)("%s: made from the seed, the test part from other numbers", (name, make) => {
    const made = make({ samples: 50, seed: 1 });
    expect(made).toMatchObject({ name, length: 50 });
    expect(contents(make({ samples: 50, seed: 1 }))).toEqual(contents(made));
    expect(contents(make({ samples: 50, seed: 2 })).x).not.toEqual(contents(made).x);
    expect(contents(make({ samples: 50, seed: 1, part: "test" })).x).not.toEqual(contents(made).x);
  });

  test("without noise they lie where they should", () => {
    const { x, y } = contents(circles({ samples: 90, noise: 0, classes: 3 }));
    y.forEach((label, i) => {
      expect(Math.hypot(x[2 * i]!, x[2 * i + 1]!)).toBeCloseTo((label + 1) / 3, 5);
    });
    const curve = contents(sine({ samples: 50, noise: 0 }));
    curve.x.forEach((at, i) => {
      expect(curve.y[i]).toBeCloseTo(Math.sin(Math.PI * at), 5);
    });
    expect(spirals({ classes: 4 }).target).toEqual({ kind: "class", classes: 4 });
    expect(moons({ classes: 2 }).target).toEqual({ kind: "class", classes: 2 });
    // what would do nothing
    expect(() => moons({ classes: 4 })).toThrow("moons: classes: there are always two; leave it out");
    expect(() => sine({ classes: 2 })).toThrow("sine: classes: its targets are quantities; leave it out");
  });

  test("refuse nonsense", () => {
    expect(() => moons({ samples: 0 })).toThrow(
      "moons: samples: expected an integer from 1 to 10000000, got 0",
    );
    expect(() => moons({ sample: 5 } as never)).toThrow(
      'moons: unknown option "sample"; did you mean "samples"?',
    );
    expect(() => digits({ noise: 1 } as never)).toThrow('digits: unknown option "noise"');
    expect(makeGenerated("digits", { samples: 5, noise: 1 }).train.length).toBe(5);
    expect(() => moons({ noise: -1 })).toThrow("moons: noise: expected a number of at least 0, got -1");
    expect(() => blobs({ classes: 1 })).toThrow("blobs: classes: expected an integer from 2 to 1000, got 1");
    expect(() => blobs({ seed: 0.5 })).toThrow("seed: expected an integer");
    for (const [name, make] of Object.entries({ moons, digits }))
      expect(() => make({ part: "tset" as never })).toThrow(
        `${name}: part: expected "train" or "test", got "tset"`,
      );
  });
});

describe("digits", () => {
  test("images [28, 28, 1] of bytes in ten equal classes", () => {
    const data = digits({ samples: 40 });
    expect(data).toMatchObject({
      inputShape: [28, 28, 1],
      inputType: "uint8",
      inputScale: 1 / 255,
      length: 40,
    });
    expect(data.target).toEqual({ kind: "class", classes: 10 });
    expect(contents(data).y).toEqual(Array.from({ length: 40 }, (_, i) => i % 10));
  });

  test("an image depends on seed, part and index only, not on what was drawn before", () => {
    const all = contents(digits({ samples: 40, seed: 3 })).x;
    const alone = new Uint8Array(784);
    drawDigitAt(17, 3, "train", alone);
    expect(Array.from(alone)).toEqual(all.slice(17 * 784, 18 * 784));
    drawDigitAt(17, 3, "test", alone);
    expect(Array.from(alone)).not.toEqual(all.slice(17 * 784, 18 * 784));
    drawDigitAt(17, 4, "train", alone);
    expect(Array.from(alone)).not.toEqual(all.slice(17 * 784, 18 * 784));
  });

  test("bits are pinned, so that another engine can be compared", () => {
    const pixels = Uint8Array.from(contents(digits({ samples: 200, seed: 1 })).x);
    expect(sha256Hex(pixels)).toBe("496644f4543c1a02441e718db3acc398504ab6ae3b2efdbec80f4d8c77be6c23");
  });

  test("skeletons: the forms of a habit have the same points and strokes, so that they can be mixed", () => {
    expect(HABITS).toHaveLength(10);
    for (const habit of HABITS.flat()) {
      const shape = (form: string) => form.replace(/-?\d+,-?\d+/g, "p");
      for (const form of habit.forms) expect(shape(form), form).toBe(shape(habit.forms[0]!));
    }
  });

  test("centred as MNIST is: inside the frame, in full white, its mass in the middle", () => {
    const n = 300;
    const { x } = contents(digits({ samples: n, seed: 5 }));
    for (let i = 0; i < n; i++) {
      const image = x.slice(i * 784, (i + 1) * 784);
      let [mass, right, down] = [0, 0, 0];
      image.forEach((value, at) => {
        mass += value;
        right += value * (at % 28);
        down += value * Math.floor(at / 28);
      });
      expect(Math.max(...image)).toBeGreaterThan(200);
      expect(mass / 255).toBeGreaterThan(20);
      expect(Math.abs(right / mass - 14)).toBeLessThan(0.75);
      expect(Math.abs(down / mass - 14)).toBeLessThan(0.75);
    }
  });

  test("classes can be told apart: the nearest of other images is of the same class, mostly", () => {
    const known = contents(digits({ samples: 1000 })).x;
    const { x, y } = contents(digits({ samples: 100, part: "test" }));
    let right = 0;
    for (let i = 0; i < 100; i++) {
      let best = Infinity;
      let label = -1;
      for (let j = 0; j < 1000; j++) {
        let distance = 0;
        for (let k = 0; k < 784 && distance < best; k++)
          distance += (x[i * 784 + k]! - known[j * 784 + k]!) ** 2;
        if (distance < best) {
          best = distance;
          label = j % 10;
        }
      }
      if (label === y[i]) right++;
    }
    expect(right).toBeGreaterThan(70);
  });

  test("refuses nonsense", () => {
    expect(() => digits({ samples: -1 })).toThrow(
      "digits: samples: expected an integer from 1 to 2000000, got -1",
    );
    expect(() => digits({ seed: -1 })).toThrow("digits: seed: expected an integer");
  });
});

describe("the registry", () => {
  test("makes every set, with a test part of a fifth where there is one", () => {
    for (const [name, set] of Object.entries(generatedSets)) {
      const { train, test: held } = set.make({ seed: 1 });
      expect(train.name).toBe(name);
      expect(set.description.length).toBeGreaterThan(10);
      if (held) expect(held.length).toBe(train.length / 5);
    }
    const { train, test: held } = makeGenerated("digits");
    expect([train.length, held!.length]).toEqual([10_000, 2000]);
    expect(makeGenerated("moons", { samples: 20, noise: 0 }).test!.length).toBe(4);
  });

  test("names what there is", () => {
    expect(() => makeGenerated("digit")).toThrow(
      'there is no generated data set "digit"; did you mean "digits"? (digits, moons',
    );
    expect(() => makeGenerated("toString")).toThrow("there is no generated data set");
  });
});
