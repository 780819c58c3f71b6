/** Learning rate and weight decay by layer: each parameter moves as the plain optimizer with its rate and decay would move it. */
import { describe, expect, test } from "vitest";
import {
  batchNormalization,
  conv2d,
  type Dataset,
  dense,
  flatten,
  fromConfig,
  layerNormalization,
  load,
  type Model,
  residual,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { configOf } from "../../src/model/save.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { clouds, dataset } from "../support/problems.ts";
import { tapesOf } from "../support/tapes.ts";

type Optimizer = Exclude<NonNullable<TrainingOptions["optimizer"]>, string>;

const data: Dataset = dataset(clouds(60, 4, 3));

function fresh(optimizer: Optimizer, more: Partial<TrainingOptions> = {}): Model {
  return sequential(
    [
      dense({ name: "first", units: 9, activation: "tanh" }),
      layerNormalization({ name: "norm" }),
      dense({ name: "middle", units: 5, activation: "tanh" }),
      dense({ name: "head", units: 3, activation: "softmax" }),
    ],
    { seed: 5, inputShape: data.inputShape },
  ).compile({ loss: "categoricalCrossentropy", optimizer, ...more });
}

/** Weights after some epochs of four steps each. */
async function after(optimizer: Optimizer, epochs: number, more: Partial<TrainingOptions> = {}) {
  const model = fresh(optimizer, more);
  // here, where tapes are looked at
  await model.fit(data, { epochs, batchSize: 15, worker: false });
  return model.weights();
}
/** Weights after one step: its gradients are the same whatever the rate. */
async function afterOne(optimizer: Optimizer) {
  const model = fresh(optimizer);
  await model.fit(data, { batchSize: 60 });
  return model.weights();
}

describe.each(OPTIMIZERS)("%s", (name) => {
  const base = { name, weightDecay: 0.1, clipNorm: 0.3 };

  test("layers that together are all of them give the bits of the plain optimizer with that rate", async () => {
    const own = { learningRate: 0.013, weightDecay: 0.02 };
    const layers = { first: own, norm: own, middle: own, head: own };
    const schedule = { name: "exponential", warmupEpochs: 1 } as const;
    const rest = { name, clipValue: 0.1, useEma: true };
    const got = await after({ ...rest, learningRate: 0.7, weightDecay: 9, layers }, 3, { schedule });
    expect(got).toEqual(await after({ ...rest, ...own }, 3, { schedule }));
  });

  test("each layer moves as the plain optimizer with its rate and decay", async () => {
    const layers = { first: { learningRate: 0.05 }, head: { weightDecay: 0, learningRate: 0.002 } };
    const got = await afterOne({ ...base, learningRate: 0.01, layers });
    const [plain, first, head] = [
      await afterOne({ ...base, learningRate: 0.01 }),
      await afterOne({ ...base, learningRate: 0.05 }),
      await afterOne({ ...base, learningRate: 0.002, weightDecay: 0 }),
    ];
    for (const [tensor, values] of Object.entries(got)) {
      const [layer] = tensor.split(".");
      const want = layer === "first" ? first : layer === "head" ? head : plain;
      expect([tensor, values]).toEqual([tensor, want[tensor]]);
      if (want !== plain) expect(values).not.toEqual(plain[tensor]);
    }
  });

  test('decay: "kernels" leaves biases, gamma and beta out', async () => {
    const got = await afterOne({ ...base, decay: "kernels", layers: { middle: { weightDecay: 0.4 } } });
    const [all, none, more] = [
      await afterOne(base),
      await afterOne({ ...base, weightDecay: 0 }),
      await afterOne({ ...base, weightDecay: 0.4 }),
    ];
    expect(got["first.kernel"]).toEqual(all["first.kernel"]);
    expect(got["first.kernel"]).not.toEqual(none["first.kernel"]);
    expect(got["middle.kernel"]).toEqual(more["middle.kernel"]);
    for (const tensor of ["first.bias", "norm.gamma", "norm.beta", "middle.bias", "head.bias"])
      expect([tensor, got[tensor]]).toEqual([tensor, none[tensor]]);
    expect(all["norm.gamma"]).not.toEqual(none["norm.gamma"]);
  });
});

const mixed: Optimizer = {
  name: "adam",
  learningRate: 0.01,
  weightDecay: 0.05,
  decay: "kernels",
  clipNorm: 1,
  useEma: true,
  layers: { first: { learningRate: 0.001 }, head: { learningRate: 0.03, weightDecay: 0 } },
};

test("decay over all is what it is without the option, and takes no instruction more", async () => {
  const tape = (optimizer: Optimizer) => tapesOf(() => after(optimizer, 1));
  const plain = { name: "adamw", learningRate: 0.01 } as const;
  expect(await tape({ ...plain, decay: "all" })).toEqual(await tape(plain));
  expect(await tape({ ...plain, layers: {} })).toEqual(await tape(plain));
});

test("only weight decay is cut where one rate holds for all", async () => {
  const [tape] = await tapesOf(() => after({ name: "adamw", decay: "kernels" }, 1));
  const kernels = tape.map((line) => line.split(" ")[0]);
  expect(kernels.filter((name) => name === "DECAY")).toHaveLength(3);
  expect(kernels.filter((name) => name === "ADAM")).toHaveLength(1);
});

describe("the same bits", () => {
  const trained = async (options: object, model = fresh(mixed, { schedule: "cosine" })) => {
    await model.fit(data, { epochs: 4, batchSize: 16, ...options });
    return weightsSha256(model);
  };

  test("in pieces", async () => {
    expect(await trained({ microBatchSize: 5 })).toBe(await trained({}));
  });

  test("in a worker", async () => {
    expect(await trained({ worker: true })).toBe(await trained({}));
  });

  test("stopped in mid-epoch, saved, loaded, resumed", async () => {
    const stop = new AbortController();
    const model = fresh(mixed, { schedule: "cosine" });
    let bytes!: Uint8Array;
    const callbacks = [
      {
        onBatchEnd: (_: number, __: unknown, { step }: { step: number }) => {
          if (step === 6) stop.abort();
        },
      },
    ];
    await trained({ callbacks, signal: stop.signal }, model).catch(() => {
      bytes = model.save();
    });
    const again = load(bytes);
    expect(configOf(again).training!.optimizer).toMatchObject(mixed);
    expect(await trained({ resume: true }, again)).toBe(await trained({}));
  });

  test("from a document", async () => {
    const { model } = fromConfig(JSON.parse(JSON.stringify(configOf(fresh(mixed, { schedule: "cosine" })))));
    expect(await trained({ seed: 5 }, model)).toBe(await trained({ seed: 5 }));
  });
});

test("single batches give the bits of fit()", async () => {
  const [one, many] = [fresh(mixed), fresh(mixed)];
  await one.fit(data, { batchSize: 60, epochs: 3, shuffle: false });
  for (let i = 0; i < 3; i++) await many.trainOnBatch(data);
  expect(many.weights()).toEqual(one.weights());
  const half = {
    ...mixed,
    learningRate: 0.005,
    layers: { first: { learningRate: 0.0005 }, head: { learningRate: 0.015, weightDecay: 0 } },
  };
  const [other, slow] = [fresh(half), fresh(mixed)];
  await other.fit(data, { batchSize: 60, shuffle: false });
  await slow.trainOnBatch(data, { learningRate: 0.005 });
  expect(slow.weights()).toEqual(other.weights());
});

test("a callback's factor and the schedule reach every rate", async () => {
  const one = async (rateFactor: number, rates: [number, number]) => {
    const model = fresh({
      name: "sgd",
      learningRate: rates[0],
      layers: { head: { learningRate: rates[1] } },
    });
    const callbacks = [
      {
        onTrainBegin: (context: { rateFactor: number }) => {
          context.rateFactor = rateFactor;
        },
      },
    ];
    await model.fit(data, { batchSize: 60, callbacks });
    return model.weights();
  };
  expect(await one(0.5, [0.25, 0.5])).toEqual(await one(1, [0.125, 0.25]));
});

const image: Dataset = dataset(clouds(12, 32, 3));
test("a layer around others gives its rate to those within, unless they have their own", async () => {
  const fit = async (optimizer: Optimizer) => {
    const inner = [
      conv2d({ name: "a", filters: 2, kernelSize: 1 }),
      conv2d({ name: "b", filters: 2, kernelSize: 1 }),
    ];
    const model = sequential(
      [residual(inner, { name: "skip" }), flatten(), dense({ units: 3, activation: "softmax" })],
      { seed: 1, inputShape: [4, 4, 2] },
    ).compile({ loss: "categoricalCrossentropy", optimizer });
    await model.fit(image, { batchSize: 12 });
    return model.weights();
  };
  const layers = { skip: { learningRate: 0.5 }, b: { learningRate: 0.25 } };
  const got = await fit({ name: "sgd", learningRate: 0.125, layers });
  expect(got["a.kernel"]).toEqual((await fit({ name: "sgd", learningRate: 0.5 }))["a.kernel"]);
  expect(got["b.kernel"]).toEqual((await fit({ name: "sgd", learningRate: 0.25 }))["b.kernel"]);
  expect(got["dense_1.kernel"]).toEqual((await fit({ name: "sgd", learningRate: 0.125 }))["dense_1.kernel"]);
});

describe("refused", () => {
  const refused = (layers: Optimizer["layers"]) => fresh({ name: "sgd", layers }).fit(data);

  test("settings for a layer that there is not", () =>
    expect(refused({ haed: { learningRate: 1 } })).rejects.toThrow(
      'compile: optimizer.layers.haed: there is no layer "haed"; did you mean "head"?; there are first, norm, middle, head',
    ));

  test("settings for a layer without weights that are trained", async () => {
    const model = sequential(
      [
        dense({ name: "body", units: 2, trainable: false, inputShape: data.inputShape }),
        batchNormalization({ name: "norm", trainable: false }),
        dense({ units: 3, activation: "softmax" }),
      ],
      {},
    );
    const layers = { body: { learningRate: 1 } };
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", layers } });
    await expect(model.fit(data)).rejects.toThrow(
      'compile: optimizer.layers.body: layer "body" has no weights that are trained; leave it out',
    );
  });

  test.each([
    [
      { head: { learningRate: 0 } },
      "optimizer.layers.head.learningRate: expected a finite number > 0, got 0",
    ],
    [
      { head: { weightDecay: -1 } },
      "optimizer.layers.head.weightDecay: expected a finite number ≥ 0, got -1",
    ],
    [{ head: { momentum: 1 } }, "optimizer.layers.head.momentum: unknown field"],
    [{ head: 0.1 }, "optimizer.layers.head: expected an object, got 0.1"],
  ])("%j", (layers, message) => {
    expect(() => fresh({ name: "sgd", layers: layers as never })).toThrow(message);
  });

  test("another kind of decay", () =>
    expect(() => fresh({ name: "sgd", decay: "kernel" as never })).toThrow(
      'optimizer.decay: expected one of all, kernels, got "kernel"; did you mean "kernels"?',
    ));
});
