/** What layers of images and sequences are to each other. */
import { expect, test } from "vitest";
import {
  averagePooling2d,
  conv1d,
  conv2d,
  conv2dTranspose,
  type LayerInput,
  type Model,
  maxPooling2d,
  sequential,
} from "../../src/index.ts";
import { values } from "../support/kernel.ts";

const made = (inputShape: readonly number[], layer: LayerInput): Model =>
  sequential([layer], { inputShape, seed: 3 });
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const input = (shape: readonly number[], rows = 2) => values(rows * size(shape), 5);

test.each([
  [1, [1, 1]],
  [
    [1, 2],
    [
      [1, 1],
      [2, 2],
    ],
  ],
  ["valid", 0],
  [
    "same",
    [
      [1, 1],
      [1, 1],
    ],
  ],
])("ways to say the same padding: %j, %j", (...ways) => {
  const [one, other] = ways.map((padding) => {
    const layer = { filters: 3, kernelSize: 3, padding } as Parameters<typeof conv2d>[0];
    return made([5, 6, 2], conv2d(layer)).predict(input([5, 6, 2]));
  });
  expect(one).toEqual(other);
});

test("no output of a causal convolution depends on later steps", () => {
  const shape = [12, 3];
  for (const [dilationRate, strides] of [
    [1, 1],
    [3, 1],
    [1, 2],
    [2, 3],
  ]) {
    const model = made(
      shape,
      conv1d({ filters: 4, kernelSize: 3, padding: "causal", dilationRate, strides }),
    );
    const before = model.predict(input(shape, 1));
    expect(before.shape[1]).toBe(Math.ceil(12 / strides));
    for (let step = 0; step < 12; step++) {
      const x = input(shape, 1);
      for (let c = 0; c < 3; c++) x[step * 3 + c] += 1;
      const { data } = model.predict(x);
      const changed = before.data.findIndex((v, i) => v !== data[i]);
      if (changed >= 0) expect(Math.floor(changed / 4) * strides).toBeGreaterThanOrEqual(step);
      if (step % strides === 0) expect(Math.floor(changed / 4)).toBe(step / strides);
    }
  }
});

test("a transposed convolution is the transpose of the convolution with its kernel", () => {
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
  for (const [padding, strides] of [
    ["same", 2],
    ["valid", 1],
    [1, 2],
    [
      [
        [1, 0],
        [0, 1],
      ],
      1,
    ],
  ] as const) {
    const options = { kernelSize: 3, strides, padding, useBias: false } as const;
    const back = made([4, 5, 3], conv2dTranspose({ filters: 2, ...options } as never));
    const there = made(back.outputShape, conv2d({ filters: 3, ...options } as never));
    expect(there.outputShape).toEqual([4, 5, 3]);
    const [[, kernel]] = Object.entries(back.weights());
    there.setWeights({ "conv2d_1.kernel": kernel });
    const x = input([4, 5, 3], 1);
    const y = input(back.outputShape, 1);
    expect(dot(back.predict(x).data, y)).toBeCloseTo(dot(x, there.predict(y).data), 4);
  }
});

test("padding is never the largest, and counts in a mean only where asked to", () => {
  const x = Float32Array.of(-1, -2, -3, -4);
  const corner = (layer: LayerInput) => made([2, 2, 1], layer).predict(x).data[0];
  const window = { poolSize: 2, strides: 2, padding: 1 } as const;
  expect(corner(maxPooling2d(window))).toBe(-1);
  expect(corner(averagePooling2d(window))).toBe(-1);
  expect(corner(averagePooling2d({ ...window, countIncludePad: true }))).toBe(-0.25);
});

test("documents of earlier versions say nothing of ceilMode and countIncludePad, and those of this one only where they are set", () => {
  const documentOf = (layer: LayerInput) => new TextDecoder().decode(made([4, 4, 1], layer).save());
  expect(documentOf(averagePooling2d())).not.toMatch(/ceilMode|countIncludePad/);
  expect(documentOf(averagePooling2d({ ceilMode: true }))).toMatch(/ceilMode\W+true/);
});
