/** Trainings in a worker that are interrupted at awkward moments: nothing waits for ever, nothing is lost. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Callback,
  type Dataset,
  dense,
  type FitOptions,
  type Model,
  sequential,
  type TrainingContext,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { Network } from "../../src/network/network.ts";
import type { FromPage, FromWorker } from "../../src/worker/protocol.ts";
import { serve } from "../../src/worker/serve.ts";
import type { Listeners, Worker } from "../../src/worker/spawn/types.ts";
import { clouds } from "../support/problems.ts";

/** A worker in the same thread, whose messages are copied as those between threads are. */
class Local implements Worker {
  ended = false;
  readonly got: FromPage[] = [];
  private readonly port = {
    post: (message: unknown, transfer: Transferable[] = []) => {
      const copy = structuredClone(message, { transfer }) as FromWorker;
      void late.then(() => setTimeout(() => this.ended || this.listeners.message(copy)));
    },
    onMessage: (_: never) => {},
  };
  constructor(private readonly listeners: Listeners) {
    serve(this.port);
  }
  post(message: unknown, transfer: Transferable[] = []): void {
    if (this.ended) return;
    const copy = structuredClone(message, { transfer }) as FromPage;
    this.got.push(copy);
    hear(copy, this);
    setTimeout(() => this.ended || this.port.onMessage(copy as never));
  }
  lose(): void {
    this.ended = true;
    this.listeners.error("gone");
  }
  terminate(): void {
    this.ended = true;
  }
  rest(): void {}
}

/** Sees what the page sends. */
let hear: (message: FromPage, worker: Local) => void;
let workers: Local[];
/** Whether there is no memory for a copy of the weights. */
let full = false;
vi.mock("../../src/network/snapshot.ts", async (original) => {
  const real = await original<typeof import("../../src/network/snapshot.ts")>();
  return {
    ...real,
    takeSnapshot: (...given: Parameters<typeof real.takeSnapshot>) => {
      if (full) throw new RangeError("Array buffer allocation failed");
      return real.takeSnapshot(...given);
    },
  };
});
/** Until then nothing is heard of workers. */
let late: Promise<void>;
vi.mock("#worker", () => ({
  spawn: (listeners: Listeners) => {
    const worker = new Local(listeners);
    workers.push(worker);
    return worker;
  },
}));

const labels = (n: number) => Int32Array.from({ length: n }, (_, i) => i % 3);

/** The pool outlives trainings: each test gets a library of its own. */
let library: typeof import("../../src/index.ts");
let data: Dataset;
beforeEach(async () => {
  vi.resetModules();
  hear = () => {};
  late = Promise.resolve();
  workers = [];
  library = await import("../../src/index.ts");
  const { x, labels } = clouds(60, 4, 3);
  data = library.arrayDataset(x, labels);
});
afterEach(() => vi.restoreAllMocks());

function make(units = 3): Model {
  const model = sequential([dense({ units, activation: "softmax" })], { seed: 1, inputShape: [4] });
  return library.load(model.compile({ loss: "categoricalCrossentropy", optimizer: "adam" }).save());
}
const fit = (model: Model, set: Dataset, options: FitOptions = {}) =>
  model.fit(set, { batchSize: 16, worker: true, ...options });

/** 50 rows on memory of their own. */
const rows = () =>
  library.arrayDataset({ data: new Float32Array(200).fill(0.5), shape: [50, 4] }, labels(50));
const read = (set: Dataset) => set.read(Uint32Array.of(0), new Float32Array(4), new Int32Array(1));

