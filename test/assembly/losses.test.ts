import { describe, expect, test } from "vitest";
import type { ActivationName } from "../../src/activations/table.ts";
import { checkPair, type LossName, losses, lossField } from "../../src/losses/table.ts";
import stored from "../golden/losses.json";
import { dealt } from "../support/dealt.ts";
import { checkLoss, type LossCase, near, runLoss, sizes } from "../support/harness.ts";
import { Bed, values } from "../support/kernel.ts";

const names = Object.keys(losses) as LossName[];
/** Every loss with each kernel that computes it. */
const kernels = names.flatMap((name) =>
  [...new Set([losses[name].kernel, ...Object.values(losses[name].fused)])].map(
    (kernel) => [name, kernel] as const,
  ),
);

/** Inputs as the loss expects them: outputs between 0 and 1 where it takes logarithms of them, targets of its kind. */
function example(name: LossName, fused: boolean, rows: number, units: number): LossCase {
  const u = values(rows * units, 5 + rows + units);
  const t = values(rows * units, 91);
  const classes = t.map((_, i) => (i % units === (7 * Math.floor(i / units) + 2) % units ? 1 : 0)); // one in each row
  const probability = { x: fused ? u.map((v) => v * 6) : u.map((v) => 0.5 + 0.4 * v), rows };
  if (/ategoricalC/.test(name)) return { ...probability, y: units > 1 ? classes : t.fill(1) };
  if (/rossentropy|crossEntropy/.test(name)) return { ...probability, y: t.map((v) => (v + 1) / 2) };
  if (name === "hinge") return { x: u.map((v) => v * 2), y: t.map((v) => Math.sign(v)), rows };
  if (name === "categoricalHinge") return { x: u.map((v) => v * 2), y: classes, rows };
  if (name === "perceptron")
    return { x: u.map((v) => (v > 0 ? 1 : 0)), y: t.map((v) => (v > 0 ? 1 : 0)), rows };
  return { x: u.map((v) => v * 3), y: t, rows };
}

describe.each(dealt(kernels))("%s by %s", (name, kernel) => {
  const fused = kernel !== losses[name].kernel;

  test.each(sizes)(
    "%i × %i: reference, central differences, shares, with and without weights",
    (rows, units) => {
      const input = example(name, fused, rows, units);
      checkLoss(name, kernel, input);
      checkLoss(name, kernel, {
        ...input,
        scale: 1 / 7,
        parameter: 0.5,
        weight: values(rows, 3).map((v) => v + 1),
      });
    },
  );

  test("a wrong gradient is noticed, in the reference and in the kernel", () => {
    const wrong = (g: number[]) => g.map((v, i) => (i === 2 ? v + 1e-3 : v));
    const input = example(name, fused, 3, 7);
    const reference = name === "perceptron" ? /^gradient of/ : /central differences\[2\] is/;
    expect(() => checkLoss(name, kernel, input, { reference: wrong })).toThrow(reference);
    expect(() => checkLoss(name, kernel, input, { kernel: wrong })).toThrow(/^gradient of .*\[2\] is/);
  });

  test("NaN is passed on", () => {
    const input = example(name, fused, 1, 6);
    expect(
      runLoss(name, kernel, { ...input, x: Float32Array.from(input.x, (v, i) => (i === 5 ? NaN : v)) })
        .losses[0],
    ).toBeNaN();
  });
});

interface Golden {
  x: number[][];
  y: number[][];
  losses: number[];
  gradient: number[][];
}
const golden: Record<string, Golden> = stored;

test.each(Object.keys(golden))("%s agrees with PyTorch", (title) => {
  const name = title.split(" ")[0] as LossName;
  const { x, y, ...want } = golden[title];
  const kernel = title.includes("logits") ? losses[name].fused.linear! : losses[name].kernel;
  const got = runLoss(name, kernel, { x: x.flat(), y: y.flat(), rows: x.length });
  near(`losses of ${title}`, got.losses, want.losses);
  near(`gradient of ${title}`, got.gradient, want.gradient.flat(), 2e-6);
});

test("cross-entropy of logits is exact where probabilities are 0 and 1 in float32", () => {
  const binary = runLoss("crossEntropy", "BINARY_CROSSENTROPY_SIGMOID", {
    x: [200, -200, 200],
    y: [0, 1, 1],
    rows: 3,
  });
  expect([...binary.losses]).toEqual([200, 200, 0]);
  expect([...binary.gradient]).toEqual([1, -1, 0]);
  const classes = runLoss("categoricalCrossentropy", "CATEGORICAL_CROSSENTROPY_SOFTMAX", {
    x: [500, 0, -500],
    y: [0, 0, 1],
    rows: 1,
  });
  expect([...classes.losses]).toEqual([1000]);
  expect([...classes.gradient]).toEqual([1, 0, -1]);
});

test("an output that is sure and wrong still gets a gradient", () => {
  const { losses: value, gradient } = runLoss("crossEntropy", "BINARY_CROSSENTROPY", {
    x: [0, 1],
    y: [1, 0],
    rows: 2,
  });
  for (const v of value) expect(v).toBeCloseTo(16.1, 0);
  expect(gradient[0]).toBeLessThan(-1e6);
  expect(gradient[1]).toBeGreaterThan(1e6);
});

