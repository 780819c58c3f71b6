/** What judges the layers is judged first: against PyTorch, and against central differences of itself. */
import { describe, expect, test } from "vitest";
import { gradcheck, near } from "../support/harness.ts";
import { type Golden, goldens, nearStored, title } from "../support/layers/golden.ts";
import { type Pass, type ReferenceConfig, reference, type Shape, size } from "../support/layers/index.ts";
import { gradients, inputs, tensors } from "../support/layers/inputs.ts";

const TOLERANCE = 1e-7;
const cases = goldens.map((golden) => [title(golden), golden] as const);

function againstPyTorch(golden: Golden, plant: (dx: Float64Array) => void = () => {}): void {
  const { config, inputShape, rows, training = true, scale, shift } = golden;
  const layer = reference(config, inputShape);
  const pass = layer.forward(tensors(layer), inputs(rows, inputShape, scale, shift), training);
  nearStored("y", pass.y, golden.y, TOLERANCE);
  const back = pass.backward(gradients(rows, layer.outputShape));
  plant(back.dx);
  nearStored("dx", back.dx, golden.dx, TOLERANCE);
  expect(layer.outputShape).toEqual(golden.outputShape);
  expect(Object.keys(back.gradients)).toEqual(Object.keys(golden.gradients ?? {}));
  for (const [name, want] of Object.entries(golden.gradients ?? {})) {
    nearStored(`gradient of ${name}`, back.gradients[name], want, TOLERANCE);
    expect(back.gradients[name].length, name).toBe(size(layer.parameters[name]));
  }
  if (!golden.moving) return;
  expect(Object.keys(pass.moving)).toEqual(Object.keys(golden.moving));
  for (const [name, want] of Object.entries(golden.moving))
    nearStored(name, pass.moving[name], want, TOLERANCE);
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);

/** Every parameter and every input. */
function againstDifferences(golden: Golden, plant: (dx: Float64Array) => void = () => {}): void {
  const { config, inputShape, rows, training = true, scale, shift } = golden;
  const layer = reference(config, inputShape);
  const p = tensors(layer);
  const x = inputs(rows, inputShape, scale, shift);
  const dy = gradients(rows, layer.outputShape);
  const pass: Pass = layer.forward(p, x, training);
  const back = pass.backward(dy);
  plant(back.dx);
  const value = (v: number[]) => dot(layer.forward(p, Float64Array.from(v), training).y, dy);
  gradcheck("dx", value, [...back.dx], [...x]);
  for (const name of Object.keys(layer.parameters)) {
    const at = (v: number[]) => dot(layer.forward({ ...p, [name]: Float64Array.from(v) }, x, training).y, dy);
    gradcheck(name, at, [...back.gradients[name]], [...p[name]]);
  }
}

describe("against PyTorch", () => {
  test.each(cases)("%s", (_, golden) => againstPyTorch(golden));

  test("one wrong value is noticed, in whole tensors and in those of which every so-manieth is stored", () => {
    for (const golden of goldens) {
      const n = golden.rows * size(golden.inputShape);
      for (const at of [0, n >> 1, n - 1]) {
        const spoil = (dx: Float64Array) => {
          dx[at] += 1e-4 * (1 + Math.abs(dx[at]));
        };
        expect(() => againstPyTorch(golden, spoil), `${title(golden)}: ${at}`).toThrow("dx");
      }
    }
  });
});

describe("against central differences", () => {
  test.each(cases)("%s", (_, golden) => againstDifferences(golden));

  test("a wrong value is noticed", () => {
    const spoil = (dx: Float64Array) => {
      dx[dx.length - 1] += 1e-6 * (1 + Math.abs(dx[dx.length - 1]));
    };
    for (const golden of goldens.slice(0, 6))
      expect(() => againstDifferences(golden, spoil), title(golden)).toThrow("dx");
  });
});

describe("what PyTorch has no word for", () => {
  test("the gradient of a maximum goes to the first of equals", () => {
    const layer = reference({ type: "maxPooling2d", poolSize: 2, strides: 1 }, [2, 3, 1]);
    const { y, backward } = layer.forward({}, Float64Array.of(1, 5, 5, 5, 5, 0), true);
    expect([...y]).toEqual([5, 5]);
    expect([...backward(Float64Array.of(1, 10)).dx]).toEqual([0, 11, 0, 0, 0, 0]);
  });

  test("random layers multiply by, or add, what was drawn, and only while training", () => {
    const x = inputs(2, [3]);
    const mask = Float64Array.of(0, 2, 2, 0, 0, 2);
    const drop = reference({ type: "dropout", rate: 0.5 }, [3]);
    const { y, backward } = drop.forward({ mask }, x, true);
    near(
      "y",
      y,
      x.map((v, i) => v * mask[i]),
    );
    near(
      "dx",
      backward(x).dx,
      x.map((v, i) => v * mask[i]),
    );
    expect(drop.forward({ mask }, x, false).y).toEqual(x);
    const noise = reference({ type: "gaussianNoise", stddev: 0.5 }, [3]);
    near(
      "noisy",
      noise.forward({ noise: mask }, x, true).y,
      x.map((v, i) => v + mask[i]),
    );
    expect(noise.forward({ noise: mask }, x, false).y).toEqual(x);
    expect(noise.forward({ noise: mask }, x, true).backward(x).dx).toEqual(x);
  });

  test('shapes of TensorFlow\'s "same"', () => {
    const shapeOf = (config: ReferenceConfig, shape: Shape) => reference(config, shape).outputShape;
    for (const strides of [1, 2, 3])
      expect(
        shapeOf({ type: "conv2d", filters: 4, kernelSize: 3, strides, padding: "same" }, [7, 10, 2]),
      ).toEqual([Math.ceil(7 / strides), Math.ceil(10 / strides), 4]);
  });
});
