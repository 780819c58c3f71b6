/** Targets that are scaled for the training, and answers in their own unit. */
import { expect, test } from "vitest";
import { buffersFor, type Dataset, range } from "../../src/data/dataset.ts";
import { csvSplit } from "../../src/data/index.ts";
import { verifyExport } from "../../src/export/digest.ts";
import { exportOnnx } from "../../src/export/index.ts";
import { describeExport, exportWasm } from "../../src/export/wasm.ts";
import { openModel } from "../../src/import/index.ts";
import {
  dense,
  fineTune,
  model as graph,
  gru,
  input,
  joinDatasets,
  load,
  reshape,
  sequential,
} from "../../src/index.ts";
import { loadAsync, load as loadPredictor } from "../../src/predict/index.ts";

const price = (rooms: number, age: number) => 120_000 + 41_000 * rooms - 700 * age;
const table = (from: number, count: number, factor = 1) =>
  `rooms,age,price\n${Array.from({ length: count }, (_, i) => {
    const [rooms, age] = [1 + ((from + i * 5) % 7), (from + i * 11) % 60];
    return `${rooms},${age}.5,${factor * price(rooms, age)}.25`;
  }).join("\n")}\n`;
const homes = () => csvSplit(table(0, 120), { testFraction: 0.25, label: "price" });

function rowsOf(dataset: Dataset) {
  const { x, y } = buffersFor(dataset, dataset.length);
  dataset.read(range(dataset.length), x, y);
  return { x: x as Float32Array, y: y as Float32Array };
}
/** The targets as the table has them. */
function ownTargets(dataset: Dataset): Float64Array {
  const { mean, scale } = dataset.targetScale!;
  return Float64Array.from(rowsOf(dataset).y, (y) => y * scale[0]! + mean[0]!);
}

async function trained(
  dataset: Dataset,
  metrics: readonly ("mae" | "mse" | "rmse" | "mape" | "r2")[] = ["mae"],
) {
  const model = sequential([dense({ units: 6, activation: "tanh" }), dense({ units: 1 })], { seed: 3 });
  model.compile({
    loss: "meanSquaredError",
    optimizer: { name: "adam", learningRate: 0.03 },
    metrics: [...metrics],
  });
  await model.fit(dataset, { epochs: 25, batchSize: 16, worker: false });
  return model;
}

test("a table's targets are scaled for the training, and the model answers in their unit everywhere", async () => {
  const { train, test: kept } = homes();
  const { y } = rowsOf(train);
  expect(Math.abs(y.reduce((sum, value) => sum + value, 0) / y.length)).toBeLessThan(1e-5);
  expect(train.targetScale).toMatchObject({ columns: ["price"] });
  const model = await trained(train);
  expect(model.metadata.targetScale).toEqual(train.targetScale);
  const outputs = model.predict(kept!);
  const own = ownTargets(kept!);
  // within a tenth of what prices differ by
  for (const [i, value] of outputs.data.entries()) expect(Math.abs(value - own[i]!)).toBeLessThan(30_000);
  expect(outputs.data.some((value) => value > 250_000)).toBe(true);

  const bytes = model.save();
  const { x } = rowsOf(kept!);
  for (const again of [load(bytes), loadPredictor(bytes), await loadAsync(bytes)]) {
    expect(again.metadata.targetScale).toEqual(train.targetScale);
    expect(again.predict(x).data).toEqual(outputs.data);
  }
  expect(load(bytes).save()).toEqual(bytes);

  const wasm = exportWasm(model);
  expect(verifyExport(wasm).kind).toBe("wasm");
  expect(describeExport(model).output).toEqual({ shape: [1], activation: "linear", unitOf: "price" });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
  const host = exports as Record<string, never> & { memory: WebAssembly.Memory } & Record<
      "input" | "output",
      () => number
    > & { predict(rows: number): number };
  new Float32Array(host.memory.buffer, host.input(), x.length).set(x);
  expect(host.predict(kept!.length)).toBe(kept!.length);
  expect(new Float32Array(host.memory.buffer, host.output(), kept!.length)).toEqual(outputs.data);
});

