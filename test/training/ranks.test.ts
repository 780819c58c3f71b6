/** Ranks without mpirun: callbacks that stop on one of them, and data that differs. */
import { describe, expect, test, vi } from "vitest";
import {
  arrayDataset,
  batchNormalization,
  type Callback,
  dense,
  dropout,
  type FitOptions,
  load,
  type Model,
  type NablaError,
  sequential,
  type TrainingContext,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import type { Ranks } from "../../src/training/ranks.ts";
import { clouds } from "../support/problems.ts";
import { ranksHere } from "../support/ranks.ts";

const { x } = clouds(24, 5, 3);
const y = Int32Array.from({ length: 24 }, (_, r) => r % 3);

async function fitted(more: FitOptions) {
  const model = sequential([dense({ units: 3, activation: "softmax" })], { seed: 3, inputShape: [5] });
  model.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"] });
  const { history, stopped } = await model.fit(x, [...y], { batchSize: 8, epochs: 4, shards: 4, ...more });
  return { sha: weightsSha256(model), history, stopped };
}

/** Whether files are the same, byte for byte. */
const same = (a: Uint8Array, b: Uint8Array) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Of each rank. @param more what differs by rank */
const together = (size: number, more: (rank: number) => FitOptions) =>
  Promise.all(ranksHere(size).map((ranks) => fitted({ ...more(ranks.rank), ranks })));

test.each([2, 3, 5, 8])(
  "%i ranks add a gradient of several blocks to the bits of one process",
  async (size) => {
    const wide = async (more: FitOptions) => {
      const layers = [dense({ units: 300, activation: "tanh" }), dense({ units: 200 }), dense({ units: 3 })];
      const model = sequential(layers, { seed: 3, inputShape: [5] }).compile({
        optimizer: "sgd",
        loss: "mse",
      });
      // the last batch has a row: all shards but one have none
      await model.fit(x.slice(0, 9), Array.from(clouds(9, 3, 1).x), { batchSize: 8, shards: 8, ...more });
      return weightsSha256(model);
    };
    const one = await wide({});
    expect(await Promise.all(ranksHere(size).map((ranks) => wide({ ranks })))).toEqual(Array(size).fill(one));
  },
  10_000,
);

const stops: Record<string, Callback> = {
  "before the first step": { onTrainBegin: (context) => context.stop("enough") },
  "before an epoch": { onEpochBegin: (epoch, context) => void (epoch === 2 && context.stop("enough")) },
  "after a step": { onBatchEnd: (_, __, context) => void (context.step === 4 && context.stop("enough")) },
  "after every second step": {
    everySteps: 2,
    onBatchEnd: (_, __, context) => void (context.step === 8 && context.stop("enough")),
  },
  "after the last step of an epoch": {
    onBatchEnd: (_, __, context) => void (context.step === 6 && context.stop("enough")),
  },
  "after an epoch": { onEpochEnd: (epoch, _, context) => void (epoch === 1 && context.stop("enough")) },
};

test.each(Object.entries(stops))(
  "a callback that stops %s on one rank stops all, where it stops one process",
  async (_, callback) => {
    const want = await fitted({ callbacks: [callback] });
    expect(want.stopped).toBe("enough");
    const got = await together(3, (rank) => (rank === 1 ? { callbacks: [callback] } : {}));
    expect(got).toEqual([want, want, want]);
  },
  10_000,
);

test("what one rank asks for between callbacks all do after the epoch", async () => {
  const later: Callback = {
    onEpochBegin: (_, context) => void Promise.resolve().then(() => context.stop("in between")),
  };
  const got = await together(2, (rank) => (rank === 1 ? { callbacks: [later] } : {}));
  expect(got[0]).toEqual(got[1]);
  expect(got[0]!.stopped).toBe("in between");
});

test("what saves is called when all know that training stops", async () => {
  const seen: (string | undefined)[] = [];
  const saving: Callback = {
    name: "modelCheckpoint",
    onEpochEnd: (_, __, { model }) => void seen.push((model as Model).history.stopped),
  };
  await together(2, (rank) =>
    rank === 1 ? { callbacks: [stops["after an epoch"]!] } : { callbacks: [saving] },
  );
  expect(seen).toEqual([undefined, "enough"]);
});

const weights = (at: number) => Array.from({ length: 24 }, (_, i) => (i === at ? 2 : 1));
const moved = x.map((row, r) => (r === 5 ? row.map((value) => value + 1) : row));
const labels = [...y];

test.each<[string, (rank: number) => FitOptions]>([
  ["set of sample weights", (rank) => ({ sampleWeight: weights(rank) })],
  ["set of sample weights", (rank) => (rank === 0 ? {} : { sampleWeight: weights(1) })],
  ["content of the data to validate on", (rank) => ({ validationData: [rank === 0 ? x : moved, labels] })],
  ["set of sample weights to validate on", (rank) => ({ validationData: [x, labels, weights(rank)] })],
])(
  "ranks with another %s are named",
  async (what, more) => {
    await expect(together(2, more)).rejects.toThrow(
      `fit: ranks: rank 1 has another ${what} than rank 0; start all with the same program, options and data`,
    );
  },
  10_000,
);

test.each<[string, (rank: number) => FitOptions]>([
  ["option batchSize than rank 0: 6 instead of 8", (rank) => ({ batchSize: 8 - 2 * rank })],
  ["option shuffle than rank 0: false instead of true", (rank) => ({ shuffle: rank === 0 })],
])("ranks with another %s are named", async (what, more) => {
  await expect(together(2, more)).rejects.toThrow(`fit: ranks: rank 1 has another ${what}; start all with`);
});

test("ranks that go on with other rows than before are refused, all of them", async () => {
  const model = () => {
    const fresh = sequential([dense({ units: 3, activation: "softmax" })], { seed: 3, inputShape: [5] });
    return fresh.compile({ loss: "categoricalCrossentropy" });
  };
  const first = model();
  await first.fit(x, [...y], { batchSize: 8, shards: 4 });
  const file = first.save();
  const again = ranksHere(2).map((ranks) =>
    load(file).fit(x.slice(1), [...y].slice(1), { batchSize: 8, shards: 4, epochs: 2, resume: true, ranks }),
  );
  for (const each of await Promise.allSettled(again))
    expect(String((each as PromiseRejectedResult).reason)).toMatch(/fit: resume: .*24.*23/);
});

test("with the same of all it trains", async () => {
  const more = { sampleWeight: weights(2), validationData: [x, labels, weights(3)] } as FitOptions;
  const want = await fitted(more);
  expect(await together(2, () => more)).toEqual([want, want]);
});

const points = arrayDataset(clouds(23, 5, 3).x, labels.slice(0, 23), { classes: 3 });

test("each rank validates on its share of the rows, and all have the figures of one process", async () => {
  const metrics = ["accuracy", "f1", "auc"] as const;
  const reads: number[][] = [];
  const of = (rank?: number): FitOptions => ({
    validationData: {
      ...points,
      labels: undefined,
      read(indices, ...rest) {
        if (rank !== undefined) reads[rank] = [...(reads[rank] ?? []), ...indices];
        return points.read(indices, ...rest);
      },
    },
  });
  const run = async (more: FitOptions) => {
    const model = sequential([dense({ units: 3, activation: "softmax", kernelRegularizer: { l2: 0.01 } })], {
      seed: 3,
      inputShape: [5],
    });
    model.compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: [...metrics] });
    return (await model.fit(x, [...y], { batchSize: 8, epochs: 1, shards: 8, ...more })).history;
  };
  const want = await run(of());
  expect(Object.keys(want)).toContain("valAuc");
  for (const size of [1, 2, 3, 8]) {
    reads.length = 0;
    expect(await Promise.all(ranksHere(size).map((ranks) => run({ ...of(ranks.rank), ranks })))).toEqual(
      Array(size).fill(want),
    );
    expect(reads.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 23 }, (_, row) => row));
  }
});

