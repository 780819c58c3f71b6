/** A training in a worker is the same training: bits, callbacks, errors. (In Node the worker is a thread.) */
import { describe, expect, test } from "vitest";
import { digits } from "../../src/data/digits/index.ts";
import { augment, shifted, splitDataset, standardise, subset } from "../../src/data/index.ts";
import {
  arrayDataset,
  type Callback,
  type Dataset,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  flatten,
  load,
  type Model,
  NablaError,
  type Progress,
  reduceLROnPlateau,
  sequential,
  type TrainingContext,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data = dataset(clouds(60, 4, 3));
const images = digits({ samples: 300, seed: 2 });

function fresh(set: Dataset = data, optimizer: "adam" | "nesterov" = "adam"): Model {
  const outputs = set.target.kind === "class" ? set.target.classes : set.target.size;
  return sequential(
    [
      flatten(),
      dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.001 } }),
      dropout({ rate: 0.2 }),
      dense({ units: outputs, activation: "softmax" }),
    ],
    { seed: 5, inputShape: set.inputShape },
  ).compile({ loss: "categoricalCrossentropy", optimizer, metrics: ["accuracy", "f1"] });
}

/** What is left of a training. */
async function trained(set: Dataset, options: FitOptions): Promise<unknown> {
  const model = fresh(set);
  const { history, stopped } = await model.fit(set, { epochs: 3, batchSize: 16, ...options });
  return { sha: weightsSha256(model), history, stopped, saved: [...model.save()] };
}

async function same(make: () => [Dataset, FitOptions?]): Promise<void> {
  const [here, options] = make();
  const expected = await trained(here, { ...options, worker: false });
  const [there, again] = make();
  expect(await trained(there, { ...again, worker: true })).toEqual(expected);
}

describe("the same bits", () => {
  test("rows in memory", () => same(() => [data]));
  test("with validation, weights and pieces of a batch", () =>
    same(() => [
      data,
      {
        validationData: data,
        microBatchSize: 5,
        classWeight: { 1: 3 },
        sampleWeight: Float32Array.from({ length: data.length }, (_, i) => 1 + (i % 3)),
      },
    ]));
  test("digits, split", () => same(() => [images, { validationSplit: 0.2 }]));
  test("images moved differently every epoch", () =>
    same(() => [images, { augment: { shift: 2, rotate: 10, noise: 0.1 }, shifted: 1, epochs: 2 }]));
  test("data sets made of others", () =>
    same(() => {
      const [part] = splitDataset(data, 0.3, { seed: 4 });
      const by = { mean: [1, 2, 3, 4], scale: [1, 2, 1, 2] };
      return [
        subset(
          standardise(part, by),
          Array.from({ length: 33 }, (_, i) => (i * 5) % 40),
        ),
      ];
    }));
  test("augment and shifted of the program", () =>
    same(() => [augment(shifted(images, 2), { shift: 1, seed: 9 }), { epochs: 1 }]));
  test("a data set that takes its time", () => same(() => [slowly(data)]));
  test("values as targets", () =>
    same(() => {
      const x = Float32Array.from({ length: 80 }, (_, i) => Math.fround(((i * 37) % 80) / 80));
      const y = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]));
      return [arrayDataset(x, y, { inputShape: [2] })];
    }));
  test("another data set with the same rows is another data set", async () => {
    const dark = (): Dataset => ({
      ...images,
      read(indices, x, y) {
        images.read(indices, x, y);
        for (let i = 0; i < x.length; i++) x[i] = 255 - x[i]!;
      },
    });
    await same(() => [dark(), { epochs: 1 }]);
    expect(await trained(dark(), { epochs: 1, worker: true })).not.toEqual(
      await trained(images, { epochs: 1, worker: true }),
    );
  });
});

