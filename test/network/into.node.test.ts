/**
 * Programs begin with cores that only predict, unless Node runs them (package.json, "imports"). Here they do so in Node: the
 * bits are those that were written down with the whole core.
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { standIn } from "../../src/core/compile.ts";
import { denseBuild } from "../../src/core/dense.ts";
import { fullBuild } from "../../src/core/full.ts";
import { imagesBuild } from "../../src/core/images.ts";
import { buffersFor, range, readNow } from "../../src/data/dataset.ts";
import {
  checkGradients,
  type Dataset,
  dense,
  earlyStopping,
  fromConfig,
  lstm,
  type Model,
  reduceLROnPlateau,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { dataFor, NETS } from "../support/tapeNets.ts";

const root = new URL("../../", import.meta.url);
const golden = JSON.parse(readFileSync(new URL("test/golden/before/tapes.json", root), "utf8"));
const textOf = (name: string): Promise<{ core: string }> =>
  import(new URL(`build/core/${name}.text.js`, root).href);
const loads: string[] = [];
for (const [build, small, training] of [
  [denseBuild, "dense", "dense-training"],
  [imagesBuild, "images", "images-training"],
  [fullBuild, "full", "simd"],
] as const)
  Object.assign(build, {
    code: (await textOf(small)).core,
    training: () => {
      loads.push(training);
      return textOf(training);
    },
  });

const coreOf = (model: Model) => internalsOf(model).built.core;
/** The rows of a data set of labels. */
function arraysOf(data: Dataset): [x: { data: Float32Array; shape: number[] }, labels: number[]] {
  const n = data.length;
  const { x, y } = buffersFor(data, n);
  readNow(data, range(n), x, y);
  return [{ data: Float32Array.from(x), shape: [n, ...data.inputShape] }, [...y]];
}
const callbacks = () => [
  reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 10 }),
  earlyStopping({ monitor: "loss", patience: 9, restoreBestWeights: true }),
];

test.each([
  ["mlp, softmax, nesterov", "dense-training"],
  ["penalties, clipping, decay, an average, in pieces", "dense-training"],
  ["modern cnn", "images-training"],
])(
  "%s: fit() loads the rest of the core, and trains the weights that were written down",
  async (name, rest) => {
    loads.length = 0;
    const document = NETS[name]!;
    const data = dataFor(document);
    const { model, fit } = fromConfig(document);
    const first = model.predict(data).data;
    expect([coreOf(model).trains, loads]).toEqual([false, []]);
    await model.fit(data, { ...fit, callbacks: callbacks(), worker: false, threads: 1 });
    expect(weightsSha256(model)).toBe(golden[name].weights);
    expect(coreOf(model).trains).toBe(true);
    expect(loads.every((one) => one === rest)).toBe(true);
    expect(model.predict(data).data).not.toEqual(first);
  },
);

test.each<[string, (model: Model, data: Dataset) => Promise<unknown>]>([
  ["evaluate()", (model, data) => model.evaluate(data)],
  ["testOnBatch()", (model, data) => model.testOnBatch(data)],
  ["gradients()", (model, data) => model.gradients(data)],
  ["inputGradients()", (model, data) => model.inputGradients(data)],
  ["checkGradients()", (model, data) => checkGradients(model, ...arraysOf(data))],
  ["listing() of evaluating", (model) => model.listing({ mode: "evaluate" })],
])("%s loads the kernels it takes, and says what it says with the whole core", async (_, look) => {
  const document = NETS["mlp, softmax, nesterov"]!;
  const data = dataFor(document);
  const { model } = fromConfig(document);
  model.predict(data);
  expect(coreOf(model).trains).toBe(false);
  const got = await look(model, data);
  standIn(new WebAssembly.Module(readFileSync(new URL("build/core/simd.wasm", root))));
  const whole = fromConfig(document).model;
  whole.predict(data);
  standIn(undefined);
  expect(coreOf(whole).trains).toBe(true);
  expect(got).toEqual(await look(whole, data));
});

test("a worker is sent the core that trains, and the program keeps the one it has", async () => {
  const name = "mlp, softmax, nesterov";
  const { model, fit } = fromConfig(NETS[name]!);
  await model.fit(dataFor(NETS[name]!), { ...fit, callbacks: callbacks(), worker: true });
  expect(weightsSha256(model)).toBe(golden[name].weights);
  expect(coreOf(model).trains).toBe(false);
});

test("several threads train with it", async () => {
  const name = "modern cnn";
  const { model, fit } = fromConfig(NETS[name]!);
  await model.fit(dataFor(NETS[name]!), { ...fit, callbacks: callbacks(), worker: false, threads: 2 });
  expect(weightsSha256(model)).toBe(golden[name].weights);
});

const x = [
  [0, 1],
  [1, 0],
];
const made = () =>
  sequential([dense({ units: 2, activation: "softmax" })], { seed: 4 }).compile({
    loss: "categoricalCrossentropy",
  });

test("single steps, steps by hand and the listing of one", async () => {
  const [whole, stepped, byHand] = [made(), made(), made().build([2])];
  await whole.fit(x, [0, 1], { epochs: 1, batchSize: 2, shuffle: false, worker: false });
  // it is built by the first batch
  await stepped.trainOnBatch(x, [0, 1]);
  expect(weightsSha256(stepped)).toBe(weightsSha256(whole));
  await byHand.forward(x);
  await byHand.backward(x);
  await byHand.applyGradients();
  expect(coreOf(byHand).trains).toBe(true);
  expect(await made().build([2]).listing({ mode: "train" })).toMatch(/^ {2}ADAM /m);
});

test("layers of sequences begin with the largest core, and a network takes the largest of its layers", async () => {
  const model = sequential([lstm({ units: 3 }), dense({ units: 2 })], { inputShape: [4, 2] });
  const { build } = coreOf(model);
  expect(build).toBe(fullBuild);
  expect(coreOf(made().build([2])).build).toBe(denseBuild);
});