test("ONNX files give quantities in their unit; a model that is opened from one needs no scale", async () => {
  const { train, test: kept } = homes();
  const model = await trained(train);
  const opened = await openModel(exportOnnx(model));
  const { x } = rowsOf(kept!);
  const [a, b] = [model.predict(x).data, opened.predict(x).data];
  for (const [i, value] of a.entries()) expect(b[i]! / value).toBeCloseTo(1, 5);
  expect(a[0]).toBeGreaterThan(50_000);
  expect(opened.metadata.targetScale).toBeUndefined();
});

test("metrics are in the unit of the targets, in training, validation and evaluation; the loss is what is minimised", async () => {
  const { train, test: kept } = homes();
  const model = sequential([dense({ units: 1 })], { seed: 1 });
  let seen: number[] = [];
  const off = {
    name: "largest",
    value(outputs: { data: Float32Array }, targets: { data: Float32Array }) {
      seen = [...targets.data];
      return outputs.data.map((value, i) => Math.abs(value - targets.data[i]!));
    },
  };
  model.compile({
    loss: "meanSquaredError",
    optimizer: "adam",
    metrics: ["mae", "mse", "rmse", "mape", "r2", off],
  });
  const { history } = await model.fit(train, { epochs: 3, validationData: kept!, worker: false });
  const scores = await model.evaluate(kept!);
  const own = ownTargets(kept!);
  const outputs = model.predict(kept!).data;
  const errors = own.map((y, i) => outputs[i]! - y);
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  const mae = mean(errors.map(Math.abs));
  expect(mae).toBeGreaterThan(10_000);
  expect(scores.mae! / mae).toBeCloseTo(1, 5);
  expect(scores.largest! / mae).toBeCloseTo(1, 5);
  expect(seen.some((y) => y > 100_000)).toBe(true);
  expect(scores.mse! / mean(errors.map((e) => e * e))).toBeCloseTo(1, 5);
  expect(scores.rmse! / Math.sqrt(scores.mse!)).toBeCloseTo(1, 6);
  const share = mean(errors.map((e, i) => Math.abs(e / own[i]!)));
  expect([share, 100 * share].some((mape) => Math.abs(scores.mape! / mape - 1) < 1e-5)).toBe(true);
  const { scale } = train.targetScale!;
  expect((scores.loss * scale[0]! * scale[0]!) / scores.mse!).toBeCloseTo(1, 5);
  expect(history.valMae!.at(-1)! / mae).toBeCloseTo(1, 5);
  expect(history.mae!.every((value) => value > 10_000)).toBe(true);
  const said: number[] = [];
  await model.evaluate(kept!, { onRow: (_row, _loss, row) => said.push((row as Float32Array)[0]!) });
  expect(said).toEqual([...outputs]);
  const { intervals } = await model.evaluate(kept!, { bootstrap: 50 });
  expect(intervals.mae![0]).toBeLessThan(mae);
  expect(intervals.mae![1]).toBeGreaterThan(mae);
});