test("a learning rate that a callback sets on one rank alone is refused, before the step", async () => {
  const sets = (rate: number): Callback => ({
    onBatchEnd: (_, __, context) =>
      void (context.step === 4 && Object.assign(context, { learningRate: rate })),
  });
  const want = await fitted({ callbacks: [sets(0.5)] });
  expect(await together(2, () => ({ callbacks: [sets(0.5)] }))).toEqual([want, want]);
  await expect(together(3, (rank) => ({ callbacks: rank === 2 ? [sets(0.5)] : [] }))).rejects.toThrow(
    "fit: ranks: rank 2 would take step 5 with learning rate 0.5, rank 0 with 0.001; callbacks that set it have to do so alike on all ranks",
  );
});

test("weights that a callback sets on one rank alone are noticed when the epoch ends, before anything is saved", async () => {
  const saved: number[] = [];
  const saving: Callback = { name: "modelCheckpoint", onEpochEnd: (epoch) => void saved.push(epoch) };
  const sets: Callback = {
    onBatchEnd: (_, __, { step, model }) =>
      void (step === 4 && model.setWeights({ "dense_1.bias": new Float32Array(3).fill(0.1) })),
  };
  await expect(together(2, (rank) => ({ callbacks: rank === 0 ? [saving] : [sets] }))).rejects.toThrow(
    "fit: ranks: rank 1 has other weights after epoch 2 than rank 0; callbacks that set weights have to do so alike on all ranks",
  );
  expect(saved).toEqual([0]);
});

