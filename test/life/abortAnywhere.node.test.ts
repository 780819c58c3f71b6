/** A training that ends at any moment, by its signal or by an exception, leaves a model of a whole step, which goes on bit for bit. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  type Callback,
  type Dataset,
  dense,
  dropout,
  earlyStopping,
  type FitOptions,
  load,
  type Model,
  type OwnLoss,
  type OwnMetric,
  reduceLROnPlateau,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { internalsOf } from "../../src/model/internals.ts";
import { values } from "../support/kernel.ts";

const ROWS = 21;
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const rows = arrayDataset({ data: Float32Array.from(values(ROWS * 4, 5)), shape: [ROWS, 4] }, labels);
/** 3 batches of 8, 8 and 5 rows in each epoch. */
const settings = { batchSize: 8, epochs: 3 } as const;

/** Counts moments: `now` is called at each, and at one of them something happens. */
class Moments {
  count = 0;
  constructor(
    private readonly at: number,
    private readonly happens: () => void,
  ) {}
  now(): void {
    if (this.count++ === this.at) this.happens();
  }
}

const later = (moments: Moments): Dataset => ({
  ...rows,
  async read(indices, x, y) {
    moments.now();
    await Promise.resolve();
    moments.now();
    rows.read(indices, x, y);
    await Promise.resolve();
    moments.now();
  },
});

const watching = (moments: Moments): Callback => {
  const moment = async () => {
    moments.now();
    await Promise.resolve();
    moments.now();
  };
  return {
    onTrainBegin: moment,
    onEpochBegin: moment,
    onBatchEnd: moment,
    onEpochEnd: moment,
    onTrainEnd: moment,
  };
};

const mine = (moments: Moments): OwnMetric => ({
  name: "mine",
  value(outputs) {
    moments.now();
    return outputs.row(0)[0];
  },
});
const half = (moments: Moments): OwnLoss => ({
  name: "half",
  value(outputs, targets) {
    moments.now();
    return Float64Array.from({ length: outputs.length }, (_, r) =>
      outputs.row(r).reduce((sum, o, c) => sum + 0.5 * (o - targets.row(r)[c]) ** 2, 0),
    );
  },
  gradient(outputs, targets) {
    moments.now();
    return { data: outputs.data.map((o, i) => o - targets.data[i]), shape: outputs.shape };
  },
});

const fresh = (moments: Moments): Model =>
  sequential(
    [
      dense({ units: 5, activation: "tanh" }),
      dropout({ rate: 0.3 }),
      dense({ units: 3, activation: "softmax" }),
    ],
    { inputShape: [4], seed: 2 },
  ).compile({ optimizer: "adam", loss: half(moments), metrics: ["accuracy", mine(moments)] });

const options = (moments: Moments): FitOptions => ({
  ...settings,
  validationData: later(moments),
  callbacks: [
    reduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 1 }),
    earlyStopping({ patience: 9, restoreBestWeights: true }),
    // an exception ends the turns of those after it
    watching(moments),
  ],
});

class Happened extends Error {}
const never = () => new Moments(-1, () => {});

/** The run that nothing happens in, and how many moments it has. */
async function whole(): Promise<{ model: Model; history: unknown; moments: number }> {
  const moments = never();
  const model = fresh(moments);
  const { history } = await model.fit(later(moments), options(moments));
  return { model, history, moments: moments.count };
}

/** A metric that throws has not counted that batch. */
const withoutMine = (history: unknown) => {
  const { mine: _, valMine: _v, ...others } = history as Record<string, unknown>;
  return others;
};

/** Whether the model is as of a whole step; how far it is. */
function checkWhole(model: Model): void {
  const { run } = internalsOf(model).state;
  // the three batches of an epoch are 8, 8 and 5 rows
  expect(run.rows).toBe([0, 8, 16, 21][run.batch]);
  expect(run.step).toBe(run.epoch * 3 + run.batch);
  expect(model.history.epoch).toHaveLength(run.epoch);
  expect(model.predict(rows).data.every(Number.isFinite)).toBe(true);
}

describe.each(["resume", "load"] as const)("then %s", (how) => {
  /** Goes on, perhaps in another process. */
  const goesOn = async (model: Model, moments: Moments) => {
    const at =
      how === "resume" ? model : load(model.save(), "it", { custom: [half(moments), mine(moments)] });
    const { run } = internalsOf(at).state;
    if (run.finished) return at;
    await at.fit(later(moments), { ...options(moments), resume: true });
    return at;
  };

  test("aborted at any moment that code of the program sees", async () => {
    const wanted = await whole();
    expect(wanted.moments).toBeGreaterThan(100);
    let aborted = 0;
    for (let k = 0; k < wanted.moments; k++) {
      const controller = new AbortController();
      const moments = new Moments(k, () => controller.abort(new Happened()));
      const model = fresh(moments);
      try {
        await model.fit(later(moments), { ...options(moments), signal: controller.signal });
      } catch (error) {
        expect(error).toBeInstanceOf(Happened);
        aborted++;
      }
      checkWhole(model);
      const end = await goesOn(model, moments);
      expect([k, weightsSha256(end), end.history.history]).toEqual([
        k,
        weightsSha256(wanted.model),
        wanted.history,
      ]);
    }
    // near the end nothing is left to be stopped
    expect(aborted).toBeGreaterThan(wanted.moments - 15);
  });

  test("aborted after any number of microtasks", async () => {
    const wanted = await whole();
    let k = 0;
    for (let ended = false; !ended; k += how === "load" ? 7 : 1) {
      const controller = new AbortController();
      const abortAfter = (turns: number): void => {
        if (turns === 0) controller.abort(new Happened());
        else void Promise.resolve().then(() => abortAfter(turns - 1));
      };
      // from the first moment on: what comes before is the same for all
      const moments = new Moments(0, () => abortAfter(k));
      const model = fresh(moments);
      await model.fit(later(moments), { ...options(moments), signal: controller.signal }).then(
        () => {
          ended = true;
        },
        (error) => expect(error).toBeInstanceOf(Happened),
      );
      checkWhole(model);
      const end = await goesOn(model, moments);
      expect([k, weightsSha256(end), end.history.history]).toEqual([
        k,
        weightsSha256(wanted.model),
        wanted.history,
      ]);
    }
    expect(k).toBeGreaterThan(100);
  });

  test("an exception at any moment: of a data set, a loss, a metric, a callback's hooks", async () => {
    const wanted = await whole();
    let thrown = 0;
    for (let k = 0; k < wanted.moments; k++) {
      const happened = new Happened("it happened");
      const moments = new Moments(k, () => {
        throw happened;
      });
      const model = fresh(moments);
      const error = await model.fit(later(moments), options(moments)).then(
        () => undefined,
        (why: Error) => why,
      );
      expect(error && (error === happened || error.cause === happened), `moment ${k}: ${error}`).toBe(true);
      thrown++;
      checkWhole(model);
      expect(internalsOf(model).state.busy).toBe(false);
      const end = await goesOn(model, moments);
      expect([k, weightsSha256(end), withoutMine(end.history.history)]).toEqual([
        k,
        weightsSha256(wanted.model),
        withoutMine(wanted.history),
      ]);
    }
    expect(thrown).toBe(wanted.moments);
  });
});