describe("callbacks", () => {
  const record = (calls: unknown[]): Callback => {
    const note =
      (hook: string) =>
      (...args: unknown[]) => {
        const context = args.at(-1) as { step: number; learningRate: number; model: Model };
        calls.push([
          hook,
          ...structuredClone(args.slice(0, -1)),
          context.step,
          context.learningRate,
          weightsSha256(context.model),
        ]);
      };
    return {
      onTrainBegin: note("train begins"),
      onEpochBegin: note("epoch begins"),
      onBatchEnd: note("batch ends"),
      onEpochEnd: note("epoch ends"),
      onTrainEnd: note("train ends"),
    };
  };

  test("see at each turn what they would see here", async () => {
    const here: unknown[] = [];
    const there: unknown[] = [];
    await trained(data, { validationSplit: 0.2, callbacks: [record(here)], worker: false });
    await trained(data, { validationSplit: 0.2, callbacks: [record(there)], worker: true });
    expect(there).toEqual(here);
    expect(new Set(there.map((call) => (call as unknown[]).at(-1))).size).toBeGreaterThan(8);
  });

  test("change weights, rate and figures, and stop", () =>
    same(() => {
      const meddle: Callback = {
        everySteps: 3,
        onBatchEnd(_batch, _logs, { model }) {
          const weights = model.weights();
          for (const values of Object.values(weights)) values[0] = 0.5;
          model.setWeights(weights);
        },
        onEpochEnd(epoch, logs, context) {
          logs.own = epoch * 10;
          context.rateFactor = 0.5;
          if (epoch === 1) context.stop("enough");
        },
      };
      return [data, { epochs: 5, callbacks: [meddle] }];
    }));

  test("that come along: best weights, plateaus", () =>
    same(() => [
      images,
      {
        epochs: 12,
        validationSplit: 0.3,
        callbacks: [
          reduceLROnPlateau({ patience: 1, factor: 0.5, monitor: "valLoss" }),
          earlyStopping({ patience: 2, restoreBestWeights: true }),
        ],
      },
    ]));

  test("one that throws ends the training with its own error", async () => {
    const error = new TypeError("mine");
    const model = fresh();
    const callbacks: Callback[] = [
      {
        onEpochEnd(epoch) {
          if (epoch === 1) throw error;
        },
      },
    ];
    await expect(model.fit(data, { epochs: 4, worker: true, callbacks })).rejects.toBe(error);
    expect(model.history.epoch.length).toBe(2);
    await model.fit(data, { epochs: 1, worker: true }); // and the model is free again
  });

  test("everySteps leaves turns out", async () => {
    const steps: number[] = [];
    const callback: Callback = {
      everySteps: 4,
      onBatchEnd: (_b, _l, { step }) => void steps.push(step),
    };
    for (const worker of [false, true])
      await fresh().fit(data, { batchSize: 10, worker, callbacks: [callback] });
    const n = Math.floor(Math.ceil(data.length / 10) / 4);
    const each = Array.from({ length: n }, (_, i) => 4 * (i + 1));
    expect(steps).toEqual([...each, ...each]);
  });
});

describe("stopping", () => {
  test("in mid-epoch, saved, and on in a worker: as if nothing had been", async () => {
    const options = { epochs: 3, batchSize: 7, validationSplit: 0.2 };
    const whole = fresh(images);
    await whole.fit(images, { ...options, worker: false });
    const stop = new AbortController();
    const first = fresh(images);
    const callbacks: Callback[] = [
      { onBatchEnd: (batch, _logs, { step }) => void (step === 50 && batch > 0 && stop.abort("time")) },
    ];
    const training = first.fit(images, { ...options, callbacks, signal: stop.signal, worker: true });
    await expect(training).rejects.toBe("time");
    const again = load(first.save());
    expect(internalsOf(again).state.run.step).toBe(50);
    await again.fit(images, { ...options, resume: true, worker: true });
    expect(weightsSha256(again)).toBe(weightsSha256(whole));
    expect(again.history).toEqual(whole.history);
  });

  test("from outside, while nothing here has a turn", async () => {
    const model = fresh();
    const stop = new AbortController();
    // when it has told that it takes steps
    const onProgress = () => void setTimeout(() => stop.abort());
    const training = model.fit(data, { epochs: 1e6, worker: true, signal: stop.signal, onProgress });
    await expect(training).rejects.toThrow(/abort/);
    await training.catch((error) => expect(error).toBe(stop.signal.reason));
    expect(internalsOf(model).state.run.step).toBeGreaterThan(0);
  });

  test("before it began", async () => {
    const training = fresh().fit(data, { worker: true, signal: AbortSignal.abort("no") });
    await expect(training).rejects.toBe("no");
  });
});

