/** Bytes mean what training said, whatever container brings them. */
import vm from "node:vm";
import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { ensemble } from "../../src/ensemble/ensemble.ts";
import { exportModule } from "../../src/export/esModule.ts";
import { describeExport } from "../../src/export/wasm.ts";
import { dense } from "../../src/layers/index.ts";
import { fineTune } from "../../src/model/fineTune.ts";
import { model as graphModel, input } from "../../src/model/graph.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { load } from "../../src/model/load.ts";
import { type Model, sequential } from "../../src/model/model.ts";
import { load as loadPredictor } from "../../src/predict/index.ts";

const foreign = <T>(code: string): T => vm.runInNewContext(code);
const adding = (): Model => {
  const model = sequential([dense({ units: 1, useBias: false, inputShape: [4], name: "d" })]);
  model.setWeights({ "d.kernel": [1, 1, 1, 1] });
  return model;
};

/** Trained on something, and then made to add up its inputs again. */
async function trainedOn(x: unknown): Promise<Model> {
  const model = adding().compile({
    loss: "meanSquaredError",
    optimizer: { name: "sgd", learningRate: 1e-30 },
  });
  await model.fit(x as number[][], [[1], [2]]);
  model.setWeights({ "d.kernel": [1, 1, 1, 1] });
  return model;
}

const pixels = [255, 255, 0, 255];
/** One row of four bytes. */
const containers: [string, () => unknown][] = [
  ["Uint8Array", () => Uint8Array.from(pixels)],
  ["Uint8ClampedArray", () => Uint8ClampedArray.from(pixels)],
  ["Buffer", () => Buffer.from(pixels)],
  ["a Uint8Array of another realm", () => foreign("new Uint8Array([255, 255, 0, 255])")],
  ["a Uint8ClampedArray of another realm", () => foreign("new Uint8ClampedArray([255, 255, 0, 255])")],
  ["rows of bytes", () => [Uint8Array.from(pixels)]],
  ["rows of Buffers", () => [Buffer.from(pixels)]],
  ["rows of another realm", () => foreign("[new Uint8Array([255, 255, 0, 255])]")],
  ["rows of rows of bytes", () => [[Uint8Array.of(255, 255), Uint8Array.of(0, 255)]]],
  ["{ data, shape }", () => ({ data: Uint8Array.from(pixels), shape: [1, 4] })],
];
const bytes = [Uint8Array.of(1, 2, 3, 4), Uint8Array.of(250, 2, 3, 4)];
const numbers = bytes.map((row) => [...row]);

describe.each(containers)("%s", (_, make) => {
  const predicted = (model: { predict(x: never): { data: Float32Array } }) =>
    model.predict(make() as never).data[0];

  test("of a model that is not trained, and of one that was trained on bytes: times 1/255", async () => {
    expect(predicted(adding())).toBeCloseTo(3, 5);
    const model = await trainedOn(bytes);
    for (const each of [
      model,
      load(model.save()),
      loadPredictor(model.save()),
      fineTune(model),
      model.truncated("d"),
    ])
      expect(predicted(each as never)).toBeCloseTo(3, 5);
    expect(describeExport(model).input.scale).toBe(1 / 255);
  });

  test("of a model that was trained on plain numbers, or on bytes as they are: not scaled", async () => {
    const asTheyAre = arrayDataset(bytes, [[1], [2]], { inputScale: 1 });
    const own = adding().compile({
      loss: "meanSquaredError",
      optimizer: { name: "sgd", learningRate: 1e-30 },
    });
    await own.fit(asTheyAre);
    for (const model of [await trainedOn(numbers), own]) {
      for (const each of [
        model,
        load(model.save()),
        loadPredictor(model.save()),
        fineTune(model),
        model.truncated("d"),
      ])
        expect(predicted(each as never)).toBe(765);
      expect(describeExport(model).input.scale).toBe(1);
    }
  });

  test("evaluate(), validation and trainOnBatch() read them alike", async () => {
    for (const [x, scale] of [
      [bytes, 1 / 255],
      [numbers, 1],
    ] as const) {
      const model = await trainedOn(x);
      const y = [[765 * scale]];
      const off = await model.evaluate(make() as never, y);
      expect(off.loss).toBeCloseTo(0, 5);
      const { history } = await model.fit(x as never, [[1], [2]], { validationData: [make() as never, y] });
      expect(history.valLoss![0]).toBeCloseTo(0, 5);
      expect((await model.trainOnBatch(make() as never, y)).loss).toBeCloseTo(0, 5);
      expect((await model.gradients(make() as never, y)).loss).toBeCloseTo(0, 5);
    }
  });
});