test("arrays, and tables of another scale, are brought to that of the model", async () => {
  const { train, test: kept } = homes();
  const model = await trained(train);
  const { x } = rowsOf(kept!);
  const arrays = [{ data: x, shape: [kept!.length, 2] }, Float32Array.from(ownTargets(kept!))] as const;
  const scores = await model.evaluate(kept!);
  const same = await model.evaluate(...arrays);
  expect(same.loss / scores.loss).toBeCloseTo(1, 3);
  expect(same.mae! / scores.mae!).toBeCloseTo(1, 4);
  // the same rows, scaled by themselves
  const { standardisation } = train;
  const other = csvSplit(table(0, 120), {
    label: "price",
    testFraction: 0.5,
    seed: 9,
    ...(standardisation && { standardisation }),
  }).train;
  expect(other.targetScale).not.toEqual(train.targetScale);
  const theirs = rowsOf(other);
  const alike = await model.evaluate(
    { ...arrays[0], data: theirs.x, shape: [other.length, 2] },
    Float32Array.from(ownTargets(other)),
  );
  expect((await model.evaluate(other)).mae! / alike.mae!).toBeCloseTo(1, 4);
  const [a, b] = [await model.gradients(kept!), await model.gradients(...arrays)];
  expect(a.loss / b.loss).toBeCloseTo(1, 3);
  expect((await model.testOnBatch(...arrays)).mae! / scores.mae!).toBeCloseTo(1, 4);
  const batches = async function* () {
    yield { x: arrays[0], y: arrays[1] };
  };
  expect((await model.evaluate(batches)).mae! / scores.mae!).toBeCloseTo(1, 4);
  // training goes on in the model's scale
  const before = model.metadata.targetScale;
  await model.fit(...arrays, { epochs: 1, worker: false });
  await model.fit(other, { epochs: 1, worker: false });
  await model.trainOnBatch(...arrays);
  expect(model.metadata.targetScale).toEqual(before);
  expect((await model.evaluate(kept!)).mae!).toBeLessThan(1.5 * scores.mae!);
  // a model that was trained on the numbers themselves
  const plain = sequential([dense({ units: 1, inputShape: [2] })]).compile({
    loss: "meanSquaredError",
    metrics: ["mae"],
  });
  const raw = await plain.evaluate(kept!);
  expect(raw.mae! / (await plain.evaluate(...arrays)).mae!).toBeCloseTo(1, 5);
  expect(raw.mae).toBeGreaterThan(100_000);
});

test("the same bits in a worker, and after a stop in the middle", async () => {
  const { train, test: kept } = homes();
  const make = () =>
    sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 1 })], { seed: 5 }).compile({
      loss: "meanSquaredError",
      optimizer: "adam",
      metrics: ["mae", "rmse"],
    });
  const options = { epochs: 4, batchSize: 16, validationData: kept! };
  const whole = make();
  await whole.fit(train, { ...options, worker: false });
  const away = make();
  await away.fit(train, { ...options, worker: true });
  expect(away.history).toEqual(whole.history);
  expect(away.predict(kept!).data).toEqual(whole.predict(kept!).data);
  const part = make();
  let steps = 0;
  const stop = {
    onBatchEnd: (_b: number, _l: unknown, context: { stop(why: string): void }) =>
      void (++steps === 9 && context.stop("now")),
  };
  await part.fit(train, { ...options, worker: false, callbacks: [stop] });
  const resumed = load(part.save());
  await resumed.fit(train, { ...options, worker: false, resume: true });
  expect(resumed.predict(kept!).data).toEqual(whole.predict(kept!).data);
  expect(resumed.history.history.mae).toEqual(whole.history.history.mae);
  // a table that is scaled otherwise is other data
  const other = csvSplit(table(0, 120, 2), { testFraction: 0.25, label: "price" }).train;
  const again = load(part.save());
  await expect(again.fit(other, { ...options, worker: false, resume: true })).rejects.toThrow(
    /is standardised otherwise/,
  );
});