describe("what goes wrong", () => {
  test("a data set that cannot read: which batch, and the error itself", async () => {
    const cause = new Error("gone");
    const broken: Dataset = {
      ...data,
      async read(indices, x, y, epoch) {
        if (epoch === 1) throw cause;
        return data.read(indices, x, y);
      },
    };
    const fit = (worker: boolean) =>
      fresh()
        .fit(broken, { epochs: 2, worker })
        .catch((error: NablaError) => error);
    const [here, there] = [(await fit(false)) as NablaError, (await fit(true)) as NablaError];
    expect(there).toBeInstanceOf(NablaError);
    expect(there.message).toBe(here.message);
    expect(there.details).toEqual(here.details);
    expect(there.cause).toBe(cause);
  });

  test("a loss that is no number: the same words, and the same weights back", async () => {
    const fit = async (worker: boolean) => {
      const model = fresh(data, "nesterov");
      let n = 0;
      const callbacks: Callback[] = [
        {
          name: "counting",
          onEpochEnd: () => void n++,
          state: () => ({ values: { n } }),
          restore: ({ values }) => {
            n = values.n as number;
          },
          onBatchEnd(_batch, _logs, context) {
            if (context.step === 23) context.rateFactor = 1e37; // an epoch later the loss is infinite
          },
        },
      ];
      const error = await model.fit(data, { epochs: 9, batchSize: 16, worker, callbacks }).catch((e) => e);
      return [error.name, error.message, error.details, weightsSha256(model), model.history, n];
    };
    const here = await fit(false);
    expect([here[0], here[5]]).toEqual(["NablaError", 5]); // of six epochs that ended, the last is taken back
    expect(await fit(true)).toEqual(here);
  });

  test("weights set from outside would be lost", async () => {
    const model = fresh();
    const stop = new AbortController();
    let training!: Promise<unknown>;
    await new Promise<void>((onProgress) => {
      training = model.fit(data, {
        epochs: 1e6,
        worker: true,
        signal: stop.signal,
        onProgress: () => onProgress(),
      });
    });
    expect(() => model.setWeights(model.weights())).toThrow(/setWeights: a worker trains this model; /);
    expect(() => model.compile({ loss: "meanSquaredError" })).toThrow(/being trained/);
    await expect(model.fit(data)).rejects.toThrow(/being trained already/);
    expect(model.predict(new Float32Array(4)).shape).toEqual([1, 3]); // looking is free
    stop.abort();
    await training.catch(() => {});
    model.setWeights(model.weights());
  });

  test.each([-1, Number.NaN, "often"])("progressInterval %s", async (progressInterval) => {
    const options = { progressInterval: progressInterval as number };
    await expect(fresh().fit(data, options)).rejects.toThrow(
      /^fit: progressInterval: expected milliseconds, a number ≥ 0, got /,
    );
  });
});

