/** Presets for images and those of the book: what they build, for which data, and what training they ask for. */
import { afterAll, expect, test } from "vitest";
import { presetConfig, presets, taskOf } from "../../src/cli/presets/index.ts";
import { arrayDataset } from "../../src/data/arrays.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { digits } from "../../src/data/index.ts";
import { fromConfig, load } from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { idxBytes } from "../data/helpers.ts";
import { done, events, idxFolder, workplace } from "./support.ts";

const place = workplace();
afterAll(place.remove);

const make = (name: string, data: Dataset, options = {}) => {
  const { inputShape, layers, training } = presetConfig(name, data, taskOf(data), options);
  return { layers, training, ...fromConfig({ nabla: 1, model: { inputShape, layers }, training }) };
};

/** Rows of this shape in three classes: each has its own third of the values bright. */
function images(inputShape: number[], n = 60): Dataset {
  const size = inputShape.reduce((product, each) => product * each, 1);
  const bright = (i: number) => Math.floor((3 * (i % size)) / size) === Math.floor(i / size) % 3;
  const x = Uint8Array.from({ length: n * size }, (_, i) => (bright(i) ? 200 : (i * 7919) % 50));
  return arrayDataset(
    x,
    Int32Array.from({ length: n }, (_, i) => i % 3),
    { inputShape },
  );
}

/** 28 × 28 in ten classes, as many as MNIST has, of which nothing is ever read. */
const mnist: Dataset = { ...digits({ samples: 10 }), length: 60_000, labels: undefined };

test.each([
  ["book-1", 784 * 30 + 30 + 310],
  ["book-2", 79_510],
  ["book-3", 79_510],
  ["book-4", 79_510],
  ["book-5", 20 * 26 + 2880 * 100 + 100 + 1010],
  ["book-6", 85_670],
  ["book-7", 85_670],
  ["book-8", 85_670],
  ["book-9", 520 + 20_040 + 641_000 + 1_001_000 + 10_010],
  ["lenet", 61_706],
])("%s has as many parameters as the network it is named after", (name, parameters) => {
  expect(internalsOf(make(name, mnist).model).built.parameterCount).toBe(parameters);
});

test("the book's λ is shared out among the rows trained on in chapter 3, among the batches in chapter 6", () => {
  const l2 = (name: string, options = {}) =>
    make(name, mnist, options).layers.flatMap((layer) =>
      "kernelRegularizer" in layer ? [(layer.kernelRegularizer as { l2: number }).l2] : [],
    );
  const near = (l2: number) => expect.closeTo(l2, 12);
  expect(l2("book-3")).toEqual([near(5 / 100_000), near(5 / 100_000)]);
  expect(l2("book-3", { validationSplit: 0.5 })).toEqual([near(5 / 60_000), near(5 / 60_000)]);
  expect(l2("book-7")).toEqual(Array(4).fill(near(0.1 / 10_000)));
  expect(l2("book-7", { batchSize: 50 })).toEqual(Array(4).fill(near(0.1 / 2000)));
  expect(l2("book-8")).toEqual(Array(4).fill(near(0.1 / 50_000)));
  expect(l2("book-9")).toEqual([]);
  expect(l2("book-7", { l2: 0.25 })).toEqual(Array(4).fill(0.25));
});

test("what is asked for takes the place of what a preset says", () => {
  const { layers, training } = make("lenet", mnist, { hidden: [7], activation: "tanh", loss: "quadratic" });
  expect(layers.filter(({ type }) => type === "dense")).toMatchObject([
    { units: 7, activation: "tanh", kernelInitializer: "glorotUniform" },
    { units: 10, activation: "softmax" },
  ]);
  expect(layers[0]).toMatchObject({ type: "conv2d", activation: "tanh" });
  expect(training.loss).toBe("quadratic");
});

test.each(["cnn", "lenet", "best"])("%s learns from [h, w], [h, w, 1] and [h, w, 3]", async (name) => {
  for (const shape of [
    [12, 13],
    [12, 13, 1],
    [12, 13, 3],
  ]) {
    const data = images(shape);
    const { model, fit } = make(name, data);
    const { augment: _, ...plain } = fit;
    await model.fit(data, { ...plain, batchSize: 10, epochs: 12 });
    expect((await model.evaluate(data)).accuracy, shape.join("×")).toBe(1);
  }
});