describe("lost", () => {
  test("while data is sent", async () => {
    hear = ({ kind }, worker) => kind === "piece" && worker.lose();
    const big = library.arrayDataset({ data: new Float32Array(4e6), shape: [1e6, 4] }, labels(1e6));
    await expect(fit(make(), big)).rejects.toThrow(/the training worker was lost \(gone\)/);
    expect(workers[0]!.got.map(({ kind }) => kind)).not.toContain("train");
  });

  test("while a callback takes its time: weights can be set afterwards", async () => {
    const model = make();
    let go!: () => void;
    const wait = new Promise<void>((resolve) => {
      go = resolve;
    });
    const onEpochEnd = () => {
      workers[0]!.lose();
      return wait;
    };
    await expect(fit(model, data, { callbacks: [{ onEpochEnd }] })).rejects.toThrow(/lost/);
    go();
    await new Promise((resolve) => setTimeout(resolve, 5));
    model.setWeights(model.weights());
  });

  test("with rows that were lent: says so, then and when they are read", async () => {
    const set = rows();
    hear = ({ kind }, worker) => kind === "train" && setTimeout(() => worker.lose());
    await expect(fit(make(), set, { transfer: true })).rejects.toThrow(/rows it was lent .* are lost/);
    expect(() => read(set)).toThrow(/its rows were lost with the worker/);
  });
});

describe("rows that are lent come back", () => {
  test("where it was stopped before it began", async () => {
    const set = rows();
    const stop = new AbortController();
    hear = ({ kind }) => kind === "piece" && stop.abort("enough");
    await expect(fit(make(), set, { transfer: true, signal: stop.signal })).rejects.toBe("enough");
    read(set);
  });

  test("where a listener throws", async () => {
    const set = rows();
    const error = new Error("mine");
    const onProgress = () => {
      throw error;
    };
    await expect(
      fit(make(), set, { transfer: true, epochs: 1e6, progressInterval: 0, onProgress }),
    ).rejects.toBe(error);
    read(set);
  });

  test("where two data sets lie in the same memory", async () => {
    const x = new Float32Array(200).fill(0.5);
    const [a, b] = [0, 1].map(() => library.arrayDataset({ data: x, shape: [50, 4] }, labels(50))) as [
      Dataset,
      Dataset,
    ];
    await fit(make(), a, { transfer: true, validationData: b });
    read(a);
    read(b);
  });
});

test("a listener that throws: the model is as it was then, and no callback is asked any more", async () => {
  const model = make();
  const calls: string[] = [];
  let seen: string | undefined;
  const error = new Error("mine");
  const onProgress = () => {
    seen = weightsSha256(model);
    throw error;
  };
  const callbacks: Callback[] = [{ onEpochEnd: () => void calls.push("epoch ends") }];
  const options = { epochs: 500, progressInterval: 0, onProgress, callbacks };
  await expect(fit(model, data, options)).rejects.toBe(error);
  expect(calls).toEqual([]);
  expect(weightsSha256(model)).toBe(seen);
});

describe("callbacks whose state cannot be had", () => {
  test("it throws", async () => {
    let n = 0;
    const error = new Error("mine");
    const state = () => {
      if (n++ > 2) throw error;
      return { values: {} };
    };
    const callbacks: Callback[] = [{ name: "own", state, onEpochEnd() {} }];
    const model = make();
    await expect(fit(model, data, { epochs: 9, callbacks })).rejects.toBe(error);
    model.setWeights(model.weights());
  });

  test("it throws at once", async () => {
    const error = new Error("mine");
    const state = () => {
      throw error;
    };
    const model = make();
    const good = model.save();
    await expect(fit(model, data, { callbacks: [{ name: "own", state, onTrainEnd() {} }] })).rejects.toBe(
      error,
    );
    model.setWeights(library.load(good).weights());
  });

  test("figures that cannot be sent", async () => {
    const onEpochEnd: Callback["onEpochEnd"] = (_, logs) => {
      (logs as Record<string, unknown>).own = () => 1;
    };
    await expect(fit(make(), data, { callbacks: [{ onEpochEnd }] })).rejects.toThrow(/could not be cloned/);
  });
});

test("states of callbacks that are called every few steps go back with the weights", async () => {
  const run = async (worker: boolean) => {
    let n = 0;
    const callbacks: Callback[] = [
      {
        name: "own",
        everySteps: 3, // of four to an epoch
        onBatchEnd({ valueOf: _ }, _logs, { model }) {
          if (++n === 3) model.setWeights({ "dense_1.kernel": new Float32Array(12).fill(3e38) });
        },
        state: () => ({ values: { n } }),
        restore: ({ values }) => {
          n = values.n as number;
        },
      },
    ];
    const error = await fit(make(), data, { epochs: 9, worker, callbacks }).catch(({ name }) => name);
    return [error, n];
  };
  const here = await run(false);
  expect(here[0]).toBe("NablaError");
  expect(await run(true)).toEqual(here);
});

