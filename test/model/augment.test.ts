/** Training on images that are made anew each epoch: same bits however it is read and wherever it is stopped. */
import { expect, test } from "vitest";
import {
  type AugmentOptions,
  augment,
  type Dataset,
  digits,
  shifted,
  splitDataset,
} from "../../src/data/index.ts";
import {
  type Callback,
  dense,
  type FitOptions,
  flatten,
  fromConfig,
  load,
  type Model,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { slowly } from "../support/problems.ts";

const data = digits({ samples: 60, seed: 2 });
const options: AugmentOptions = { shift: 2, rotate: 15, elastic: true, noise: 0.05, cutout: 5 };
const fitOptions = { batchSize: 16, epochs: 3, seed: 7, validationSplit: 0.2 } as const;

const make = (): Model =>
  sequential(
    [flatten(), dense({ units: 8, activation: "tanh" }), dense({ units: 10, activation: "softmax" })],
    {
      seed: 3,
    },
  ).compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });

async function outcome(source: Dataset, more: FitOptions = {}) {
  const model = make();
  const history = await model.fit(source, { ...fitOptions, ...more });
  return { sha: weightsSha256(model), history };
}

/** Every read of a dataset. */
function recorded(source: Dataset): { reads: (number | undefined)[]; dataset: Dataset } {
  const reads: (number | undefined)[] = [];
  const dataset: Dataset = {
    ...source,
    read(indices, x, y, epoch) {
      reads.push(epoch);
      return source.read(indices, x, y, epoch);
    },
  };
  return { reads, dataset };
}

test("training reads with its epoch; evaluation, prediction, validation and gradients without", async () => {
  const { reads, dataset } = recorded(data);
  const model = make();
  await model.fit(dataset, { batchSize: 30, epochs: 3, validationData: data });
  expect(reads).toEqual([0, 0, 1, 1, 2, 2]);
  reads.length = 0;
  await model.evaluate(dataset);
  await model.gradients(dataset);
  model.predict(dataset);
  await model.fit(data, { batchSize: 30, epochs: 2, validationData: dataset });
  expect(reads.length).toBeGreaterThan(4);
  expect(reads.every((epoch) => epoch === undefined)).toBe(true);
  reads.length = 0;
  await model.fit(slowly(dataset), { batchSize: 20, epochs: 2 });
  expect(reads).toEqual([5, 5, 5, 6, 6, 6]);
});

test("evaluation of an augmented dataset is that of its rows as they are", async () => {
  const model = make();
  await model.fit(data, fitOptions);
  expect(await model.evaluate(augment(data, options))).toEqual(await model.evaluate(data));
});

test("the same bits from a source that takes its time; others by another seed, or without", async () => {
  const want = await outcome(augment(data, options));
  expect(await outcome(augment(data, options))).toEqual(want);
  const { labels } = data;
  expect(await outcome({ ...augment(slowly(data), options), labels })).toEqual(want);
  expect(await outcome({ ...slowly(augment(data, options)), labels })).toEqual(want);
  const others = [outcome(data), outcome(augment(data, { ...options, seed: 1 }))];
  for (const other of await Promise.all(others)) expect(other.sha).not.toBe(want.sha);
});

test("the same bits from a source that takes its time only now and then", async () => {
  const want = await outcome(augment(data, options));
  const late = slowly(data);
  let reads = 0;
  const moody: Dataset = {
    ...data,
    read: (indices, x, y, epoch) => (reads++ % 3 === 1 ? late : data).read(indices, x, y, epoch),
  };
  expect(await outcome(augment(moody, options))).toEqual(want);
  expect(reads).toBeGreaterThan(9);
});

test("fit's own option augments the rows trained on, by fit's seed, and validates on the rest as they are", async () => {
  const [train, validationData] = splitDataset(data, 0.2, { seed: 7 });
  const by = { ...fitOptions, validationSplit: 0, validationData };
  const want = await outcome(augment(train, { ...options, seed: 7 }), by);
  const got = await outcome(data, { augment: options });
  expect(got).toEqual(want);
  expect((await outcome(data, { augment: { ...options, seed: 7 } })).sha).toBe(want.sha);
  expect((await outcome(data, { augment: { ...options, seed: 8 } })).sha).not.toBe(want.sha);
});

test("fit's own copies are those of the rows trained on, and none is validated on", async () => {
  const [train, validationData] = splitDataset(data, 0.2, { seed: 7 });
  const by = { ...fitOptions, batchSize: 80 };
  const want = await outcome(shifted(train, 2), { ...by, validationSplit: 0, validationData });
  expect(await outcome(data, { ...by, shifted: 2 })).toEqual(want);
  expect((await outcome(data, { ...by, shifted: 1 })).sha).not.toBe(want.sha);
  const both = await outcome(augment(shifted(train), { ...options, seed: 7 }), {
    ...by,
    validationSplit: 0,
    validationData,
  });
  expect(await outcome(data, { ...by, shifted: 1, augment: options })).toEqual(both);
});

class Stop extends Error {}