test("a data set that says no scale of its own is read as training was; one that does is taken at its word", async () => {
  const model = await trainedOn(numbers);
  const row = Uint8Array.from(pixels);
  expect(model.predict(arrayDataset([row], [[0]])).data[0]).toBe(765);
  expect((await model.evaluate(arrayDataset([row], [[765]]))).loss).toBe(0);
  expect(model.predict(arrayDataset([row], [[0]], { inputScale: 1 / 255 })).data[0]).toBeCloseTo(3, 5);
  const scaled = await trainedOn(bytes);
  await expect(scaled.evaluate(arrayDataset([row], [[3]], { inputScale: 1 }))).rejects.toThrow(
    "data: its bytes are multiplied by 1, but the model was trained on bytes times 1/255",
  );
});

test("whole numbers up to 255 for a model that was trained on bytes could be either", async () => {
  const model = await trainedOn(bytes);
  const refused =
    /whole numbers up to 255 for a model trained on bytes times 1\/255: pass a Uint8Array, or scaled numbers/;
  expect(() => model.predict([pixels])).toThrow(refused);
  expect(() => loadPredictor(model.save()).predict([pixels])).toThrow(refused);
  await expect(model.evaluate([pixels], [[3]])).rejects.toThrow(refused);
  await expect(model.fit([pixels], [[3]])).rejects.toThrow(refused);
  // also where the first training is about to say it
  const fresh = adding().compile({ loss: "meanSquaredError" });
  const first = fresh.fit([Uint8Array.from(pixels)], [[3]], { validationData: [[pixels], [[3]]] });
  await expect(first).rejects.toThrow(refused);
  await expect(first).rejects.toThrow("validationData: x: whole numbers");
  expect(model.predict([[1, 1, 0, 1]]).data[0]).toBe(3);
  expect(model.predict([[255.5, 255, 0, 255]]).data[0]).toBe(765.5);
});

test("rows that are bytes and rows that are not", () => {
  expect(() => arrayDataset([Uint8Array.of(1), [2]], [0, 1])).toThrow(
    "data: x: row 1 is Array, but row 0 has bytes",
  );
  expect(() => arrayDataset([[1], Uint8Array.of(2)], [0, 1])).toThrow(
    "data: x: row 1 is Uint8Array, but row 0 has none",
  );
});

test("each input of a graph has its own", async () => {
  const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [2], name: "b" })];
  const { concatenate } = await import("../../src/layers/index.ts");
  const both = concatenate().apply([a, b]);
  const out = dense({ units: 1, useBias: false, name: "d" }).apply(both as never);
  const model = graphModel({ inputs: [a, b], outputs: out as never });
  model.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1e-30 } });
  await model.fit({ a: [Uint8Array.of(1, 2)], b: [[3, 4]] }, { d: [[1]] } as never);
  model.setWeights({ "d.kernel": [1, 1, 1, 1] });
  const x = { a: Uint8Array.of(255, 0), b: Uint8Array.of(7, 1) };
  for (const each of [model, load(model.save())]) expect(each.predict(x).data[0]).toBe(9);
  expect(internalsOf(load(model.save())).built.reading).toEqual([
    { type: "uint8", scale: 1 / 255 },
    { type: "float32", scale: 1 },
  ]);
});

test("models of an ensemble read bytes each in its own way", async () => {
  const make = async (x: unknown) => {
    const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [1], name: "d" })]);
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 1e-30 } });
    await model.fit(x as number[][], [0, 1]);
    // class 1 from 100 on, of numbers; of bytes from 0.5 on
    return model;
  };
  const [a, b] = [await make([Uint8Array.of(1), Uint8Array.of(2)]), await make([[1], [2]])];
  a.setWeights({ "d.kernel": [0, 10], "d.bias": [5, 0] });
  b.setWeights({ "d.kernel": [0, 10], "d.bias": [1000, 0] });
  const votes = ensemble([a, b]).predict(Uint8Array.of(200, 20));
  expect([...votes.argMax()]).toEqual([1, 0]);
});

test("an exported module reads bytes of another realm", async () => {
  const { code } = exportModule(adding());
  const module = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  expect(module.predict(foreign("new Uint8Array([255, 255, 0, 255])"))[0]).toBeCloseTo(3, 5);
  expect(module.predict(foreign("new Float32Array([255, 255, 0, 255])"))[0]).toBe(765);
});
