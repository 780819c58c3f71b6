/** Stop anywhere, go on, and end with the bits of a run that was never stopped. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  batchNormalization,
  type Callback,
  conv2d,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  flatten,
  gaussianNoise,
  type History,
  load,
  type Model,
  maxPooling2d,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { dealt } from "../support/dealt.ts";
import { values } from "../support/kernel.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(40, 5, 3));
const asynchronous = slowly(data);
/** 30 rows to train on: batches of 8, 8, 8 and 6. */
const STEPS_PER_EPOCH = 4;
const fitOptions = { batchSize: 8, epochs: 7, validationSplit: 0.25, seed: 5 } as const;

const everything: Record<string, TrainingOptions["optimizer"]> = Object.fromEntries(
  OPTIMIZERS.map((name) => [
    name,
    { name, learningRate: 0.03, clipNorm: 0.5, clipValue: 0.3, weightDecay: 0.01 },
  ]),
);
everything["adam with an average of weights"] = { name: "adam", learningRate: 0.03, useEma: true };
everything["rmsprop with momentum"] = { name: "rmsprop", learningRate: 0.01, momentum: 0.5 };

function fresh(optimizer: TrainingOptions["optimizer"], schedule?: TrainingOptions["schedule"]): Model {
  return sequential(
    [
      dense({ units: 7, activation: "tanh", inputShape: [5], kernelRegularizer: { l1: 1e-3, l2: 1e-3 } }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { seed: 2 },
  ).compile({ loss: "categoricalCrossentropy", optimizer, schedule, metrics: ["accuracy", "f1", "mse"] });
}

/** Callbacks with a state, that also do something in seven epochs. */
const callbacks = (): Callback[] => [
  reduceLROnPlateau({ patience: 1, factor: 0.5, minDelta: 0.05, cooldown: 1 }),
  earlyStopping({ monitor: "valAccuracy", patience: 3, restoreBestWeights: true }),
];

class Stop extends Error {}

/** Saves after that step, then ends the run like a crash. */
function crashAfter(step: number, keep: (bytes: Uint8Array) => void): Callback {
  return {
    onBatchEnd(_batch, _logs, context) {
      if (context.step !== step) return;
      keep(context.model.save());
      throw new Stop();
    },
  };
}

interface Outcome {
  sha: string;
  history: History;
}
const outcome = (model: Model): Outcome => ({ sha: weightsSha256(model), history: model.history });

async function straight(make: () => Model, options: FitOptions, source = data): Promise<Outcome> {
  const model = make();
  await model.fit(source, { ...options, callbacks: callbacks() });
  return outcome(model);
}

/** The same with a crash after a step; another model, made from the saved bytes alone, goes on. */
async function broken(make: () => Model, options: FitOptions, step: number, source = data): Promise<Outcome> {
  let bytes: Uint8Array | undefined;
  const first = make();
  const crash = crashAfter(step, (saved) => {
    bytes = saved;
  });
  await expect(first.fit(source, { ...options, callbacks: [...callbacks(), crash] })).rejects.toThrow(Stop);
  const second = load(bytes!);
  await second.fit(source, { ...options, callbacks: callbacks(), resume: true });
  return outcome(second);
}

describe.each(dealt(Object.entries(everything)))("%s", (_, optimizer) => {
  test("saved after any step", async () => {
    const make = () => fresh(optimizer, "cosine+warmup:0.6");
    const want = await straight(make, fitOptions);
    expect(want.history.history.valF1.length).toBeGreaterThan(1);
    for (let step = 1; step <= want.history.epoch.length * STEPS_PER_EPOCH; step++) {
      expect(await broken(make, fitOptions, step), `after step ${step}`).toEqual(want);
    }
  });

  test("saved after any epoch by modelCheckpoint", async () => {
    const make = () => fresh(optimizer);
    const files: Uint8Array[] = [];
    const keep = modelCheckpoint({ save: (bytes) => void files.push(bytes) });
    const model = make();
    // first in the list: it saves what the others learned from the epoch all the same
    await model.fit(data, { ...fitOptions, callbacks: [keep, ...callbacks()] });
    const want = outcome(model);
    expect(files).toHaveLength(want.history.epoch.length);
    for (const bytes of files) {
      const second = load(bytes);
      await second.fit(data, { ...fitOptions, callbacks: callbacks(), resume: true });
      expect(outcome(second)).toEqual(want);
    }
  });
});

test("the interrupted run is not the uninterrupted one by doing nothing (the comparison can fail)", async () => {
  const make = () => fresh("adam");
  const want = await straight(make, fitOptions);
  const other = await straight(make, { ...fitOptions, seed: 6 });
  expect(other.sha).not.toBe(want.sha);
  let bytes: Uint8Array | undefined;
  const crash = crashAfter(6, (saved) => {
    bytes = saved;
  });
  await expect(make().fit(data, { ...fitOptions, callbacks: [crash] })).rejects.toThrow(Stop);
  const model = load(bytes!);
  const half = weightsSha256(model);
  expect(half).not.toBe(want.sha);
  await model.fit(data, { ...fitOptions, callbacks: callbacks() }); // without resume: goes on with another epoch
  expect(weightsSha256(model)).not.toBe(want.sha);
});

test("what fit() is not told again is as it was begun", async () => {
  const make = () => fresh("adam");
  const options = { ...fitOptions, shuffle: false };
  const want = await straight(make, options);
  let bytes: Uint8Array | undefined;
  const crash = crashAfter(6, (saved) => {
    bytes = saved;
  });
  await expect(make().fit(data, { ...options, callbacks: [...callbacks(), crash] })).rejects.toThrow(Stop);
  const second = load(bytes!);
  await second.fit(data, { callbacks: callbacks(), resume: true });
  expect(outcome(second)).toEqual(want);
});

test("early stopping and the plateau did act in these runs", async () => {
  const runs = await Promise.all(Object.values(everything).map((o) => straight(() => fresh(o), fitOptions)));
  const histories = runs.map(({ history }) => history);
  expect(
    histories.filter(({ stopped }) => stopped?.startsWith("valAccuracy has not improved")).length,
  ).toBeGreaterThan(3);
  const reduced = histories.filter(({ history }) => new Set(history.learningRate).size > 1);
  expect(reduced.length).toBeGreaterThan(1);
});

test("interrupted twice, in one epoch and across", async () => {
  const make = () => fresh("adam");
  const want = await straight(make, fitOptions);
  let bytes: Uint8Array = new Uint8Array();
  let model = make();
  for (const step of [2, 3, 4, 7]) {
    const crash = crashAfter(step, (saved) => {
      bytes = saved;
    });
    const options = { ...fitOptions, callbacks: [...callbacks(), crash], resume: step > 2 };
    await expect(model.fit(data, options)).rejects.toThrow(Stop);
    model = load(bytes);
  }
  await model.fit(data, { ...fitOptions, callbacks: callbacks(), resume: true });
  expect(outcome(model)).toEqual(want);
});

test("a data set that takes its time, stopped anywhere", async () => {
  const make = () => fresh("nesterov");
  const options = { batchSize: 8, epochs: 2, validationData: data, seed: 5 };
  const want = await straight(make, options);
  expect(await straight(make, options, asynchronous)).toEqual(want);
  for (let step = 1; step <= 10; step++) {
    expect(await broken(make, options, step, asynchronous), `after step ${step}`).toEqual(want);
  }
});

describe("all at once: noise, dropout, batch normalisation, augmentation, average of weights, batches in pieces", () => {
  const images = arrayDataset(
    {
      data: Uint8Array.from({ length: 40 * 64 }, (_, i) => ((i * 7919) % 97) + 60 * ((i >> 6) % 3)),
      shape: [40, 8, 8, 1],
    },
    Int32Array.from({ length: 40 }, (_, r) => r % 3),
  );
  const make = () =>
    sequential(
      [
        gaussianNoise({ stddev: 0.1 }),
        conv2d({ filters: 4, kernelSize: 3 }),
        batchNormalization({ momentum: 0.9 }),
        maxPooling2d(),
        dropout({ rate: 0.2 }),
        flatten(),
        dense({ units: 6, activation: "relu" }),
        dropout({ rate: 0.4 }),
        dense({ units: 3, activation: "softmax" }),
      ],
      { seed: 2, inputShape: [8, 8, 1] },
    ).compile({
      loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
      optimizer: { name: "adam", learningRate: 0.02, clipNorm: 1, useEma: true, emaMomentum: 0.9 },
      schedule: "cosine+warmup:1",
      metrics: ["accuracy", "f1"],
    });
  const options: FitOptions = {
    batchSize: 9, // five batches an epoch, the last of four rows
    microBatchSize: 4,
    epochs: 4,
    validationData: images,
    augment: { shift: 1, rotate: 15, noise: 0.05, cutout: 2 },
    classWeight: { 0: 2 },
    seed: 5_000_000_007, // both words of it count
  };

  test.each([
    ["at once", images],
    ["by and by", slowly(images)],
  ])("read %s, saved after any step", async (_, source) => {
    const want = await straight(make, options, images);
    expect(await straight(make, options, images)).toEqual(want);
    for (let step = 1; step < 20; step++)
      expect(await broken(make, options, step, source), `after step ${step}`).toEqual(want);
  });

  test.each([
    ["seed", { seed: 705_032_711 }],
    ["augment", { augment: { shift: 1 } }],
    ["microBatchSize", { microBatchSize: 3 }],
  ])("%s does make a difference", async (_, other) => {
    const want = await straight(make, options, images);
    expect(await straight(make, { ...options, ...other }, images)).not.toEqual(want);
  });
});

test("a callback that moves the rate at every step", async () => {
  const halve: Callback = {
    onBatchEnd(_batch, _logs, context) {
      context.rateFactor *= 0.9;
    },
  };
  const make = () => fresh("sgd");
  const model = make();
  await model.fit(data, { ...fitOptions, callbacks: [halve] });
  const want = outcome(model);
  for (const step of [1, 3, 4, 5, 8]) {
    let bytes: Uint8Array | undefined;
    const crash = crashAfter(step, (saved) => {
      bytes = saved;
    });
    await expect(make().fit(data, { ...fitOptions, callbacks: [halve, crash] })).rejects.toThrow(Stop);
    const second = load(bytes!);
    await second.fit(data, { ...fitOptions, callbacks: [halve], resume: true });
    expect(outcome(second), `after step ${step}`).toEqual(want);
  }
});

describe("in the same process, after an abort", () => {
  test.each([
    ["sync", data],
    ["async", asynchronous],
  ] as const)("%s data: the model keeps its state, with new callbacks too", async (_, source) => {
    const options = { batchSize: 8, epochs: 4, validationData: data, seed: 5 };
    const want = await straight(() => fresh("adam"), options);
    for (const step of [1, 3, 5, 9, 12]) {
      const model = fresh("adam");
      const controller = new AbortController();
      const reason = new Error("enough");
      const stop: Callback = {
        onBatchEnd(_batch, _logs, context) {
          if (context.step === step) controller.abort(reason);
        },
      };
      const first = { ...options, callbacks: [...callbacks(), stop], signal: controller.signal };
      await expect(model.fit(source, first)).rejects.toBe(reason);
      await model.fit(source, { ...options, callbacks: callbacks(), resume: true });
      expect(outcome(model), `after step ${step}`).toEqual(want);
    }
  });

  test("aborted while a batch is being read", async () => {
    const options = { batchSize: 8, epochs: 2, seed: 5 };
    const model = fresh("adam");
    await model.fit(data, options);
    const want = outcome(model);
    for (const at of [0, 1, 3, 6]) {
      const controller = new AbortController();
      let reads = 0;
      const source = slowly(data, () => {
        if (reads++ === at) controller.abort();
      });
      const other = fresh("adam");
      await expect(other.fit(source, { ...options, signal: controller.signal })).rejects.toThrow(/abort/i);
      await other.fit(asynchronous, { ...options, resume: true });
      expect(outcome(other), `read ${at}`).toEqual(want);
      // what is saved after the abort knows the same
      const third = fresh("adam");
      const again = new AbortController();
      let count = 0;
      const second = slowly(data, () => {
        if (count++ === at) again.abort();
      });
      await expect(third.fit(second, { ...options, signal: again.signal })).rejects.toThrow(/abort/i);
      const loaded = load(third.save());
      await loaded.fit(data, { ...options, resume: true });
      expect(outcome(loaded), `saved, read ${at}`).toEqual(want);
    }
  });

  test("after an error of the data", async () => {
    const options = { batchSize: 8, epochs: 2, seed: 5 };
    const model = fresh("adam");
    await model.fit(data, options);
    const want = outcome(model);
    for (const at of [0, 2, 7]) {
      let reads = 0;
      const once = () => {
        if (reads++ === at) throw new Error("the disk is gone");
      };
      const other = fresh("adam");
      await expect(other.fit(slowly(data, once), options)).rejects.toThrow("the disk is gone");
      await other.fit(asynchronous, { ...options, resume: true });
      expect(outcome(other), `read ${at}`).toEqual(want);
    }
  });
});

test("the same callbacks in another training start again", async () => {
  const model = fresh("adam");
  const again = callbacks();
  const options = { ...fitOptions, callbacks: again };
  const want = await straight(() => fresh("adam"), fitOptions);
  await model.fit(data, { ...options, epochs: 3 });
  const other = fresh("adam");
  await other.fit(data, options);
  expect(outcome(other)).toEqual(want);
});

test("two callbacks of one kind keep a state each", async () => {
  const two = () => [
    earlyStopping({ monitor: "valAccuracy", patience: 2 }),
    earlyStopping({ monitor: "valLoss", patience: 4, minDelta: 0.5 }),
  ];
  const model = fresh("adam");
  await model.fit(data, { ...fitOptions, epochs: 12, callbacks: two() });
  const want = outcome(model);
  expect(want.history.stopped).toBeDefined();
  for (const step of [4, 8, 9]) {
    let bytes: Uint8Array | undefined;
    const crash = crashAfter(step, (saved) => {
      bytes = saved;
    });
    const options = { ...fitOptions, epochs: 12 };
    await expect(fresh("adam").fit(data, { ...options, callbacks: [...two(), crash] })).rejects.toThrow(Stop);
    const second = load(bytes!);
    await second.fit(data, { ...options, callbacks: two(), resume: true });
    expect(outcome(second), `after step ${step}`).toEqual(want);
  }
});

describe("settings", () => {
  const half = async (): Promise<Uint8Array> => {
    let bytes: Uint8Array | undefined;
    const crash = crashAfter(6, (saved) => {
      bytes = saved;
    });
    await expect(fresh("adam").fit(data, { ...fitOptions, callbacks: [crash] })).rejects.toThrow(Stop);
    return bytes!;
  };

  test.each([
    [{ batchSize: 10 }, "batchSize was 8, now it is 10"],
    [{ seed: 6 }, "seed was 5, now it is 6"],
    [{ shuffle: false }, "shuffle was true, now it is false"],
    [{ validationSplit: 0.2 }, "validationSplit was 0.25, now it is 0.2"],
  ])("%j disagrees", async (change, message) => {
    const model = load(await half());
    const before = model.save();
    await expect(model.fit(data, { ...fitOptions, ...change, resume: true })).rejects.toThrow(
      `fit: resume: ${message}; a resumed run needs the same`,
    );
    expect(model.save()).toEqual(before); // and nothing has changed
  });

  test("other data", async () => {
    const model = load(await half());
    await expect(model.fit(dataset(clouds(44, 5, 3)), { ...fitOptions, resume: true })).rejects.toThrow(
      "fit: resume: the number of rows to train on was 30, now it is 33",
    );
  });

  test("nothing to go on with", async () => {
    const options = { ...fitOptions, resume: true };
    await expect(fresh("adam").fit(data, options)).rejects.toThrow(
      "fit: resume: there is no training to continue",
    );
    await expect(load(fresh("adam").save()).fit(data, options)).rejects.toThrow("no training to continue");
    // compiled anew: what the optimizer had learned is gone
    const model = load(await half()).compile({ loss: "categoricalCrossentropy", optimizer: "sgd" });
    await expect(model.fit(data, options)).rejects.toThrow("no training to continue");
  });

  test("more epochs may be asked for; that none is left is said", async () => {
    const model = fresh("adam");
    await model.fit(data, { ...fitOptions, epochs: 2 });
    const longer = load(model.save());
    await longer.fit(data, { ...fitOptions, epochs: 4, resume: true });
    const four = fresh("adam");
    await four.fit(data, { ...fitOptions, epochs: 4 });
    expect(outcome(longer)).toEqual(outcome(four));
    const done = outcome(four);
    for (const model of [four, load(four.save())])
      await expect(model.fit(data, { ...fitOptions, epochs: 4, resume: true })).rejects.toThrow(
        "fit: resume: there is nothing to do: 4 of 4 epochs are done",
      );
    expect(outcome(four)).toEqual(done);
  });
});

describe("files", () => {
  test("load and save give the same bytes", async () => {
    const files: Uint8Array[] = [];
    const model = fresh({ name: "rmsprop", momentum: 0.5 });
    model.metadata = { extra: { note: "kept", list: [1, null, "x"] } };
    files.push(model.save());
    const keep = modelCheckpoint({ everySteps: 3, save: (bytes) => void files.push(bytes) });
    await model.fit(data, { ...fitOptions, callbacks: [...callbacks(), keep] });
    files.push(model.save());
    // compiled anew: nothing is left of the training before
    model.compile({ loss: "categoricalCrossentropy", optimizer: "adam" });
    files.push(model.save());
    expect(files.length).toBeGreaterThan(5);
    for (const bytes of files) {
      const once = load(bytes).save();
      expect(once).toEqual(bytes);
      expect(load(once).save()).toEqual(bytes);
    }
    expect(load(files.at(-1)!).metadata.extra).toEqual({ note: "kept", list: [1, null, "x"] });
    expect(load(files.at(-2)!).history.epoch.length).toBeGreaterThan(2);
  });

  test("a model that was never compiled", () => {
    const model = sequential(
      [dense({ units: 3, inputShape: [2], activation: "relu" }), dense({ units: 1 })],
      { seed: 4 },
    );
    const other = load(model.save());
    expect(other.weights()).toEqual(model.weights());
    expect(other.save()).toEqual(model.save());
    const x = [
      [1, 2],
      [-3, 0.5],
    ];
    expect(other.predict(x)).toEqual(model.predict(x));
    expect(() => internalsOf(other).state.required).toThrow("call compile(");
    expect(other.seed).toBe(4);
  });

  test("a model without an input shape says so", () => {
    expect(() => sequential([dense({ units: 3 })]).save()).toThrow(
      "does not know the shape of its input yet",
    );
  });

  test("damage anywhere is noticed", async () => {
    const model = fresh("adam");
    await model.fit(data, { ...fitOptions, epochs: 1, callbacks: callbacks() });
    const bytes = model.save();
    for (let i = 0; i < 60; i++) {
      const at = Math.floor((i * bytes.length) / 60);
      const flipped = bytes.slice();
      flipped[at] ^= 1 << (i % 8);
      expect(() => load(flipped, "a.safetensors"), `bit in byte ${at}`).toThrow(/^a\.safetensors/);
      expect(() => load(bytes.slice(0, at), "a.safetensors"), `cut at ${at}`).toThrow(/^a\.safetensors/);
    }
    expect(() => load(new Uint8Array(), "a.safetensors")).toThrow(/^a\.safetensors/);
    expect(() => load(Uint8Array.of(...bytes, 0), "a.safetensors")).toThrow(/^a\.safetensors/);
    expect(load(bytes, "a.safetensors").save()).toEqual(bytes);
  });
});

test("a resumed run takes its settings from the checkpoint; those that would change it are refused", async () => {
  const x = { data: values(120, 3), shape: [40, 3] };
  const y = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  const make = () =>
    sequential([dense({ units: 2, activation: "softmax", inputShape: [3] })], { seed: 5 }).compile({
      loss: "categoricalCrossentropy",
      optimizer: "adam",
      schedule: "cosine",
    });
  const options = { batchSize: 8, epochs: 4, seed: 9, classWeight: { 1: 3 } };
  const whole = make();
  await whole.fit(x, y, options);
  const part = make();
  let saved: Uint8Array | undefined;
  await part.fit(x, y, {
    ...options,
    callbacks: [{ onEpochEnd: (epoch, _logs, { model }) => void (epoch === 1 && (saved = model.save())) }],
  });
  const again = load(saved!);
  const history = await again.fit(x, y, { resume: true });
  expect(history.epoch).toHaveLength(4);
  expect(again.weights()).toEqual(whole.weights());
  await expect(load(saved!).fit(x, y, { resume: true, epochs: 6 })).rejects.toThrow(
    /epochs was 4, now it is 6; the learning rate's schedule/,
  );
  await expect(load(saved!).fit(x, y, { resume: true, classWeight: { 1: 2 } })).rejects.toThrow(
    /classWeight has changed/,
  );
});

test("a callback whose state was kept must be there again", async () => {
  const x = { data: values(60, 3), shape: [20, 3] };
  const y = Int32Array.from({ length: 20 }, (_, i) => i % 2);
  const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [3] })]).compile({
    loss: "categoricalCrossentropy",
  });
  await model.fit(x, y, { epochs: 2, callbacks: [earlyStopping({ monitor: "loss", patience: 9 })] });
  const again = load(model.save());
  await expect(again.fit(x, y, { resume: true, epochs: 3 })).rejects.toThrow(
    /had a callback "earlyStopping"/,
  );
  await again.fit(x, y, {
    resume: true,
    epochs: 3,
    callbacks: [earlyStopping({ monitor: "loss", patience: 9 })],
  });
});

test("fit after compile() begins a run of its own: moments and velocities too", async () => {
  const x = { data: values(60, 3), shape: [20, 3] };
  const y = Int32Array.from({ length: 20 }, (_, i) => i % 2);
  const model = sequential([dense({ units: 2, activation: "softmax", inputShape: [3] })]).compile({
    loss: "categoricalCrossentropy",
  });
  await model.fit(x, y, { epochs: 3 });
  const fresh = sequential([dense({ units: 2, activation: "softmax", inputShape: [3] })]).compile({
    loss: "categoricalCrossentropy",
  });
  fresh.setWeights(model.weights());
  model.compile({ loss: "categoricalCrossentropy" });
  await model.fit(x, y, { epochs: 2 });
  await fresh.fit(x, y, { epochs: 2 });
  expect(model.weights()).toEqual(fresh.weights());
});
