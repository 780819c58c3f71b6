/** Metrics of a program's own: plain functions of a batch's outputs and targets. */
import { describe, expect, test } from "vitest";
import {
  type Dataset,
  dense,
  fromConfig,
  load,
  type Model,
  type OwnMetric,
  sequential,
  subset,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { configOf } from "../../src/model/save.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data: Dataset = dataset(clouds(60, 4, 3));

/** What accuracy counts, said again. */
const right: OwnMetric = {
  name: "right",
  value: (outputs, targets) => {
    const [said, true_] = [outputs.argMax(), targets.argMax()];
    return Array.from(said, (c, r) => Number(c === true_[r]));
  },
};
/** What meanSquaredError is, as one number a batch. */
const squares: OwnMetric = {
  name: "squares",
  value: ({ data }, targets) =>
    data.reduce((sum, a, i) => sum + (a - targets.data[i]!) ** 2, 0) / data.length,
};

function fresh(metrics: TrainingOptions["metrics"], more: Partial<TrainingOptions> = {}): Model {
  return sequential([dense({ units: 9, activation: "tanh" }), dense({ units: 3, activation: "softmax" })], {
    seed: 5,
    inputShape: data.inputShape,
  }).compile({ loss: "categoricalCrossentropy", metrics, ...more });
}

const both = ["accuracy", right, "mse", squares] as const;

test("figures of every epoch, of validation and of evaluate() are those of the same metrics by name", async () => {
  const model = fresh(both);
  const validationData = subset(
    data,
    Uint32Array.from({ length: 20 }, (_, i) => i),
  );
  const { history } = await model.fit(data, { epochs: 3, batchSize: 16, validationData });
  expect(Object.keys(history)).toEqual(
    expect.arrayContaining(["right", "squares", "valRight", "valSquares"]),
  );
  expect(history.right).toEqual(history.accuracy);
  expect(history.valRight).toEqual(history.valAccuracy);
  history.mse.forEach((mse, i) => expect(history.squares[i]).toBeCloseTo(mse, 6));
  const scores = await model.evaluate(data, { batchSize: 7 });
  expect(scores.right).toBe(scores.accuracy);
  expect(scores.squares).toBeCloseTo(scores.mse, 6);
});

test("outputs and targets have the outputs' shape and no padding, and are the function's to keep", async () => {
  const seen: { shape: readonly number[]; outputs: Float32Array; targets: number[][] }[] = [];
  const spy: OwnMetric = {
    name: "spy",
    value(outputs, targets) {
      seen.push({ shape: outputs.shape, outputs: outputs.data, targets: targets.toArray() });
      return 1;
    },
  };
  const model = fresh([spy]);
  await model.evaluate(
    [
      [1, 2, 3, 4],
      [4, 3, 2, 1],
      [0, 0, 0, 1],
    ],
    [2, 0, 1],
    { batchSize: 2 },
  );
  const want = model.predict([
    [1, 2, 3, 4],
    [4, 3, 2, 1],
  ]).data;
  expect(seen.map(({ shape, targets }) => ({ shape, targets }))).toEqual([
    {
      shape: [2, 3],
      targets: [
        [0, 0, 1],
        [1, 0, 0],
      ],
    },
    { shape: [1, 3], targets: [[0, 1, 0]] },
  ]);
  expect(seen[0]!.outputs).toEqual(want);
});

test("targets are labels as the loss writes them, and not smoothed", async () => {
  const targetsFor = async (loss: TrainingOptions["loss"], units: number, y: number[]) => {
    let seen: number[][] = [];
    const spy: OwnMetric = {
      name: "spy",
      value(_, targets) {
        seen = targets.toArray();
        return 0;
      },
    };
    const activation = typeof loss === "object" ? "sigmoid" : "linear";
    const model = sequential([dense({ units, activation, inputShape: [1] })]).compile({
      loss,
      metrics: [spy],
    });
    await model.evaluate(
      y.map((v) => [v]),
      y,
    );
    return seen;
  };
  expect(await targetsFor("hinge", 1, [0, 1])).toEqual([[-1], [1]]);
  expect(await targetsFor("categoricalHinge", 2, [0, 1])).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(await targetsFor("meanSquaredError", 1, [0, 5])).toEqual([[0], [5]]);
  expect(await targetsFor({ name: "binaryCrossentropy", labelSmoothing: 0.5 }, 1, [0, 1])).toEqual([
    [0],
    [1],
  ]);
});

describe("the same figures", () => {
  const history = async (options: object, set = data, model = fresh(both)) => {
    const { history } = await model.fit(set, { epochs: 3, batchSize: 16, ...options });
    return { figures: history, weights: weightsSha256(model) };
  };

  test("in a worker", async () => {
    const options = { validationSplit: 0.2 };
    expect(await history({ ...options, worker: true })).toEqual(await history(options));
  });

  test("in a worker, in pieces", async () => {
    expect(await history({ microBatchSize: 5, worker: true })).toEqual(await history({ microBatchSize: 5 }));
  });

  test("in pieces, for figures of rows", async () => {
    const [pieces, whole] = [await history({ microBatchSize: 5 }), await history({})];
    expect(pieces.figures.right).toEqual(pieces.figures.accuracy);
    expect(pieces.figures.right).toEqual(whole.figures.right);
    expect(pieces.weights).toBe(whole.weights);
  });

  test("for data that is read asynchronously", async () => {
    expect(await history({}, slowly(data))).toEqual(await history({}));
  });

  test("saved in mid-epoch, loaded with the functions, resumed", async () => {
    let bytes!: Uint8Array;
    const crash = {
      onBatchEnd(_: number, __: unknown, { step, model }: { step: number; model: Model }) {
        if (step !== 6) return;
        bytes = model.save();
        throw new Error("crash");
      },
    };
    await expect(history({ callbacks: [crash] })).rejects.toThrow("crash");
    const again = load(bytes, "half", { custom: [squares, right] });
    expect(await history({ resume: true }, data, again)).toEqual(await history({}));
  });
});

describe("a document has the name alone", () => {
  test("and can be read, but not trained with", async () => {
    const document = JSON.parse(JSON.stringify(configOf(fresh(both))));
    expect(document.training.metrics).toEqual(
      [
        "accuracy",
        { name: "right", custom: true },
        "meanSquaredError",
        { name: "squares", custom: true },
      ].map((m) => (m === "meanSquaredError" ? "mse" : m)),
    );
    const { model } = fromConfig(document);
    const message =
      'metric "right": files and documents have its name alone; pass the function where the model is loaded: load(bytes, name, { custom: [right] }), or call compile()';
    await expect(model.fit(data)).rejects.toThrow(message);
    await expect(model.evaluate(data)).rejects.toThrow(message);
  });

  test("a loaded model predicts, and keeps the names", async () => {
    const model = fresh(both);
    await model.fit(data);
    const loaded = load(model.save());
    expect(loaded.predict(data).data).toEqual(model.predict(data).data);
    expect(loaded.save()).toEqual(model.save());
    await expect(loaded.fit(data, { resume: true, epochs: 2 })).rejects.toThrow(
      'metric "right": files and documents have',
    );
    expect(loaded.save()).toEqual(model.save());
  });
});

test("single batches, too", async () => {
  const model = fresh(both);
  const scores = await model.trainOnBatch(data);
  expect(scores.right).toBe(scores.accuracy);
  const tested = await model.testOnBatch(data);
  expect(tested.squares).toBeCloseTo(tested.mse!, 6);
});

describe("refused", () => {
  const giving = (value: unknown) => fresh([{ name: "mine", value: () => value as number }]);
  test.each([
    [
      undefined,
      'metric "mine": value: expected a number for each of 60 rows, or one number, their mean; got undefined',
    ],
    ["1", 'or one number, their mean; got "1"'],
    [[1, 2], "got 2 values"],
    [Array.from({ length: 60 }, (_, i) => (i === 7 ? null : i)), "got null for row 7"],
    [Promise.resolve(1), "got a promise"],
  ])("%j for figures", async (value, message) => {
    await expect(giving(value).evaluate(data)).rejects.toThrow(message);
    await expect(giving(value).fit(data, { batchSize: 60 })).rejects.toThrow(message);
    await expect(
      giving(Array.isArray(value) ? value : 1)
        .fit(data, { batchSize: 60, worker: true })
        .then(() => {
          throw new Error(message);
        }),
    ).rejects.toThrow(message);
  });

  test("names that are taken", () => {
    for (const name of ["loss", "learningRate", "accuracy"])
      expect(() => fresh([{ name, value: () => 1 }])).toThrow(
        `metrics: "${name}" is the name of another figure; call yours differently`,
      );
    expect(() => fresh([right, { ...right }])).toThrow('"right" is the name of another');
  });

  test("a metric without a name, or without a function", () => {
    expect(() => fresh([{ value: () => 1 } as never])).toThrow("metrics[0].name: missing; expected a string");
    expect(() => fresh(["accuracy", { name: "mine" } as never])).toThrow("metrics[1]: expected");
  });
});

test.each([false, true])(
  "what a metric throws ends the training after a whole step (worker: %s)",
  async (worker) => {
    class Mine extends Error {}
    let calls = 0;
    const broken: OwnMetric = {
      name: "broken",
      value() {
        if (++calls === 3) throw new Mine("no more");
        return 0;
      },
    };
    const model = fresh([broken]);
    await expect(model.fit(data, { batchSize: 16, epochs: 2, worker })).rejects.toBeInstanceOf(Mine);
    const other = fresh([]);
    const stop = new AbortController();
    const callbacks = [
      { onBatchEnd: (_: number, __: unknown, { step }: { step: number }) => step === 3 && stop.abort() },
    ];
    await other
      .fit(data, { batchSize: 16, epochs: 2, callbacks, signal: stop.signal } as never)
      .catch(() => {});
    expect(weightsSha256(model)).toBe(weightsSha256(other));
  },
);