/** What a crash after a step leaves. */
async function saved(step: number, source: Dataset, more: FitOptions): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  const crash: Callback = {
    onBatchEnd(_batch, _logs, context) {
      if (context.step !== step) return;
      bytes = context.model.save();
      throw new Stop();
    },
  };
  await expect(make().fit(source, { ...fitOptions, ...more, callbacks: [crash] })).rejects.toThrow(Stop);
  return bytes!;
}

test.each([
  ["augment()", augment(data, options), {}],
  [
    "augment() of a source that takes its time",
    { ...augment(slowly(data), options), labels: data.labels },
    {},
  ],
  ["shifted()", shifted(data), { batchSize: 80 }],
  ["fit's option", data, { augment: options }],
  ["fit's copies, augmented too", data, { shifted: 2, augment: options, batchSize: 80 }],
])("%s: saved after any step and resumed, nothing differs", async (_, source, more: FitOptions) => {
  const want = await outcome(source, more);
  for (let step = 1; step <= 9; step++) {
    const model = load(await saved(step, source, more));
    // fit's own options are in the file
    const { augment: __, shifted: ___, ...again } = { ...fitOptions, ...more };
    const history = await model.fit(source, { ...again, resume: true });
    expect({ sha: weightsSha256(model), history }, `after step ${step}`).toEqual(want);
  }
});

test("a resumed run needs the same augmentation", async () => {
  const bytes = await saved(5, data, { augment: { shift: 2, rotate: 15 } });
  const resume = (more: FitOptions) => load(bytes).fit(data, { ...fitOptions, ...more, resume: true });
  await expect(resume({ augment: { shift: 2 } })).rejects.toThrow(
    'fit: resume: augment was {"shift":[2,2],"rotate":15,"fill":0}, now it is {"shift":[2,2],"fill":0}; a resumed run needs the same',
  );
  await resume({ augment: { rotate: 15, shift: [2, 2] } });
  const plain = load(await saved(5, data, {}));
  await expect(plain.fit(data, { ...fitOptions, augment: { shift: 1 }, resume: true })).rejects.toThrow(
    "fit: resume: augment was not set, now it is",
  );
  await expect(
    load(await saved(5, data, {})).fit(data, { ...fitOptions, shifted: 1, resume: true }),
  ).rejects.toThrow("fit: resume: shifted was not set, now it is 1; a resumed run needs the same");
});

test("a bad option is refused before anything is trained", async () => {
  const model = make().build([28, 28, 1]);
  const before = weightsSha256(model);
  const refuse = (augment: unknown) => model.fit(data, { ...fitOptions, augment: augment as AugmentOptions });
  await expect(refuse({ rotat: 3 })).rejects.toThrow(
    'fit: augment.rotat: unknown field; did you mean "rotate"?',
  );
  await expect(refuse({ shift: 28 })).rejects.toThrow("augment: shift: expected fewer than the 28 pixels");
  await expect(model.fit([[1, 2]], [1], { augment: { shift: 1 } })).rejects.toThrow(
    "augment: fit: expected images, rows of shape [h, w] or [h, w, c], got [2]",
  );
  expect(weightsSha256(model)).toBe(before);
});

test("sampleWeight goes with augmentation", async () => {
  const sampleWeight = data.labels!.map((label) => Number(label < 5));
  const by = { ...fitOptions, validationSplit: 0, sampleWeight };
  const got = await outcome(data, { ...by, augment: { shift: 1 } });
  expect(got).toEqual(await outcome(augment(data, { shift: 1, seed: 7 }), by));
});

test("a configuration's augmentation reaches fit()", async () => {
  const layers = [
    { type: "flatten" },
    { type: "dense", units: 8, activation: "tanh" },
    { type: "dense", units: 10, activation: "softmax" },
  ] as const;
  const { model, fit } = fromConfig({
    nabla: 1,
    model: { inputShape: [28, 28, 1], layers: [...layers] },
    training: { loss: "categoricalCrossentropy", ...fitOptions, augment: options },
  });
  const twin = fromConfig({
    nabla: 1,
    model: { inputShape: [28, 28, 1], layers: [...layers] },
    training: { loss: "categoricalCrossentropy", ...fitOptions },
  });
  await model.fit(data, fit);
  await twin.model.fit(data, { ...twin.fit, augment: options });
  expect(weightsSha256(model)).toBe(weightsSha256(twin.model));
  await twin.model.fit(data, twin.fit);
  expect(weightsSha256(model)).not.toBe(weightsSha256(twin.model));
});

test("shifted copies teach what to do with shifted images", async () => {
  const train = digits({ samples: 400, seed: 5 });
  const test = shifted(digits({ samples: 200, seed: 5, part: "test" }));
  const accuracy = async (source: Dataset, epochs: number) => {
    const model = make();
    await model.fit(source, { batchSize: 20, epochs, seed: 1 });
    return (await model.evaluate(test)).accuracy!;
  };
  // as many steps each
  expect(await accuracy(shifted(train), 6)).toBeGreaterThan((await accuracy(train, 30)) + 0.03);
});
