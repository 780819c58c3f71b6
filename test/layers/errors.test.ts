/** What is wrong with a network is said before anything is trained: where, what was expected, what came, what to do. */
import { expect, test } from "vitest";
import {
  activation,
  add,
  averagePooling1d,
  batchNormalization,
  concatenate,
  conv1d,
  conv2d,
  conv2dTranspose,
  cropping1d,
  cropping2d,
  dense,
  dot,
  dropout,
  flatten,
  input,
  type LayerInput,
  maxPooling1d,
  maxPooling2d,
  permute,
  reshape,
  residual,
  sequential,
} from "../../src/index.ts";

const build = (inputShape: number[], ...layers: LayerInput[]) => sequential(layers, { inputShape });
const wrong = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    expect((error as Error).name).toBe("NablaError");
    return (error as Error).message;
  }
  throw new Error("nothing was wrong with it");
};

test("a kernel larger than the image, with the sum that shows it", () => {
  expect(wrong(() => build([4, 9, 1], conv2d({ filters: 2, kernelSize: 5 })))).toBe(
    'conv2d "conv2d_1" (layer 1): a window of height 5 does not fit an image of 4 × 9: floor((4 − 5) / 1) + 1 = 0 outputs; use a smaller window, padding "same", or fewer layers that shrink the image before it',
  );
  expect(wrong(() => build([9, 9, 1], conv2d({ filters: 2, kernelSize: 3, dilationRate: 5 })))).toContain(
    "height 3 with dilation 5 reaches over (3 − 1) · 5 + 1 = 11 does not fit an image of 9 × 9",
  );
});

test("sequences: the same in their words", () => {
  expect(wrong(() => build([4, 2], conv1d({ filters: 2, kernelSize: 5 })))).toBe(
    'conv1d "conv1d_1" (layer 1): a window of length 5 does not fit a sequence of 4 steps: floor((4 − 5) / 1) + 1 = 0 outputs; use a smaller window, padding "same", or fewer layers that shorten the sequence before it',
  );
  expect(wrong(() => build([4, 2], conv1d({ filters: 2, kernelSize: 9, padding: [1, 2] })))).toContain(
    "a sequence of 4 steps with padding [1, 2]: floor((4 + 1 + 2 − 9) / 1) + 1 = -1 outputs",
  );
  expect(wrong(() => build([12], conv1d({ filters: 2, kernelSize: 3 })))).toBe(
    'conv1d "conv1d_1" (layer 1): expected input [steps, channels], got [12]; add reshape({ targetShape: [12, 1] }) before it',
  );
  expect(wrong(() => build([4, 5, 2], maxPooling1d()))).toContain(
    "expected input [steps, channels], got [4, 5, 2]; add reshape({ targetShape: [-1, 2] }) before it",
  );
  expect(wrong(() => build([9, 3], conv1d({ filters: 4, kernelSize: 3, groups: 2 })))).toContain(
    "groups: expected a divisor of both 3 channels and 4 filters, got 2",
  );
});

test("padding that is none, or leaves nothing", () => {
  const padded = (padding: unknown) =>
    wrong(() => build([5, 5, 1], conv2d({ filters: 1, kernelSize: 3, padding } as never)));
  const expected =
    "layers[0].padding: expected one of valid, same, a whole number ≥ 0, [height, width], or [[top, bottom], [left, right]], got ";
  expect(padded("sam")).toBe(`${expected}"sam"; did you mean "same"?`);
  expect(padded(true)).toBe(`${expected}true`);
  expect(padded("causal")).toContain('got "causal"');
  expect(padded(-1)).toBe("layers[0].padding: expected a whole number ≥ 0, got -1");
  expect(padded([1, 2, 3])).toContain("got [1,2,3]");
  expect(
    padded([
      [1, 2],
      [0, -1],
    ]),
  ).toContain("layers[0].padding[1][1]: expected a whole number ≥ 0, got -1");
  const along = (padding: unknown) =>
    wrong(() => build([5, 1], conv1d({ filters: 1, kernelSize: 3, padding } as never)));
  expect(along("cusal")).toContain(
    'one of valid, same, causal, a whole number ≥ 0, or [before, after], got "cusal"; did you mean "causal"?',
  );
  expect(
    along([
      [1, 2],
      [0, 1],
    ]),
  ).toContain("padding[0]: expected a whole number ≥ 0");
  expect(
    wrong(() =>
      build(
        [5, 5, 1],
        maxPooling2d({
          padding: [
            [0, 2],
            [0, 0],
          ],
        }),
      ),
    ),
  ).toBe(
    'maxPooling2d "maxPooling2d_1" (layer 1): padding: expected less than poolSize [2,2] on each side, got [[0,2],[0,0]]: a window that lies in the padding alone has no largest value',
  );
  expect(wrong(() => build([5, 1], averagePooling1d({ poolSize: 3, padding: 3 })))).toContain(
    "padding: expected less than poolSize 3 on each side, got [3,3]",
  );
  expect(
    wrong(() =>
      build(
        [5, 6, 1],
        cropping2d({
          cropping: [
            [2, 3],
            [0, 0],
          ],
        }),
      ),
    ),
  ).toContain(
    'cropping2d "cropping2d_1" (layer 1): cropping: nothing is left of an image of 5 × 6 once [[2, 3], [0, 0]] is cut off',
  );
  expect(wrong(() => build([4, 1], cropping1d({ cropping: 2 })))).toContain(
    "nothing is left of a sequence of 4 steps",
  );
  expect(wrong(() => build([2, 2, 1], conv2dTranspose({ filters: 1, kernelSize: 3, padding: 2 })))).toContain(
    'conv2dTranspose "conv2dTranspose_1" (layer 1): padding leaves nothing of the output: 0 × 0 pixels',
  );
  expect(
    wrong(() =>
      build([2, 2, 1], conv2dTranspose({ filters: 1, kernelSize: 3, strides: [2, 1], outputPadding: 1 })),
    ),
  ).toContain("outputPadding: expected less than strides [2, 1], got [1, 1]");
});