describe("ONE_HOT", () => {
  test.each([[1], [3], [4], [10]])("%i units", (units) => {
    const labels = units === 1 ? [0, 1, 1, 0, 1] : [0, units - 1, 1, 2, units];
    for (const parts of [1, 3]) {
      const bed = new Bed();
      const at = { y: bed.matrix("y", 5, units), labels: bed.alloc("labels", 20) };
      bed.core.i32(at.labels, 5).set(labels);
      bed.run("ONE_HOT", { ...at, units, on: 1, off: -1 }, 5, parts);
      const want = labels.flatMap((l) =>
        Array.from({ length: units }, (_, c) => (l === (units === 1 ? 1 : c) ? 1 : -1)),
      );
      expect([...bed.read(at.y, 5, units)]).toEqual(want);
      expect(bed.padding(at.y, 5, units).every((v) => v === 0)).toBe(true);
    }
  });
});

describe("SMOOTH_TARGETS", () => {
  test.each([[1], [3], [4], [10]])("%i units", (units) => {
    const y = values(5 * units, 8).map((v) => (v > 0 ? 1 : 0));
    for (const parts of [1, 3]) {
      const bed = new Bed();
      const at = { y: bed.matrix("y", 5, units), from: bed.alloc("from", 20 * units) };
      bed.core.f32(at.from, y.length).set(y);
      bed.run("SMOOTH_TARGETS", { ...at, units, keep: 0.75, add: 0.125 }, 5, parts);
      expect([...bed.read(at.y, 5, units)]).toEqual([...y].map((v) => 0.75 * v + 0.125));
      expect(bed.padding(at.y, 5, units).every((v) => v === 0)).toBe(true);
    }
  });
});

describe("LOSS_REDUCE", () => {
  const reduce = (rows: ArrayLike<number>) => {
    const bed = new Bed();
    const at = bed.alloc("losses", rows.length * 4);
    bed.core.f32(at, rows.length).set(rows);
    bed.core.f32(bed.step + 4, 1)[0] = 1 / rows.length;
    bed.run("LOSS_REDUCE", { losses: at, step: bed.step }, rows.length, 3);
    return { loss: bed.core.f32(bed.step + 16, 1)[0], status: bed.core.i32(bed.step + 12, 1)[0] };
  };
  test("adds up in double precision", () => {
    expect(reduce([16777216, 1, 1, 2])).toEqual({ loss: 4194305, status: 0 });
  });
  test.each([NaN, Infinity])("stops the tape at %d", (bad) => {
    expect(reduce([1, bad, 1]).status).toBe(1);
  });
});

describe("inputs", () => {
  test.each([
    [1, 1],
    [3, 3],
    [2, 4],
    [5, 30],
    [3, 784],
    [4, 21],
  ])("%i × %i", (rows, inputs) => {
    for (const parts of [1, 2, 5]) {
      const bed = new Bed();
      const bytes = Uint8Array.from(values(rows * inputs, 4), (v) => (v + 1) * 127.6);
      const floats = values(rows * inputs, 6);
      const at = {
        x: bed.matrix("x", rows, inputs),
        u8: bed.alloc("u8", rows * inputs),
        f32: bed.alloc("f32", rows * inputs * 4),
      };
      bed.core.u8(at.u8, bytes.length).set(bytes);
      bed.core.f32(at.f32, floats.length).set(floats);
      bed.run("INPUT_U8", { x: at.x, from: at.u8, rowsEach: 1, inputs, scale: 1 / 255 }, rows, parts);
      expect(bed.read(at.x, rows, inputs)).toEqual(Float32Array.from(bytes, (v) => v * Math.fround(1 / 255)));
      expect(bed.padding(at.x, rows, inputs).every((v) => v === 0)).toBe(true);
      bed.write(at.x, rows, inputs, new Float32Array(rows * inputs), NaN);
      bed.run("INPUT_F32", { x: at.x, from: at.f32, rowsEach: 1, inputs }, rows, parts);
      expect(bed.read(at.x, rows, inputs)).toEqual(floats);
      expect(bed.padding(at.x, rows, inputs).every((v) => v === 0)).toBe(true);
    }
  });
});

describe("which loss may follow which activation", () => {
  test.each([
    ["binaryCrossentropy", "sigmoid"],
    ["categoricalCrossentropy", "linear"],
    ["quadratic", "gaussian"],
    ["hinge", "tanh"],
    ["perceptron", "step"],
  ] as [LossName, ActivationName][])("%s after %s", (name, activation) => {
    expect(() => checkPair(name, activation, 2)).not.toThrow();
  });

  test.each([
    ["meanSquaredError", "step", 'use loss "perceptron", or activation "sigmoid"'],
    ["perceptron", "sigmoid", 'use activation "step"'],
    ["categoricalCrossentropy", "sigmoid", 'use activation "softmax"'],
    ["crossEntropy", "tanh", 'use activation "sigmoid"'],
    ["hinge", "softmax", 'use activation "linear" or "tanh"'],
  ] as [LossName, ActivationName, string][])(
    "%s after %s is refused with advice",
    (name, activation, advice) => {
      expect(() => checkPair(name, activation)).toThrow(advice);
    },
  );

  test("one unit is too few for classes", () => {
    expect(() => checkPair("sparseCategoricalCrossentropy", "softmax", 1)).toThrow("2 units");
  });

  test("an unknown loss is named with its neighbour", () => {
    expect(() => lossField().check("categoricalCrossEntropy")).toThrow(
      'did you mean "categoricalCrossentropy"?',
    );
  });
});