describe.each([false, true])("progress, worker: %s", (worker) => {
  test("goes to the end, with the weights of each moment", async () => {
    const model = fresh();
    const seen: Progress[] = [];
    const hashes = new Set<string>();
    const { history } = await model.fit(data, {
      epochs: 4,
      batchSize: 8,
      worker,
      progressInterval: 0,
      onProgress(progress) {
        seen.push(progress);
        hashes.add(weightsSha256(model));
      },
    });
    const ends = seen.filter(({ batch, batches }) => batch === batches);
    expect(ends.at(-1)?.epoch).toBe(3);
    for (const { epoch, logs } of ends) expect(logs.loss).toBe(history.loss![epoch]);
    expect(seen.every(({ epochs, samplesPerSecond }) => epochs === 4 && samplesPerSecond > 0)).toBe(true);
    expect(hashes.size).toBe(seen.length);
    expect(seen.at(-1)!.step).toBe(internalsOf(model).state.run.step);
  });

  test.each(["onEpochEnd", "onBatchEnd"] as const)("tells of the end where %s stops it", async (hook) => {
    let stopped = 0;
    let last: Progress | undefined;
    const stop = (n: number, _: unknown, context: TrainingContext) => {
      if (n !== 1) return;
      context.stop("enough");
      stopped = context.step;
    };
    await fresh().fit(data, {
      epochs: 4,
      worker,
      progressInterval: 1e6,
      onProgress: (progress) => {
        last = progress;
      },
      batchSize: 8,
      callbacks: [{ [hook]: stop }],
    });
    expect(last?.step).toBe(stopped);
  });

  test("what is saved at the end of an epoch continues as if nothing had happened", async () => {
    const options = (): FitOptions => ({
      epochs: 9,
      worker,
      progressInterval: 0,
      validationData: data,
      callbacks: [earlyStopping({ patience: 2, minDelta: 0.03 })],
    });
    const model = fresh();
    const saved: Uint8Array[] = [];
    await model.fit(data, {
      ...options(),
      onProgress: ({ batch, batches }) => {
        if (batch === batches) saved.push(model.save());
      },
    });
    const again = load(saved.at(-2)!);
    await again.fit(data, { ...options(), resume: true });
    expect(again.history).toEqual(model.history);
    expect(weightsSha256(again)).toBe(weightsSha256(model));
    expect(model.history.stopped).toMatch(/has not improved/);
  });

  test("a listener that throws ends the training", async () => {
    const error = new Error("mine");
    const onProgress = () => {
      throw error;
    };
    await expect(fresh().fit(data, { epochs: 1e6, worker, onProgress })).rejects.toBe(error);
  });
});

describe("transfer", () => {
  const rows = () => {
    const x = new Float32Array(4 * 50).map((_, i) => (i % 7) / 7);
    return {
      x,
      set: arrayDataset(
        { data: x, shape: [50, 4] },
        Int32Array.from(x.subarray(0, 50), (_, i) => i % 3),
      ),
    };
  };

  test("moves rows away and back", async () => {
    const expected = await trained(rows().set, { worker: false });
    const { x, set } = rows();
    const before = [...x];
    let refused: unknown;
    const callbacks: Callback[] = [
      {
        onEpochEnd() {
          try {
            set.read(Uint32Array.of(0), new Float32Array(4), new Int32Array(1));
          } catch (error) {
            refused = error;
          }
        },
      },
    ];
    expect(await trained(set, { worker: true, transfer: true, callbacks })).toEqual(expected);
    expect(x.length).toBe(0);
    expect(refused).toBeInstanceOf(NablaError);
    expect(String(refused)).toMatch(/its rows are with the worker/);
    const back = new Float32Array(4 * 50);
    set.read(
      Uint32Array.from({ length: 50 }, (_, i) => i),
      back,
      new Int32Array(50),
    );
    expect([...back]).toEqual(before);
  });

  test("leaves memory alone that others use too", async () => {
    const all = new Float32Array(4 * 50 + 4).map((_, i) => i / 100);
    const set = arrayDataset(
      { data: all.subarray(4), shape: [50, 4] },
      Int32Array.from(all.subarray(0, 50), (_, i) => i % 3),
    );
    await trained(set, { worker: true, transfer: true });
    expect(all.length).toBe(204);
  });

  test("without it arrays stay", async () => {
    const { x, set } = rows();
    await trained(set, { worker: true });
    expect(x.length).toBe(200);
  });
});

test("several models at once", async () => {
  const train = async (worker: boolean) => {
    const models = [fresh(), fresh(images), fresh(data, "nesterov")];
    await Promise.all(models.map((model, i) => model.fit(i === 1 ? images : data, { epochs: 2, worker })));
    return models.map(weightsSha256);
  };
  expect(await train(true)).toEqual(await train(false));
});
