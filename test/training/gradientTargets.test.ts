/** gradients() and inputGradients() refuse the targets that fit() and evaluate() refuse, and take those that they take. */
import { expect, test } from "vitest";
import type { ArrayLike2 } from "../../src/data/arrays.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  conv2d,
  dense,
  model as graphModel,
  input,
  type Model,
  NablaError,
  sequential,
} from "../../src/index.ts";
import { LOSSES } from "../../src/losses/table.ts";

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];

/** Rows of targets for one or three outputs; some fit some losses. */
const TARGETS: readonly (readonly number[][])[] = [
  [[0], [1], [1]],
  [[-1], [1], [1]],
  [[0.5], [1], [0]],
  [[2], [1], [0]],
  [[-0.5], [1], [0]],
  [[Number.NaN], [1], [0]],
  [[1], [Number.POSITIVE_INFINITY], [0]],
  [[1e39], [1], [0]],
  [
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0.2, 0.3, 0.5],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [1, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [0, 0, 1],
    [1, -0.1, 0.1],
    [0, 1, 0],
  ],
  [
    [0, 0, 1],
    [1, -1, -1],
    [-1, 1, -1],
  ],
  [
    [2, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ],
  [
    [-1, 1, -1],
    [1, -1, -1],
    [-1, 1, -1],
  ],
];

const activationOf = (loss: string) =>
  loss === "perceptron"
    ? "step"
    : /Crossentropy/.test(loss)
      ? /binary/.test(loss)
        ? "sigmoid"
        : "softmax"
      : loss === "crossEntropy"
        ? "sigmoid"
        : "linear";

const outcome = async (run: () => unknown) => {
  try {
    await run();
    return "taken";
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    return "refused";
  }
};

const models = (loss: string, units: number): Model =>
  sequential([dense({ units, activation: activationOf(loss) as "linear", inputShape: [2] })], {
    seed: 1,
  }).compile({
    loss: loss as "hinge",
    optimizer: "sgd",
  });

/** The same rows in no array: seen when they are read. */
const unseen = (y: readonly number[][]): Dataset => ({
  name: "own",
  length: 3,
  inputShape: [2],
  inputType: "float32",
  inputScale: 1,
  target: { kind: "values", size: y[0]!.length },
  read(indices, to, targets) {
    indices.forEach((row, r) => {
      to.set(x[row]!, 2 * r);
      targets.set(y[row]!, y[0]!.length * r);
    });
  },
});

test.each(LOSSES)("%s: the same are refused as by evaluate()", async (loss) => {
  const seen = new Set<string>();
  for (const y of TARGETS) {
    const model = (() => {
      try {
        return models(loss, y[0]!.length);
      } catch (error) {
        expect(error).toBeInstanceOf(NablaError); // softmax of one
        return undefined;
      }
    })();
    if (!model) continue;
    const wanted = await outcome(() => model.evaluate(unseen(y)));
    const got = await outcome(() => model.gradients(unseen(y)));
    seen.add(got);
    expect(got, `${loss} ${JSON.stringify(y)}`).toBe(wanted);
    expect(await outcome(() => model.gradients(x, y as ArrayLike2)), `${loss} ${JSON.stringify(y)}`).toBe(
      await outcome(() => model.evaluate(x, y as ArrayLike2)),
    );
    if (loss === "perceptron") continue; // it has no gradient
    expect(await outcome(() => model.inputGradients(unseen(y)))).toBe(wanted);
  }
  expect([...seen].sort()).toEqual(["refused", "taken"]);
});

test("the error says which row and what it is", async () => {
  const model = models("binaryCrossentropy", 1);
  const message = 'data: row 1: loss "binaryCrossentropy" does not take the targets [2]; evaluate() says why';
  await expect(model.gradients(x, [[0], [2], [1]])).rejects.toThrow(
    `gradients: ${message.replace("data", "gradients")}`,
  );
  await expect(model.inputGradients(x, [[0], [2], [1]])).rejects.toThrow('row 1: loss "binaryCrossentropy"');
});

test("of an image it is the row, and of several outputs the output's own loss", async () => {
  const image = sequential([
    conv2d({ filters: 1, kernelSize: 1, activation: "sigmoid", inputShape: [2, 2, 1] }),
  ]);
  image.compile({ loss: "binaryCrossentropy", optimizer: "sgd" });
  const pictures = { data: new Float32Array(8), shape: [2, 2, 2, 1] };
  const targets = { data: Float32Array.of(0, 1, 0, 1, 0, 0, 3, 0), shape: [2, 2, 2, 1] };
  await expect(image.gradients(pictures, targets)).rejects.toThrow(/row 1: loss "binaryCrossentropy"/);
  const from = input({ shape: [2], name: "x" });
  const two = graphModel({
    inputs: [from],
    outputs: [
      dense({ units: 1, name: "a" }).apply(from),
      dense({ units: 1, activation: "sigmoid", name: "b" }).apply(from),
    ],
  }).compile({ loss: { a: "meanSquaredError", b: "binaryCrossentropy" }, optimizer: "sgd" });
  await expect(two.gradients({ x }, { a: [[5], [6], [7]], b: [[0], [1], [1]] })).resolves.toBeDefined();
  await expect(two.gradients({ x }, { a: [[5], [6], [7]], b: [[0], [1], [-1]] })).rejects.toThrow(
    /row 2.*"binaryCrossentropy"/,
  );
});