test("axes that are no order", () => {
  for (const dims of [[1], [1, 1], [2, 3], [1, 2, 3]])
    expect(wrong(() => build([4, 5], permute({ dims })))).toBe(
      `permute "permute_1" (layer 1): dims: expected each of 1 to 2 once, the axes of the input [4, 5], got [${dims.join(", ")}]`,
    );
  expect(wrong(() => build([1, 2, 1, 2, 1, 2, 3], permute({ dims: [7, 6, 5, 4, 3, 2, 1] })))).toContain(
    "at most 6 axes",
  );
});

test("pooling to nothing", () => {
  const layers = [maxPooling2d(), maxPooling2d(), maxPooling2d(), maxPooling2d()];
  expect(wrong(() => build([8, 8, 3], ...layers))).toContain(
    'maxPooling2d "maxPooling2d_4" (layer 4): a window of height 2 does not fit an image of 1 × 1',
  );
});

test("shapes that do not chain", () => {
  expect(wrong(() => build([784], conv2d({ filters: 2, kernelSize: 3 })))).toContain(
    "add reshape({ targetShape: [28, 28, 1] }) before it",
  );
  expect(wrong(() => build([28, 28], conv2d({ filters: 2, kernelSize: 3 })))).toContain(
    "add reshape({ targetShape: [28, 28, 1] }) before it",
  );
  expect(wrong(() => build([12], reshape({ targetShape: [5, 2] })))).toContain("(5 · 2 = 10)");
  expect(wrong(() => build([5, 5, 3], conv2d({ filters: 4, kernelSize: 3, groups: 2 })))).toContain(
    "groups: expected a divisor of both 3 channels and 4 filters, got 2",
  );
});

test.each([
  [[7, 7, 8], conv2d({ filters: 16, kernelSize: 3, padding: "same", strides: 2 })],
  [[7, 6, 8], conv2d({ filters: 4, kernelSize: 3 })],
  [[9, 8, 3], conv2d({ filters: 5, kernelSize: 3, padding: "same", strides: [3, 1] })],
  [[9, 9, 3], conv2d({ filters: 5, kernelSize: 1 })],
  [[6], dense({ units: 4 })],
])("the shortcut that a residual's error proposes does it: %j", (shape, layer) => {
  const message = wrong(() => build(shape, residual([layer])));
  const [, proposed] = /a shortcut such as \[(.*)\]$/.exec(message)!;
  const factories = { conv2d, dense };
  const made = new Function(...Object.keys(factories), `return ${proposed}`)(...Object.values(factories));
  expect(() => build(shape, residual([layer], { shortcut: [made] }))).not.toThrow();
});

test("bare values are no options", () => {
  const bare = (value: unknown) => value as never;
  expect(wrong(() => maxPooling2d(bare(3)))).toBe(
    "maxPooling2d: expected an object of options, got 3; write maxPooling2d({ poolSize: 2 })",
  );
  expect(wrong(() => dense(bare(undefined)))).toBe(
    "dense: expected an object of options, got undefined; write dense({ units: 10 })",
  );
  expect(wrong(() => activation(bare(undefined)))).toContain('write activation({ activation: "relu" })');
  expect(flatten()).toEqual({ type: "flatten" });
  expect(wrong(() => batchNormalization(bare(0.9)))).toContain("batchNormalization({ momentum: 0.99 })");
  expect(wrong(() => dense(bare(10)))).toContain("write dense({ units: 10 })");
  expect(wrong(() => dropout(bare(0.5)))).toContain("write dropout({ rate: 0.5 })");
  expect(wrong(() => activation(bare("relu")))).toContain(
    'got "relu"; write activation({ activation: "relu" })',
  );
  expect(wrong(() => maxPooling2d(bare([3, 3])))).toContain("got [3,3]");
  expect(wrong(() => flatten(bare(null)))).toContain("got null");
  expect(wrong(() => residual(bare(dense({ units: 3 }))))).toContain(
    "residual: expected an array of layers, got {",
  );
});

test("layers applied to too few values, to too many, and to none", () => {
  expect(wrong(() => build([4], dense({ units: 3 }), add()))).toBe(
    'add "add_1" (layer 2): expected two inputs or more, as in add().apply([a, b]), got 1',
  );
  expect(wrong(() => build([4], concatenate()))).toContain("as in concatenate().apply([a, b]), got 1");
  expect(wrong(() => build([4], dot()))).toContain("as in dot().apply([a, b]), got 1");
  const [a, b] = [input({ shape: [4] }), input({ shape: [4] })];
  expect(wrong(() => dense({ units: 3 }).apply([a, b]))).toBe("dense: expected one input, got 2");
  for (const nothing of [undefined, [undefined], [], [a, undefined], {}])
    expect(wrong(() => dense({ units: 3 }).apply(nothing as never))).toContain(
      "dense.apply: expected values of a graph, as input() and apply() return them, got ",
    );
});
