/** Code of a program's own that uses the very model it is asked for: in data sets, losses, metrics, between rows and batches. */
import { describe, expect, test } from "vitest";
import {
  arrayDataset,
  type Callback,
  type Dataset,
  dense,
  model as graph,
  input,
  type Model,
  type OwnLoss,
  type OwnMetric,
  sequential,
  weightsSha256,
} from "../../src/index.ts";
import { values } from "../support/kernel.ts";

const ROWS = 40;
const x = { data: Float32Array.from(values(ROWS * 6, 3)), shape: [ROWS, 6] };
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);
const rows = arrayDataset(x, labels);
/** More rows than a batch: its plan does not fit where the training's is. */
const many = { data: Float32Array.from(values(3000 * 6, 4)), shape: [3000, 6] };

const half: OwnLoss = {
  name: "half",
  value: (outputs, targets) =>
    Float64Array.from({ length: outputs.length }, (_, r) =>
      outputs.row(r).reduce((sum, o, c) => sum + 0.5 * (o - targets.row(r)[c]) ** 2, 0),
    ),
  gradient: (outputs, targets) => ({
    data: outputs.data.map((o, i) => o - targets.data[i]),
    shape: outputs.shape,
  }),
};
const mean: OwnMetric = { name: "meanOutput", value: (outputs) => outputs.row(0)[0] };

/** A layer that is applied twice adds up its gradients in the plan: what is lost there shows. */
function fresh(loss: OwnLoss | "categoricalCrossentropy", metrics: (OwnMetric | "accuracy")[] = []): Model {
  const from = input({ shape: [6], name: "x" });
  const twice = dense({ units: 6, activation: "tanh" });
  const made = graph({
    inputs: from,
    outputs: dense({ units: 3, activation: "softmax", name: "y" }).apply(twice.apply(twice.apply(from))),
    seed: 5,
  });
  return made.compile({ optimizer: "adam", loss, metrics });
}

/** All that a model can be asked while it trains. */
const uses: Record<string, (model: Model) => unknown> = {
  "predict()": (model) => model.predict(many),
  "predict() of one row": (model) => model.predict({ data: x.data.subarray(0, 6), shape: [1, 6] }),
  "weights()": (model) => model.weights(),
  "save()": (model) => model.save(),
  "gradients()": (model) => void model.gradients(x, labels).catch(() => {}),
  "inputGradients()": (model) => void model.inputGradients(x, labels).catch(() => {}),
  "evaluate()": (model) => void model.evaluate(rows).catch(() => {}),
};

/** The data set that asks before and after it has written its rows. */
const asking = (ask: () => unknown, later: boolean): Dataset => ({
  ...rows,
  name: "asking",
  read(indices, to, y) {
    ask();
    rows.read(indices, to, y);
    if (!later) return void ask();
    return Promise.resolve().then(() => void ask());
  },
});