test("what a scale does not fit is refused, and can be left out", async () => {
  const { train } = homes();
  const positive = sequential([dense({ units: 1, activation: "relu" })]).compile({
    loss: "meanSquaredError",
  });
  await expect(positive.fit(train, { worker: false })).rejects.toThrow(
    'data.csv (train): its targets are scaled to mean 0 for the training, and activation "relu" of the last layer gives nothing below 0: end in a layer without activation, or read the table with targetScale: false',
  );
  const raw = csvSplit(table(0, 120), { testFraction: 0, label: "price", targetScale: false }).train;
  expect(raw.targetScale).toBeUndefined();
  expect(rowsOf(raw).y[0]).toBeCloseTo(price(1, 0) + 0.25, 1);
  await positive.fit(raw, { worker: false, epochs: 1 });
  expect(positive.metadata.targetScale).toBeUndefined();
  expect(csvSplit(table(0, 120), { standardise: false }).train.targetScale).toBeUndefined();
  expect(csvSplit(table(0, 120), { standardise: false, targetScale: true }).train.targetScale).toBeDefined();
  const by = { mean: [200_000], scale: [50_000] };
  expect(csvSplit(table(0, 120), { targetScale: by, testFraction: 0 }).train.targetScale).toEqual(by);
  for (const wrong of [{ mean: [1], scale: [0] }, { mean: [1, 2], scale: [1, 2] }, "yes", { mean: [1] }])
    expect(() => csvSplit(table(0, 120), { targetScale: wrong as never })).toThrow(/targetScale/);
  // 0 and 1, and classes, are no quantities
  const bits = `a,y\n${Array.from({ length: 30 }, (_, i) => `${i},${i % 2}`).join("\n")}`;
  expect(csvSplit(bits, { task: "regression" }).train.targetScale).toBeUndefined();
  const model = await trained(train);
  const classes = csvSplit(bits.replace("a,y", "a,b,y").replaceAll(/\n(\d+),/g, "\n$1,1,")).train;
  await expect(model.evaluate(classes)).rejects.toThrow(/expected quantities, as the model was trained on/);
});

test("plain arrays have no scale, records are in their own units, and a new head begins without one", async () => {
  const { train } = homes();
  const { x } = rowsOf(train);
  const y = Float32Array.from(ownTargets(train));
  const plain = sequential([dense({ units: 1 })]).compile({ loss: "meanSquaredError" });
  await plain.fit({ data: x, shape: [train.length, 2] }, y, { epochs: 1, worker: false });
  expect(plain.metadata.targetScale).toBeUndefined();
  const joined = joinDatasets({ inputs: { home: train }, targets: { price: train } });
  expect(joined.targetScale).toBeUndefined();
  expect(rowsOf({ ...joined, inputType: "uint8" }).y[3]! / y[3]!).toBeCloseTo(1, 6);
  const home = input({ shape: [2], name: "home" });
  const two = graph({ inputs: home, outputs: { price: dense({ units: 1 }).apply(home) } });
  two.compile({ loss: "meanSquaredError", metrics: ["mae"] });
  await two.fit(joined, { epochs: 1, worker: false });
  expect(two.metadata.targetScale).toBeUndefined();
  const model = await trained(train);
  expect(fineTune(model).metadata.targetScale).toEqual(train.targetScale);
  expect(fineTune(model, { layers: [dense({ units: 1 })] }).metadata.targetScale).toBeUndefined();
});

test("a model whose outputs mean something stays in its unit; one whose last layer is new takes over the data's", async () => {
  const { train, test: kept } = homes();
  const raw = csvSplit(table(0, 120), { testFraction: 0.25, label: "price", targetScale: false }).train;
  const { x } = rowsOf(train);
  const arrays = [{ data: x, shape: [train.length, 2] }, Float32Array.from(ownTargets(train))] as const;
  const rate = (learningRate: number) =>
    ({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate } }) as const;
  const make = () =>
    sequential([dense({ units: 3, activation: "tanh", inputShape: [2] }), dense({ units: 1 })], {
      seed: 2,
    }).compile(rate(0.1));
  const still = { epochs: 1, worker: false } as const;
  const byTable = make();
  await byTable.fit(raw, { ...still, epochs: 5 });
  const byArrays = make();
  await byArrays.fit(...arrays, { ...still, epochs: 5 });
  const byBatch = make();
  for (let i = 0; i < 30; i++) await byBatch.trainOnBatch(...arrays);
  const byHand = make();
  await byHand.setWeights(byTable.weights());
  const imported = await openModel(exportOnnx(byTable));
  for (const model of [
    byTable,
    byArrays,
    byBatch,
    byHand,
    imported,
    load(byTable.save()),
    fineTune(byTable),
  ]) {
    model.compile({ ...rate(1e-30), metrics: ["mae"] });
    const before = model.predict(kept!).data;
    expect(before[0]).toBeGreaterThan(100_000);
    const { history } = await model.fit(train, still);
    expect(model.metadata.targetScale).toBeUndefined();
    expect(model.predict(kept!).data).toEqual(before);
    expect(history.mae![0]).toBeLessThan(200_000);
  }
  // never trained, also as it is stored; another head; a training that goes on
  const head = fineTune(byTable, { layers: [dense({ units: 1 })], seed: 8 });
  for (const model of [make(), load(make().save()), head]) {
    model.compile(rate(0.1));
    await model.fit(train, still);
    expect(model.metadata.targetScale).toEqual(train.targetScale);
    await model.fit(raw, still);
    expect(model.metadata.targetScale).toEqual(train.targetScale);
  }
  // the last layer that is trained decides where what follows it is frozen
  const fixed = sequential(
    [dense({ units: 1, inputShape: [2] }), dense({ units: 1, trainable: false, kernelInitializer: "ones" })],
    { seed: 2 },
  ).compile(rate(0.1));
  await fixed.fit(raw, { ...still, epochs: 5 });
  await fixed.fit(train, still);
  expect(fixed.metadata.targetScale).toBeUndefined();
});

