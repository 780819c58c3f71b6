/** Targets that a loss cannot take are refused before the first step, by row, value and range; labels as people have them are read. */
import { describe, expect, test, vi } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { conv2d, dense, globalAveragePooling2d } from "../../src/layers/index.ts";
import { type Model, sequential } from "../../src/model/model.ts";
import { weightsSha256 } from "../../src/model/save.ts";

const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];

const fresh = (units: number, activation: "sigmoid" | "softmax" | "linear", loss: string): Model =>
  sequential([dense({ units, activation, inputShape: [2] })], { seed: 1 }).compile({
    loss: loss as "hinge",
    optimizer: { name: "sgd", learningRate: 0.5 },
  });

/** A data set of the program's own: its rows are seen when they are read. */
const unseen = (y: readonly number[]): Dataset => ({
  name: "own",
  length: x.length,
  inputShape: [2],
  inputType: "float32",
  inputScale: 1,
  target: { kind: "values", size: 1 },
  read(indices, to, targets) {
    for (let r = 0; r < indices.length; r++) {
      to.set(x[indices[r]]!, 2 * r);
      targets[r] = y[indices[r]]!;
    }
  },
});

describe("outside the domain of a loss", () => {
  const cases: [
    units: number,
    activation: "sigmoid" | "softmax" | "linear",
    loss: string,
    y: unknown,
    message: string,
  ][] = [
    [
      1,
      "sigmoid",
      "binaryCrossentropy",
      [-1, 1, 1, -1],
      'row 0: expected a number from 0 to 1 for loss "binaryCrossentropy", got -1; these go from -1 to 1: for -1 and 1 use (y + 1) / 2, or loss "hinge"',
    ],
    [
      1,
      "sigmoid",
      "binaryCrossentropy",
      [[1], [2], [2], [1]],
      'row 1: expected a number from 0 to 1 for loss "binaryCrossentropy", got 2; these go from 1 to 2: labels begin at 0: subtract 1',
    ],
    [
      1,
      "sigmoid",
      "crossEntropy",
      [[0], [255], [255], [0]],
      'row 1: expected a number from 0 to 1 for loss "crossEntropy", got 255; these go from 0 to 255: divide by 255',
    ],
    [
      2,
      "sigmoid",
      "binaryCrossentropy",
      [
        [0, 1],
        [1, 1],
        [0, 1.5],
        [0, 0],
      ],
      "row 2, value 1: expected a number from 0 to 1",
    ],
    [
      2,
      "softmax",
      "categoricalCrossentropy",
      [
        [-1, 1],
        [1, -1],
        [-1, 1],
        [1, -1],
      ],
      "row 0, value 0: expected numbers from 0 to 1 that add up to 1",
    ],
    [
      2,
      "softmax",
      "categoricalCrossentropy",
      [
        [0, 1],
        [0, 0],
        [1, 0],
        [1, 0],
      ],
      "row 1: all 2 values are 0",
    ],
    [
      2,
      "softmax",
      "categoricalCrossentropy",
      [
        [0, 1],
        [1, 0],
        [1, 0],
        [1, 1],
      ],
      "row 3: it has 2 ones",
    ],
    [
      2,
      "linear",
      "categoricalHinge",
      [
        [1, -1],
        [-1, 1],
        [-1, 1],
        [1, -1],
      ],
      "row 0, value 1: expected a 1 for the class and 0 for the others",
    ],
    [1, "linear", "hinge", [[0.5], [1], [1], [-1]], "row 0: expected -1 or 1 (or 0 and 1)"],
    [1, "linear", "hinge", [[0], [1], [-1], [1]], "row 2: there are -1, 0 and 1"],
  ];
  test.each(cases)("%s %s %s %j", async (units, activation, loss, y, message) => {
    const model = fresh(units, activation, loss);
    const before = weightsSha256(model);
    await expect(model.fit(x, y as number[])).rejects.toThrow(`fit: y: ${message}`);
    await expect(model.evaluate(x, y as number[])).rejects.toThrow(`evaluate: y: ${message}`);
    await expect(model.trainOnBatch(x, y as number[])).rejects.toThrow(`trainOnBatch: y: ${message}`);
    expect(weightsSha256(model)).toBe(before);
    expect(model.history.epoch).toEqual([]);
  });

  test("of rows to validate on, and of a part that is kept out: by the row's own number", async () => {
    const model = fresh(1, "sigmoid", "binaryCrossentropy");
    await expect(
      model.fit(x, [[0], [1], [1], [0]], { validationData: [x, [[0], [1], [3], [0]]] }),
    ).rejects.toThrow("validationData: y: row 2: expected a number from 0 to 1");
    for (const seed of [1, 2, 3])
      await expect(model.fit(x, [[0], [1], [3], [0]], { validationSplit: 0.5, seed })).rejects.toThrow(
        "fit: y: row 2:",
      );
  });

  test("of data that is seen when it is read, with the batch it came in", async () => {
    const model = fresh(1, "sigmoid", "binaryCrossentropy");
    const before = weightsSha256(model);
    await expect(model.fit(unseen([0, 1, 3, 0]), { shuffle: false, batchSize: 4 })).rejects.toThrow(
      "own: y: batch 0, row 2: expected a number from 0 to 1",
    );
    await expect(
      model.fit(() => [[x, [[0], [1], [1], [7]]]][Symbol.iterator]() as never, { stepsPerEpoch: 1 }),
    ).rejects.toThrow("batch 0, row 3: expected a number from 0 to 1");
    expect(weightsSha256(model)).toBe(before);
    await model.fit(unseen([0, 1, 1, 0]));
  });

  test("shares that do not add up are said once, rounded ones are not", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const model = fresh(2, "softmax", "categoricalCrossentropy");
    await model.fit(x, [
      [0.33, 0.66],
      [0.5, 0.5],
      [1, 0],
      [0, 1],
    ]);
    expect(warn).not.toHaveBeenCalled();
    await model.fit(x, [
      [0.5, 0.5],
      [0.9, 0.9],
      [0.7, 0.7],
      [1, 0],
    ]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(/fit: y: row 1: its values add up to 1\.8, not 1/);
    warn.mockRestore();
  });

  test("in double precision a smoothed target is within it", async () => {
    await fresh(1, "sigmoid", "binaryCrossentropy").fit(x, [[0.05], [0.95], [1], [0]]);
  });
});