describe.each(Object.entries(uses))("%s of the model itself", (name, use) => {
  const settings = { epochs: 2, batchSize: 8 } as const;

  test.each([false, true])("while its rows are read, later: %s", async (later) => {
    const plain = fresh("categoricalCrossentropy", ["accuracy"]);
    const wanted = await plain.fit(rows, { ...settings, validationData: rows });
    const model = fresh("categoricalCrossentropy", ["accuracy"]);
    let asked = 0;
    const data = asking(() => {
      asked++;
      return use(model);
    }, later);
    const got = await model.fit(data, { ...settings, validationData: data });
    expect(asked).toBeGreaterThan(20);
    expect(weightsSha256(model)).toBe(weightsSha256(plain));
    expect(got).toEqual(wanted);
    expect(await model.evaluate(data)).toEqual(await plain.evaluate(rows));
    if (later) return;
    expect(await model.trainOnBatch(data)).toEqual(await plain.trainOnBatch(rows));
    expect(await model.gradients(data)).toEqual(await plain.gradients(rows));
    expect(await model.inputGradients(data)).toEqual(await plain.inputGradients(rows));
    expect(weightsSha256(model)).toBe(weightsSha256(plain));
  });

  // what is asynchronous would ask the loss again, later, and that would ask again, for ever
  test.each(/evaluate|radients/.test(name) ? [] : [undefined, 3])(
    "in a loss and a metric, microBatchSize %s",
    async (microBatchSize) => {
      const plain = fresh(half, [mean, "accuracy"]);
      const wanted = await plain.fit(rows, { ...settings, microBatchSize, validationData: rows });
      let deep = 0;
      const ask = () => {
        if (deep > 0) return;
        deep++;
        use(model);
        deep--;
      };
      const loss: OwnLoss = {
        name: "half",
        value(...of) {
          ask();
          return half.value(...of);
        },
        gradient(...of) {
          ask();
          return half.gradient(...of);
        },
      };
      const metric: OwnMetric = {
        name: mean.name,
        value(...of) {
          ask();
          return mean.value(...of);
        },
      };
      const model = fresh(loss, [metric, "accuracy"]);
      const got = await model.fit(rows, { ...settings, microBatchSize, validationData: rows, worker: false });
      expect(weightsSha256(model)).toBe(weightsSha256(plain));
      expect(got).toEqual(wanted);
      expect(await model.evaluate(rows)).toEqual(await plain.evaluate(rows));
      expect(await model.trainOnBatch(rows)).toEqual(await plain.trainOnBatch(rows));
      expect(await model.testOnBatch(rows)).toEqual(await plain.testOnBatch(rows));
      expect(await model.gradients(rows)).toEqual(await plain.gradients(rows));
      expect(weightsSha256(model)).toBe(weightsSha256(plain));
    },
  );

  test("while batches come, and with each row of evaluate()", async () => {
    const batches = (ask: () => unknown) =>
      function* () {
        for (let at = 0; at < ROWS; at += 8) {
          ask();
          yield {
            x: { data: x.data.subarray(at * 6, at * 6 + 48), shape: [8, 6] },
            y: labels.slice(at, at + 8),
          };
          ask();
        }
      };
    const plain = fresh("categoricalCrossentropy");
    await plain.fit(
      batches(() => {}),
      { epochs: 2 },
    );
    const model = fresh("categoricalCrossentropy");
    await model.fit(
      batches(() => use(model)),
      { epochs: 2 },
    );
    expect(weightsSha256(model)).toBe(weightsSha256(plain));
    const losses: number[] = [];
    const scores = await model.evaluate(rows, {
      batchSize: 8,
      onRow(_row, loss) {
        losses.push(loss);
        use(model);
      },
    });
    expect(scores).toEqual(await plain.evaluate(rows));
    expect(losses.reduce((sum, loss) => sum + loss) / ROWS).toBeCloseTo(scores.loss, 6);
  });
});

test("a function that sets weights in the middle of a step is told where to set them", async () => {
  let model: Model;
  const meddling = (key: "value" | "gradient"): OwnLoss => ({
    ...half,
    name: "meddling",
    [key](...of: Parameters<OwnLoss["value"]>) {
      model.setWeights(model.weights());
      return half[key](...of);
    },
  });
  for (const key of ["value", "gradient"] as const) {
    model = fresh(meddling(key));
    const before = weightsSha256(model);
    await expect(model.fit(rows, { worker: false })).rejects.toThrow(
      'loss "meddling": it has changed the model it is a function of, in the middle of a step; set weights in a callback',
    );
    expect(weightsSha256(model)).toBe(before);
  }
});

test("a data set may set weights between two steps, as a callback may", async () => {
  const train = async (how: "read" | "callback") => {
    const model = sequential([dense({ units: 3, activation: "softmax" })], { inputShape: [6] });
    model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    const first = model.weights();
    let reads = 0;
    const data: Dataset = {
      ...rows,
      read(...of) {
        if (how === "read" && reads++ === 2) model.setWeights(first);
        return rows.read(...of);
      },
    };
    const back: Callback = {
      onBatchEnd(batch) {
        if (how === "callback" && batch === 1) model.setWeights(first);
      },
    };
    // a worker reads ahead of the page, so there the two are not the same moment
    await model.fit(data, { batchSize: 8, callbacks: [back], worker: false });
    return weightsSha256(model);
  };
  expect(await train("read")).toBe(await train("callback"));
});

test("a model that is compiled anew while it is evaluated", async () => {
  const model = fresh("categoricalCrossentropy");
  const wanted = await model.evaluate(rows, { batchSize: 8 });
  let reads = 0;
  const data: Dataset = {
    ...rows,
    async read(...of) {
      await rows.read(...of);
      // with more slots than before, in the memory where the plan was
      if (++reads === 2)
        model.compile({ optimizer: { name: "adam", useEma: true }, loss: "categoricalCrossentropy" });
    },
  };
  expect(await model.evaluate(data, { batchSize: 8 })).toEqual(wanted);
  const fitted = fresh("categoricalCrossentropy");
  fitted.compile({ optimizer: { name: "adam", useEma: true }, loss: "categoricalCrossentropy" });
  await model.fit(rows);
  await fitted.fit(rows);
  expect(weightsSha256(model)).toBe(weightsSha256(fitted));
});