test("a worker without memory for another copy of the weights says so, and gives rows back", async () => {
  const set = rows();
  full = true;
  await expect(fit(make(), set, { transfer: true })).rejects.toThrow("Array buffer allocation failed");
  full = false;
  read(set);
});

test("stopped while the worker is still being loaded: at once, and the worker is kept", async () => {
  const stop = new AbortController();
  let loaded!: () => void;
  late = new Promise((resolve) => {
    loaded = resolve;
  });
  const training = fit(make(), data, { signal: stop.signal });
  await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort("enough");
  await expect(training).rejects.toBe("enough");
  loaded();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await fit(make(), data);
  expect(workers.length).toBe(1);
});

test("data that is not trained on after all is forgotten", async () => {
  const big = library.arrayDataset({ data: new Float32Array(4e6), shape: [1e6, 4] }, labels(1e6));
  const stop = new AbortController();
  hear = ({ kind }) => kind === "piece" && stop.abort("enough");
  await expect(fit(make(), big, { signal: stop.signal })).rejects.toBe("enough");
  const [first] = workers;
  expect(first!.got.map(({ kind }) => kind)).toEqual(["piece", "abort"]);
  hear = () => {};
  await fit(make(), data);
  expect(workers.length).toBe(1);
});

test.each([false, true])("a context that is kept stops from outside, worker: %s", async (worker) => {
  const model = make();
  let begun!: (context: TrainingContext) => void;
  const beginning = new Promise<TrainingContext>((resolve) => {
    begun = resolve;
  });
  const callbacks: Callback[] = [{ onTrainBegin: (context) => begun(context) }];
  const training = fit(model, data, { epochs: 1e6, worker, callbacks });
  const context = await beginning;
  await new Promise((resolve) => setTimeout(resolve, 50));
  context.rateFactor = 0.25;
  context.stop("enough");
  const { stopped } = await training;
  expect(stopped).toBe("enough");
  expect(internalsOf(model).state.run.rateFactor).toBe(0.25);
});

test("rows in a Buffer stay where they are", async () => {
  const x = Buffer.alloc(200).map((_, i) => i) as Buffer;
  const set = library.arrayDataset({ data: x, shape: [50, 4] }, labels(50));
  await fit(make(), set);
  expect(x.length).toBe(200);
  expect(x[7]).toBe(7);
});

describe("a worker that cannot make the model", () => {
  /** Models made from here on: the worker's. */
  const fail = (times: number) => {
    const spy = vi.spyOn(Network.prototype, "prepareTraining");
    for (let i = 0; i < times; i++)
      spy.mockImplementationOnce(() => {
        throw new RangeError("WebAssembly.Instance(): Out of memory");
      });
  };

  test("once: another worker trains, and rows that were lent are there again", async () => {
    const [model, twin] = [make(), make()];
    const set = rows();
    await twin.fit(rows(), { batchSize: 16, worker: false });
    fail(1);
    await fit(model, set, { transfer: true });
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    expect(weightsSha256(model)).toBe(weightsSha256(twin));
    read(set);
  });

  test("twice, where it has to be one: says why", async () => {
    const model = make();
    fail(2);
    await expect(fit(model, data)).rejects.toThrow(
      /^fit: the worker could not make the model \(WebAssembly.Instance\(\): Out of memory\); with worker: false/,
    );
    model.setWeights(model.weights());
  });

  test("twice, on a page: it is trained there, and the console says why", async () => {
    const [model, twin] = [make(), make()];
    await twin.fit(data, { batchSize: 16, worker: false });
    vi.stubGlobal("document", { hidden: true });
    vi.stubGlobal("Worker", class {});
    const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
    fail(2);
    await fit(model, data, { worker: undefined });
    vi.unstubAllGlobals();
    expect(warned).toHaveBeenCalledExactlyOnceWith(expect.stringContaining("Out of memory"));
    expect(weightsSha256(model)).toBe(weightsSha256(twin));
  });
});