describe("hinge takes 0 and 1 for −1 and 1", () => {
  test.each([true, false])("in training and in evaluation, labels or values: %s", async (column) => {
    const zeroOne = [0, 1, 1, 0];
    const signs = [[-1], [1], [1], [-1]];
    const [a, b] = [fresh(1, "linear", "hinge"), fresh(1, "linear", "hinge")];
    const targets = column ? zeroOne.map((v) => [v]) : zeroOne;
    await a.fit(x, targets, { epochs: 3 });
    await b.fit(x, signs, { epochs: 3 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(await a.evaluate(x, targets)).toEqual(await b.evaluate(x, signs));
    expect(await a.gradients(x, targets)).toEqual(await b.gradients(x, signs));
  });
});

describe("labels", () => {
  const trained = async (y: unknown, units = 3, loss = "sparseCategoricalCrossentropy") => {
    const model = fresh(units, units > 1 ? "softmax" : "sigmoid", loss);
    await model.fit(x, y as number[], { epochs: 3 });
    return weightsSha256(model);
  };
  const plain = [0, 1, 2, 1];

  test.each([
    ["a column", plain.map((v) => [v])],
    ["BigInt64Array", BigInt64Array.from(plain, BigInt)],
    ["bigints", plain.map(BigInt)],
    ["a column of bigints", plain.map((v) => [BigInt(v)])],
    ["rows of bytes", plain.map((v) => Uint8Array.of(v))],
    ["{ data, shape }", { data: Float32Array.from(plain), shape: [4, 1] }],
  ])("%s", async (_, y) => {
    for (const loss of ["sparseCategoricalCrossentropy", "categoricalCrossentropy", "categoricalHinge"]) {
      if (loss === "categoricalHinge") {
        const [a, b] = [fresh(3, "linear", loss), fresh(3, "linear", loss)];
        await a.fit(x, y as never);
        await b.fit(x, plain);
        expect(weightsSha256(a)).toBe(weightsSha256(b));
      } else expect(await trained(y, 3, loss)).toBe(await trained(plain, 3, loss));
    }
  });

  test.each<[unknown, number, string, string]>([
    [
      [1, 2, 3, 2],
      3,
      "sparseCategoricalCrossentropy",
      "fit has labels from 1 to 3, but labels begin at 0: subtract 1, so that they go from 0 to 2 for the 3 outputs",
    ],
    [[[1], [2], [3], [2]], 3, "sparseCategoricalCrossentropy", "subtract 1"],
    [
      [1, 2, 2, 1],
      1,
      "binaryCrossentropy",
      "fit has labels from 1 to 2, but labels begin at 0: subtract 1, so that they go from 0 to 1 for the one output",
    ],
    [
      [0, 1, 2, 3],
      3,
      "sparseCategoricalCrossentropy",
      'fit has 4 classes, but dense "dense_1" (layer 1) has 3 outputs; give the last layer 4 units',
    ],
    [
      [0, -1, 2, 1],
      3,
      "sparseCategoricalCrossentropy",
      "fit: y: row 1: expected a label, a whole number from 0, below 100000, got -1",
    ],
    [
      [0, 1.5, 2, 1],
      3,
      "sparseCategoricalCrossentropy",
      "fit: y: row 1: expected a label, a whole number from 0, below 100000, got 1.5; for quantities compile a loss of regression",
    ],
    [
      [0n, 1n, 2n ** 60n, 1n],
      3,
      "sparseCategoricalCrossentropy",
      "fit: y: expected whole numbers within 2^53, got 1152921504606846976n",
    ],
  ])("%# %s", async (y, units, loss, message) => {
    await expect(trained(y, units, loss)).rejects.toThrow(message);
  });

  test("with a loss of regression a network without dense layers trains as one with", async () => {
    const pixels = { data: new Float32Array(8), shape: [2, 2, 2, 1] };
    const model = sequential([
      conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 2, 1] }),
      globalAveragePooling2d(),
    ]);
    model.compile({ loss: "meanSquaredError" });
    // inputs of 0 give outputs of 0: of the mean over three outputs, one is off by 1
    expect((await model.evaluate(pixels, [0, 2])).loss).toBeCloseTo(1 / 3, 6);
  });
});