const forImages = Object.entries(presets).flatMap(([name, { features }]) =>
  features ? [[name, features.smallest] as const] : [],
);

test.each(forImages)(
  "%s takes images of %i pixels, and says so of smaller ones and of rows",
  (name, smallest) => {
    expect(make(name, images([smallest, smallest]), { hidden: [3] }).model.outputShape).toEqual([3]);
    const less = smallest - 1;
    expect(() => make(name, images([less, 40, 1]))).toThrow(
      `--model ${name}: expected images of at least ${smallest} × ${smallest} pixels, those of data are [${less}, 40, 1]`,
    );
    expect(() => make(name, images([784]))).toThrow(
      `--model ${name} is for images: expected rows [height, width] or [height, width, channels], those of data are [784]; try --model mlp`,
    );
  },
);

test("that smallest size is the smallest there is", () => {
  for (const [name, smallest] of forImages) {
    const { layers, training } = presetConfig(
      name,
      images([smallest, smallest]),
      { kind: "classes", classes: 3 },
      {},
    );
    const model = { inputShape: [smallest - 1, smallest - 1], layers };
    if (layers[0]!.type === "reshape") layers[0]!.targetShape = [smallest - 1, smallest - 1, 1];
    expect(() => fromConfig({ nabla: 1, model, training }), name).toThrow(/pool|window|kernel|expected/i);
  }
});

test("--test-each-epoch puts the test part's figures among those of every epoch, and into the file", async () => {
  const test = {
    "t10k-images-idx3-ubyte": idxBytes(
      8,
      [9, 8, 8],
      Uint8Array.from({ length: 576 }, (_, i) => (i * 97) % 256),
    ),
    "t10k-labels-idx1-ubyte": idxBytes(8, [9], [0, 1, 2, 0, 1, 2, 0, 1, 2]),
  };
  idxFolder(place, "tested", test);
  const args = ["train", "tested", "--epochs", "3", "--test-each-epoch", "--out", "tested.safetensors"];
  const result = await place.run(args);
  const all = events(result.stdout).filter(({ event }) => event === "epoch");
  const last = done(result);
  expect(all.map(({ testAccuracy }) => testAccuracy)).toEqual(Array(3).fill(expect.any(Number)));
  expect(all[2]).toMatchObject({ testLoss: last.testLoss, testAccuracy: last.testAccuracy });
  expect(new Set(all.map(({ testLoss }) => testLoss)).size).toBe(3);
  const { readFile } = await import("node:fs/promises");
  const { history } = load(await readFile(place.path("tested.safetensors"))).history;
  expect(history.testLoss).toEqual(all.map(({ testLoss }) => testLoss));
  idxFolder(place, "untested");
  const none = await place.run(["train", "untested", "--test-each-epoch"]);
  expect(none).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/--test-each-epoch: untested has no test part/),
  });
});

test("--shifted trains on five times the rows, and a resumed run needs it again", async () => {
  idxFolder(place, "moved");
  const args = ["train", "moved", "--epochs", "2", "--seed", "1", "--validation-split", "0.1"];
  const plain = done(await place.run(args));
  const result = done(await place.run([...args, "--shifted", "1", "--out", "moved.safetensors"]));
  expect(result.weightsSha256).not.toBe(plain.weightsSha256);
  const { readFile } = await import("node:fs/promises");
  expect(internalsOf(load(await readFile(place.path("moved.safetensors")))).state.settings).toMatchObject({
    rows: 90,
    shifted: 1,
  });
  const other = await place.run([...args, "--shifted", "2", "--resume", "moved.safetensors"]);
  expect(other.stderr).toMatch(/--resume: training\.shifted was 1 in moved\.safetensors, now it is 2/);
  expect((await place.run(["train", "moved", "--shifted", "8"])).stderr).toMatch(
    /shifted: expected .* from 1 to 7/,
  );
  expect((await place.run(["train", "moons", "--shifted", "1"])).stderr).toMatch(
    /shifted: moons: expected images/,
  );
});