describe("more ranks than rows: of the last batch, and of what is validated on", () => {
  const rows = 18;
  const train = async (ranks?: Ranks) => {
    const model = sequential(
      [
        dense({ units: 6, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
        batchNormalization(),
        dropout({ rate: 0.3 }),
        dense({ units: 3, activation: "softmax" }),
      ],
      { seed: 3, inputShape: [5] },
    );
    const optimizer = { name: "adam", clipNorm: 0.1 } as const;
    model.compile({ loss: "categoricalCrossentropy", optimizer, metrics: ["accuracy", "auc"] });
    const { history } = await model.fit(x.slice(0, rows), labels.slice(0, rows), {
      ...{ batchSize: 8, epochs: 2, shards: 8, ...(ranks && { ranks }) },
      validationData: [x.slice(rows, rows + 3), labels.slice(rows, rows + 3)],
    });
    return { history, file: model.save() };
  };

  test.each([3, 5, 8])("%i ranks have the bits of one process", async (size) => {
    const want = await train();
    for (const split of [false, true]) {
      const ranks = ranksHere(size).map((each) => ({ ...each, shardOptimizer: split }));
      for (const { history, file } of await Promise.all(ranks.map(train))) {
        expect(history).toEqual(want.history);
        expect(same(file, want.file)).toBe(true);
      }
    }
  });
});

describe("a rank that cannot compute its part of a step", () => {
  /** A loss that throws in the first step, the last one, or one whose batch leaves some ranks without rows. */
  const run = (size: number, failing: number, at: number, thrown: unknown) =>
    Promise.all(
      ranksHere(size).map(async (ranks) => {
        let asked = 0;
        const loss = {
          name: "own",
          value: (out: ArrayLike<ArrayLike<number>>) => {
            if (ranks.rank === failing && asked++ === at) throw thrown;
            return Array.from({ length: out.length }, () => 1);
          },
          gradient: (out: ArrayLike<ArrayLike<number>>) => Array.from(out, () => [0.1, 0.2, 0.3]),
        };
        const model = sequential([dense({ units: 3 })], { seed: 3, inputShape: [5] });
        model.compile({ loss: loss as never, optimizer: "adam" });
        const split = { ...ranks, shardOptimizer: true };
        const rows = { batchSize: 8, epochs: 1, shards: 8, ranks: split };
        const error = await model
          .fit(x.slice(0, 18), labels.slice(0, 18), rows)
          .then(() => "nothing", String);
        return { error, sha: weightsSha256(model), bytes: model.save().length };
      }),
    );

  test.each([
    ["an error in the first step", 2, 1, 0, new Error("broken"), "Error: broken"],
    ["a text in the second step", 3, 0, 3, "broken", "NablaError: fit: ranks: rank 0: broken"],
    ["nothing, in the last step, where others have no rows", 8, 7, 2, undefined, "rank 7: undefined"],
  ])("throws %s: all end, know who, and have the whole", async (_, size, failing, at, thrown, own) => {
    const all = await run(size, failing, at, thrown);
    for (const [rank, { error, sha, bytes }] of all.entries()) {
      if (rank === failing) expect(error).toContain(own);
      else
        expect(error).toBe(
          `NablaError: fit: ranks: rank ${failing}: ${(thrown as Error)?.message ?? thrown}`,
        );
      expect([sha, bytes]).toEqual([all[0]!.sha, all[0]!.bytes]);
    }
  });
});

describe("an optimizer that is split over ranks", () => {
  /** What is given back is worse than zeros. */
  const splitting = (size: number) =>
    ranksHere(size).map((ranks) => ({
      ...ranks,
      shardOptimizer: true,
      release: (bytes: Uint8Array) => void bytes.fill(255),
    }));
  const optimizers: Record<string, Parameters<Model["compile"]>[0]["optimizer"]> = {
    "adam with clipping by norm": { name: "adam", clipNorm: 0.1 },
    "momentum with decay, an average of weights and clipping by value": {
      name: "momentum",
      weightDecay: 0.01,
      useEma: true,
      emaMomentum: 0.7,
      clipValue: 0.2,
    },
    "adagrad, whose slots begin with other numbers than 0": { name: "adagrad", learningRate: 0.1 },
    "adamw with layers of their own": {
      name: "adamw",
      decay: "kernels",
      layers: { dense_1: { learningRate: 0.002 } },
    },
  };
  // each slot has several pages of memory
  const wide = Array.from({ length: 24 }, (_, r) =>
    Array.from({ length: 300 }, (_, c) => ((r * 7 + c * 3) % 11) / 11),
  );
  const fresh = (optimizer: Parameters<Model["compile"]>[0]["optimizer"]) => {
    const layers = [
      dense({ units: 400, activation: "relu", kernelRegularizer: { l2: 0.01 } }),
      dense({ units: 3, activation: "softmax" }),
    ];
    const model = sequential(layers, { seed: 3, inputShape: [300] });
    return model.compile({ loss: "categoricalCrossentropy", optimizer, metrics: ["accuracy"] });
  };
  const data: FitOptions = { batchSize: 8, epochs: 3, shards: 4 };

  test.each(Object.entries(optimizers))(
    "%s: files have the bytes of one process, within epochs, at their ends and after all; and go on among others",
    async (_, optimizer) => {
      const files = async (more: FitOptions, model = fresh(optimizer)) => {
        const saved: Uint8Array[] = [];
        const save = (context: TrainingContext) => void saved.push(context.model.save());
        const callbacks: Callback[] = [
          { name: "modelCheckpoint", everySteps: 2, onBatchEnd: (_, __, context) => save(context) },
          { onEpochEnd: (_, __, context) => save(context), onTrainEnd: save },
        ];
        await model.fit(wide, labels, { ...data, callbacks, ...more });
        return [...saved, model.save()];
      };
      const want = await files({});
      expect(want.length).toBeGreaterThan(8);
      for (const all of [1, 2, 3].flatMap((size) => [splitting(size), ranksHere(size)]))
        for (const got of await Promise.all(all.map((ranks) => files({ ranks }))))
          for (const [i, file] of got.entries())
            expect(same(file, want[i]!), `${all.length}: ${i}`).toBe(true);
      const on = await Promise.all(
        splitting(2).map((ranks) => files({ ranks, resume: true }, load(want[1]!))),
      );
      for (const got of on) expect(same(got.at(-1)!, want.at(-1)!)).toBe(true);
    },
    30_000,
  );

  test("each rank keeps its part of the slots, and nothing else is there", async () => {
    const [one, two] = await Promise.all(
      splitting(2).map(async (ranks) => {
        const model = fresh("adam");
        let seen: number[] = [];
        const { built: network } = internalsOf(model);
        const look: Callback = {
          onBatchEnd() {
            const { slots, n } = network.flat;
            // pages that are in no part at all, so not where two parts meet
            seen = [0.1, 0.9].map((share) => network.core.i32(slots[0]!, n)[Math.floor(n * share)]!);
          },
        };
        await model.fit(wide, labels, { ...data, epochs: 1, ranks, callbacks: [look] });
        return seen.map((bits) => bits === -1);
      }),
    );
    expect([one, two]).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  /** Of the first slot after each step: what the first fifth of it adds up to, and the last. */
  const looking = (name?: string) => {
    const seen: number[][] = [];
    const look: Callback = {
      ...(name && { name }),
      onBatchEnd(_, __, { model }) {
        const { core, flat } = internalsOf(model as Model).built;
        const slot = core.f32(flat.slots[0]!, flat.n);
        const fifth = Math.floor(flat.n / 5);
        const size = (values: Float32Array) => values.reduce((sum, value) => sum + Math.abs(value), 0);
        seen.push([size(slot.subarray(0, fifth)), size(slot.subarray(-fifth))]);
      },
    };
    return { seen, look };
  };

  test("unless a callback of any rank looks at a model after a step: then each has the whole, also to save", async () => {
    // what looks while nobody is said to: as in a terminal
    const hidden = [looking("progressLine"), looking("progressLine")];
    const one = { ...data, epochs: 1 };
    const run = (callbacks: (rank: number) => Callback[]) =>
      Promise.all(
        ranksHere(2).map((ranks) =>
          fresh("adam").fit(wide, labels, { ...one, ranks, callbacks: callbacks(ranks.rank) }),
        ),
      );
    await run((rank) => [hidden[rank]!.look]);
    expect(hidden.map(({ seen }) => seen[0]!.map((n) => n > 0))).toEqual([
      [true, false],
      [false, true],
    ]);
    const files: Uint8Array[] = [];
    const saving: Callback = { onBatchEnd: (_, __, { model }) => void files.push((model as Model).save()) };
    const whole = [looking("progressLine"), looking("progressLine")];
    await run((rank) => [whole[rank]!.look, ...(rank === 1 ? [saving] : [])]);
    expect(whole[0]!.seen.flat().every((n) => n > 0)).toBe(true);
    expect(whole[0]!.seen).toEqual(whole[1]!.seen);
    const others = files.splice(0);
    await fresh("adam").fit(wide, labels, { ...one, callbacks: [saving] });
    expect(files.length).toBe(3);
    for (const [i, file] of files.entries()) expect(same(file, others[i]!), String(i)).toBe(true);
  });

  test.each([2, 3, 5, 8])("%i ranks, some of which have nothing to update of a small model", async (size) => {
    const train = async (ranks?: Ranks) => {
      const model = sequential([dense({ units: 2 })], { seed: 3, inputShape: [2] });
      model.compile({ loss: "mse", optimizer: { name: "adam", learningRate: 0.1 } });
      const rows = wide.map((row) => row.slice(0, 2));
      const { built: network } = internalsOf(model);
      expect(network.bytes).toBeLessThanOrEqual(128);
      await model.fit(rows, rows, { batchSize: 8, shards: 8, epochs: 2, ...(ranks && { ranks }) });
      return weightsSha256(model);
    };
    const want = await train();
    expect(await Promise.all(ranksHere(size).map(train))).toEqual(Array(size).fill(want));
  });

  test("what saves where parts are not together is refused, and so is a training that goes on from there", async () => {
    const save = (): Callback => ({ onBatchEnd: (_, __, { model }) => void model.save() });
    const models: Model[] = [];
    const run = splitting(2).map((ranks) => {
      models[ranks.rank] = fresh("adam");
      return models[ranks.rank]!.fit(wide, labels, { ...data, ranks, callbacks: [save()] });
    });
    const refusal = /the optimizer's state is split over the ranks, and is not put together now/;
    for (const each of await Promise.allSettled(run))
      expect(String((each as PromiseRejectedResult).reason)).toMatch(refusal);
    await expect(models[0]!.fit(wide, labels, data)).rejects.toThrow(refusal);
    await expect(models[0]!.trainOnBatch(wide, labels)).rejects.toThrow(refusal);
    await expect(models[0]!.forward(wide)).rejects.toThrow(refusal);
    expect(() => models[0]!.save()).toThrow(refusal);
    models[0]!.compile({ loss: "categoricalCrossentropy" });
    await models[0]!.fit(wide, labels, data);
  });

  test.each([
    ["all ranks", [...Array(24).keys()]],
    ["the second rank alone", [20]],
  ])(
    "a loss that is no number on %s: each goes back and has the whole, as one process",
    async (_, rows) => {
      // the first update is fine, and no later one
      const huge = wide.map((row, r) => (rows.includes(r) ? row.map(() => 3e38) : row));
      const failing = async (ranks?: Ranks) => {
        const model = fresh("adam");
        const more = ranks && { ranks };
        await model.fit(wide, labels, { ...data, shuffle: false, epochs: 1, ...more });
        const thrown = await model
          .fit(huge, labels, { ...data, shuffle: false, resume: false, ...more })
          .then(
            () => undefined,
            (error: NablaError) => error,
          );
        return { error: String(thrown), details: thrown?.details, file: model.save() };
      };
      const want = await failing();
      expect(want.error).toContain("the loss is NaN or infinite");
      expect(want.details).toMatchObject({ step: rows.length === 1 ? 2 : 0, epoch: 0 });
      for (const ranks of [splitting(2), ranksHere(2)])
        for (const { error, details, file } of await Promise.all(ranks.map(failing))) {
          expect(details).toEqual(want.details);
          expect(error).toContain("the loss is NaN or infinite");
          if (rows.length === 1) expect(error).toMatch(/rank 1: |^NablaError: training stopped/);
          expect(same(file, want.file)).toBe(true);
        }
    },
    30_000,
  );

  test("an update that breaks the weights, after a checkpoint of the same step: each goes back and has the whole", async () => {
    const breaking = async (ranks?: Ranks) => {
      const model = fresh("adam");
      const { state } = internalsOf(model);
      // the last step of the first epoch
      const breaks: Callback = {
        name: "modelCheckpoint",
        onBatchEnd() {
          if (state.run.batch === 2) state.run.baseRate = 1e300;
        },
      };
      const more = { ...data, ...(ranks && { ranks }) };
      await model.fit(wide, labels, { ...more, epochs: 1 });
      const error = await model.fit(wide, labels, { ...more, callbacks: [breaks] }).then(() => "", String);
      return { error, file: model.save() };
    };
    const want = await breaking();
    expect(want.error).toContain(
      'step 3 (epoch 1, batch 3): the loss is NaN or infinite; weights of layer "dense_1"',
    );
    for (const all of [ranksHere(2), splitting(3)])
      for (const { error, file } of await Promise.all(all.map(breaking))) {
        expect(error).toBe(want.error);
        expect(same(file, want.file)).toBe(true);
      }
  });

  test("what onProgress saves on one rank has the bytes of one process", async () => {
    // clocks of pages stand still for longer than a step takes
    let time = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => ++time);
    const saving = async (ranks?: Ranks) => {
      const model = fresh("adam");
      const files: Uint8Array[] = [];
      const reports = { progressInterval: 1e-9, onProgress: () => void files.push(model.save()) };
      const more = ranks?.rank === 0 ? { ranks } : { ...reports, ...(ranks && { ranks }) };
      await model.fit(wide, labels, { ...data, worker: false, epochs: 1, ...more });
      return files;
    };
    const want = await saving();
    expect(want.length).toBe(3);
    const [, got] = await Promise.all(ranksHere(2).map(saving));
    for (const [i, file] of want.entries()) expect(same(got![i]!, file), String(i)).toBe(true);
    clock.mockRestore();
  });

  test("a learning rate that differs ends all of them, and each has the whole", async () => {
    const differing = async (ranks: Ranks) => {
      const model = fresh("adam");
      const sets: Callback = {
        onEpochEnd: (_, __, context) => void (ranks.rank === 1 && Object.assign(context, { rateFactor: 2 })),
      };
      await expect(model.fit(wide, labels, { ...data, ranks, callbacks: [sets] })).rejects.toThrow(
        "rank 1 would take step 4 with learning rate 0.002, rank 0 with 0.001",
      );
      return load(model.save());
    };
    const slots = (await Promise.all(ranksHere(2).map(differing))).map((model) => {
      const { core, flat } = internalsOf(model).built;
      return core.u8(flat.slots[0]!, flat.n * 4).slice();
    });
    const one = fresh("adam");
    await one.fit(wide, labels, { ...data, epochs: 1 });
    const { core, flat } = internalsOf(load(one.save())).built;
    const want = core.u8(flat.slots[0]!, flat.n * 4);
    expect(slots.map((slot) => same(slot, want))).toEqual([true, true]);
  });

  test("a training of its own that a callback of one rank loses is that rank's error: it exchanges nothing more", async () => {
    const loses: Callback = {
      async onBatchEnd() {
        const other = fresh({ name: "sgd", learningRate: 1e30 });
        await other.fit(wide, labels, { batchSize: 8, epochs: 2 });
      },
    };
    const run = splitting(2).map((ranks) =>
      fresh("adam").fit(wide, labels, { ...data, ranks, callbacks: ranks.rank === 1 ? [loses] : [] }),
    );
    // the other waits for what this one gives, until its process ends the job
    await expect(Promise.race(run)).rejects.toThrow("the loss is NaN or infinite");
  });

  test("all ranks stop together when one is asked to, and each has the whole", async () => {
    const want = fresh("adam");
    const stop = new AbortController();
    const at = (n: number): Callback => ({
      onBatchEnd: (_, __, { step }) => void (step === n && stop.abort(new Error("stop"))),
    });
    const models = await Promise.all(
      splitting(2).map(async (ranks) => {
        const model = fresh("adam");
        const more = ranks.rank === 1 ? { callbacks: [at(3)], signal: stop.signal } : {};
        await expect(model.fit(wide, labels, { ...data, ranks, ...more })).rejects.toThrow(/stop/);
        return model;
      }),
    );
    const one = new AbortController();
    const here: Callback = {
      onBatchEnd: (_, __, { step }) => void (step === 4 && one.abort(new Error("stop"))),
    };
    await expect(want.fit(wide, labels, { ...data, callbacks: [here], signal: one.signal })).rejects.toThrow(
      "stop",
    );
    for (const model of models) expect(same(model.save(), want.save())).toBe(true);
  });

  test("all ranks stop together before a validation that has no rows for some of them", async () => {
    const stop = new AbortController();
    const asks: Callback = {
      onBatchEnd: (_, __, { step }) => void (step === 2 && stop.abort(new Error("stop"))),
    };
    const validationData = [wide.slice(0, 1), labels.slice(0, 1)] as const;
    const models = await Promise.all(
      ranksHere(2).map(async (ranks) => {
        const model = fresh("adam");
        const more = ranks.rank === 1 ? { callbacks: [asks], signal: stop.signal } : {};
        const run = model.fit(wide, labels, { ...data, validationData, ranks, ...more });
        await expect(run).rejects.toThrow(/stop/);
        return model;
      }),
    );
    expect(same(models[0]!.save(), models[1]!.save())).toBe(true);
  });

  test("where a training is refused before it begins, a model keeps its whole state", async () => {
    await Promise.all(
      splitting(2).map(async (ranks) => {
        const model = fresh("adam");
        await model.fit(wide, labels, { ...data, epochs: 1 });
        const refused = model.fit(wide, labels, { ...data, batchSize: 8 - 2 * ranks.rank, ranks });
        await expect(refused).rejects.toThrow("another option batchSize");
        // else what is copied of it, for threads or to go back, would be a part
        expect(internalsOf(model).built.kept === undefined).toBe(true);
      }),
    );
  });

  test("ranks of which only some split it are told", async () => {
    const ranks = ranksHere(2).map((each) => ({ ...each, shardOptimizer: each.rank === 1 }));
    await expect(
      Promise.all(ranks.map((each) => fresh("adam").fit(wide, labels, { ...data, ranks: each }))),
    ).rejects.toThrow(
      "fit: ranks: rank 1 has another way to keep the optimizer's state (shardOptimizer) than rank 0: true instead of false",
    );
  });
});