test("only rows that a model takes its scale from have to be what its outputs can be", async () => {
  const { train, test: kept } = homes();
  const raw = csvSplit(table(0, 120), { testFraction: 0.25, label: "price", targetScale: false });
  const positive = sequential([dense({ units: 1, activation: "relu", inputShape: [2] })], { seed: 4 });
  positive.compile({ loss: "meanSquaredError", metrics: ["mae"] });
  // scaled rows are brought to the model's unit
  await positive.fit(raw.train, { worker: false, epochs: 2, validationData: kept! });
  const { mae } = await positive.evaluate(raw.test!);
  expect((await positive.evaluate(kept!)).mae! / mae!).toBeCloseTo(1, 5);
  expect((await positive.testOnBatch(kept!)).mae! / mae!).toBeCloseTo(1, 5);
  await positive.trainOnBatch(train);
  await positive.fit(train, { worker: false, epochs: 1 });
  expect(positive.metadata.targetScale).toBeUndefined();
});

test("streams answer in units as predict() does; forward() gives what the loss sees", async () => {
  const steps = 4;
  const series = `${Array.from({ length: steps }, (_, i) => `s${i}`)},price\n${Array.from(
    { length: 40 },
    (_, i) => `${i % 7},${(i * 3) % 11}.5,${(i * 5) % 13}.25,${i % 3}.5,${90_000 + 4_000 * ((i * 5) % 13)}.5`,
  ).join("\n")}\n`;
  const { train } = csvSplit(series, { testFraction: 0, label: "price" });
  const model = sequential([reshape({ targetShape: [steps, 1] }), gru({ units: 3 }), dense({ units: 1 })], {
    seed: 6,
  });
  model.compile({ loss: "meanSquaredError" });
  await model.fit(train, { epochs: 2, worker: false });
  const { x } = rowsOf(train);
  const own = model.predict(x).data;
  expect(own[0]).toBeGreaterThan(50_000);
  const recurrent = sequential([gru({ units: 3, inputShape: [steps, 1] }), dense({ units: 1 })]);
  recurrent.setWeights(model.weights());
  recurrent.metadata = model.metadata;
  const bytes = recurrent.save();
  for (const each of [recurrent, load(bytes), loadPredictor(bytes)]) {
    const stream = each.stream({ batchSize: 2 });
    const to = new Float32Array(2);
    for (let t = 0; t < steps; t++) expect(stream.push([x[t]!, x[steps + t]!], to)).toBe(to);
    expect(to).toEqual(own.slice(0, 2));
    stream.reset();
    const last = Array.from({ length: steps }, (_, t) => stream.push([x[t]!, x[steps + t]!])).at(-1)!;
    expect(last).toEqual(own.slice(0, 2));
  }
  const { mean, scale } = train.targetScale!;
  const { data } = await model.forward({ data: x, shape: [train.length, steps] });
  for (const [i, value] of data.entries()) expect((value * scale[0]! + mean[0]!) / own[i]!).toBeCloseTo(1, 5);
});