describe("shapes", () => {
  test("targets in another order are refused", async () => {
    const model = sequential([conv2d({ filters: 3, kernelSize: 1, inputShape: [2, 4, 3] })]);
    model.compile({ loss: "meanSquaredError" });
    const images = { data: new Float32Array(24), shape: [1, 2, 4, 3] };
    await expect(model.fit(images, { data: new Float32Array(24), shape: [1, 3, 2, 4] })).rejects.toThrow(
      "fit: y: expected rows of shape [2, 4, 3], that of the outputs, got [3, 2, 4]; channels come last here",
    );
    await expect(model.fit(images, { data: new Float32Array(24), shape: [1, 4, 2, 3] })).rejects.toThrow(
      "expected rows of shape [2, 4, 3], that of the outputs, got [4, 2, 3]",
    );
    await model.fit(images, { data: new Float32Array(24), shape: [1, 24] });
    await model.fit(images, { data: new Float32Array(24), shape: [1, 2, 4, 3] });
  });
});

describe("bytes as targets", () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
  const images = { data: bytes, shape: [4, 8] };
  const auto = () => {
    const model = sequential([dense({ units: 8, activation: "sigmoid", inputShape: [8] })], { seed: 2 });
    return model.compile({ loss: "binaryCrossentropy", optimizer: "adam" });
  };

  test("that are the inputs have their scale", async () => {
    const [a, b] = [auto(), auto()];
    await a.fit(images, images, { epochs: 2 });
    const scaled = Float32Array.from(bytes, (v) => v * Math.fround(1 / 255));
    await b.fit(images, { data: scaled, shape: [4, 8] }, { epochs: 2 });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(arrayDataset(images, images, { inputScale: 1 }).target).toEqual({ kind: "values", size: 8 });
  });

  test("other pictures beside them are refused, with both ways out", async () => {
    const others = { data: bytes.map((v) => 255 - v), shape: [4, 8] };
    await expect(auto().fit(images, others)).rejects.toThrow(
      /fit: y has bytes such as \d+, x has bytes that are scaled: pass y as a Float32Array, scaled by 1\/255 or as it is/,
    );
  });
});
