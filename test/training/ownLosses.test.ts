/** Losses of a program's own: value(outputs, targets) and gradient(outputs, targets), plain functions. */
import { describe, expect, test } from "vitest";
import {
  checkGradients,
  type Dataset,
  dense,
  dropout,
  fromConfig,
  load,
  type Model,
  type OwnLoss,
  sequential,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { configOf } from "../../src/model/save.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const data: Dataset = dataset(clouds(60, 4, 3));

/** The quadratic loss, said again: ½ Σ (a − y)². */
const half: OwnLoss = {
  name: "half",
  value: (outputs, targets) =>
    Array.from({ length: outputs.length }, (_, r) => {
      const y = targets.row(r);
      return outputs.row(r).reduce((sum, a, c) => sum + 0.5 * (a - y[c]!) ** 2, 0);
    }),
  gradient: ({ data }, targets) => data.map((a, i) => a - targets.data[i]!),
};
/** Its mean over the batch as one number. */
const whole: OwnLoss = {
  name: "whole",
  value: ({ data, length }, targets) =>
    data.reduce((sum, a, i) => sum + 0.5 * (a - targets.data[i]!) ** 2, 0) / length,
  gradient: ({ data, length }, targets) => data.map((a, i) => (a - targets.data[i]!) / length),
};

function fresh(loss: TrainingOptions["loss"], more: Partial<TrainingOptions> = {}): Model {
  return sequential(
    [
      dense({ units: 9, activation: "tanh", kernelRegularizer: { l2: 0.001 } }),
      dropout({ rate: 0.2 }),
      dense({ units: 3, activation: "sigmoid", name: "head" }),
    ],
    { seed: 5, inputShape: data.inputShape },
  ).compile({ loss, metrics: ["accuracy"], ...more });
}

async function trained(loss: TrainingOptions["loss"], options: object = {}, set = data, model = fresh(loss)) {
  const { history } = await model.fit(set, { epochs: 3, batchSize: 16, ...options });
  return { history, sha: weightsSha256(model) };
}

const classWeight = { 0: 2, 2: 0.5 };
const sampleWeight = Array.from({ length: 60 }, (_, i) => 1 + (i % 3));

describe("a loss written again has the bits of the one there is", () => {
  test.each([
    ["a training", {}],
    ["with weights", { classWeight, sampleWeight }],
    ["in pieces", { microBatchSize: 5, classWeight }],
  ])("%s", async (_, options) => {
    const [own, kernel] = [await trained(half, options), await trained("quadratic", options)];
    expect(own.sha).toBe(kernel.sha);
    expect(own.history.accuracy).toEqual(kernel.history.accuracy);
    own.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(kernel.history.loss[i]!, 6));
  });

  test("evaluate(), validation, gradients(), inputGradients()", async () => {
    const [own, kernel] = [fresh(half), fresh("quadratic")];
    for (const options of [{}, { batchSize: 7 }, { classWeight }])
      expect((await own.evaluate(data, options)).loss).toBeCloseTo(
        (await kernel.evaluate(data, options)).loss,
        6,
      );
    expect((await own.gradients(data)).gradients).toEqual((await kernel.gradients(data)).gradients);
    expect(await own.gradients(data, { classWeight })).not.toEqual(await own.gradients(data));
    expect(await own.inputGradients(data)).toEqual(await kernel.inputGradients(data));
    const options = { validationSplit: 0.25 };
    const [a, b] = [await trained(half, options), await trained("quadratic", options)];
    a.history.valLoss.forEach((loss, i) => expect(loss).toBeCloseTo(b.history.valLoss[i]!, 6));
  });

  test("single batches", async () => {
    const [own, kernel] = [fresh(half), fresh("quadratic")];
    for (let i = 0; i < 3; i++) {
      const a = await own.trainOnBatch(data, { classWeight });
      const b = await kernel.trainOnBatch(data, { classWeight });
      expect(a.loss).toBeCloseTo(b.loss, 6);
      expect(a.accuracy).toBe(b.accuracy);
    }
    expect(weightsSha256(own)).toBe(weightsSha256(kernel));
    const [a, b] = [await own.testOnBatch(data), await kernel.testOnBatch(data)];
    expect(a.loss).toBeCloseTo(b.loss, 6);
  });

  test("values as targets, in several columns and in one", async () => {
    for (const units of [1, 5]) {
      const x = Array.from({ length: 20 }, (_, i) => [i / 20, 1]);
      const y = x.map(([t]) => Array.from({ length: units }, (_, c) => Math.sin(t! * c)));
      const fit = async (loss: TrainingOptions["loss"]) => {
        const model = sequential([dense({ units })], { inputShape: [2] }).compile({ loss });
        await model.fit(x, y, { epochs: 4, batchSize: 8 });
        return model.weights();
      };
      expect(await fit(half)).toEqual(await fit("quadratic"));
    }
  });
});

test("one number for a batch is its loss, and the gradient that number's", async () => {
  const [one, each] = [await fresh(whole).gradients(data), await fresh(half).gradients(data)];
  expect(one.loss).toBeCloseTo(each.loss, 5);
  for (const [name, values] of Object.entries(one.gradients))
    values.forEach((g, i) => expect(g).toBeCloseTo(each.gradients[name]![i]!, 6));
  const [batch, pieces] = [await trained(whole), await trained(whole, { microBatchSize: 4 })];
  pieces.history.loss.forEach((loss, i) => expect(loss).toBeCloseTo(batch.history.loss[i]!, 4));
});

describe("the same bits", () => {
  test("in a worker", async () => {
    for (const options of [{}, { validationSplit: 0.2, microBatchSize: 5 }, { classWeight, sampleWeight }])
      expect(await trained(half, { ...options, worker: true })).toEqual(await trained(half, options));
    expect(await trained(whole, { worker: true })).toEqual(await trained(whole));
  });

  test("in pieces", async () => {
    expect(await trained(half, { microBatchSize: 3 })).toEqual(await trained(half));
  });

  test("for data that is read asynchronously", async () => {
    expect(await trained(half, {}, slowly(data))).toEqual(await trained(half));
  });

  test("saved in mid-epoch, loaded with the function, resumed", async () => {
    let bytes!: Uint8Array;
    const crash = {
      onBatchEnd(_: number, __: unknown, { step, model }: { step: number; model: Model }) {
        if (step !== 6) return;
        bytes = model.save();
        throw new Error("crash");
      },
    };
    await expect(trained(half, { callbacks: [crash] })).rejects.toThrow("crash");
    const again = load(bytes, "half", { custom: [half] });
    expect(await trained(half, { resume: true }, data, again)).toEqual(await trained(half));
  });
});

test("a document has the name alone: it predicts, and training says what is missing", async () => {
  const model = fresh(half);
  const document = JSON.parse(JSON.stringify(configOf(model)));
  expect(document.training.loss).toEqual({ name: "half", custom: true });
  const message =
    'loss "half": files and documents have its name alone; pass the function where the model is loaded: load(bytes, name, { custom: [half] }), or call compile()';
  for (const loaded of [fromConfig(document).model, load(model.save())]) {
    expect(loaded.predict(data).data).toEqual(model.predict(data).data);
    const before = weightsSha256(loaded);
    await expect(loaded.fit(data)).rejects.toThrow(message);
    await expect(loaded.evaluate(data)).rejects.toThrow(message);
    await expect(loaded.gradients(data)).rejects.toThrow(message);
    expect(weightsSha256(loaded)).toBe(before);
    expect(configOf(loaded).training!.loss).toEqual({ name: "half", custom: true });
  }
});

describe.each([false, true])("refused (worker: %s), and the weights are as before the step", (worker) => {
  const refused = async (own: Partial<OwnLoss>, message: string, options = {}) => {
    let calls = 0;
    // wrong in the third step
    const now = () => (calls < 3 ? half : { ...half, ...own });
    const late: OwnLoss = {
      name: "mine",
      value(outputs, targets) {
        calls++;
        return now().value(outputs, targets);
      },
      gradient: (outputs, targets) => now().gradient(outputs, targets),
    };
    const model = fresh(late);
    await expect(model.fit(data, { batchSize: 16, epochs: 2, worker, ...options })).rejects.toThrow(message);
    const other = fresh(half);
    const stop = new AbortController();
    const onBatchEnd = (_: number, __: unknown, { step }: { step: number }) => {
      if (step === 2) stop.abort();
    };
    await other
      .fit(data, { batchSize: 16, epochs: 2, callbacks: [{ onBatchEnd }], signal: stop.signal, ...options })
      .catch(() => {});
    expect(weightsSha256(model)).toBe(weightsSha256(other));
  };

  test("NaN as a loss", () =>
    refused(
      { value: (o) => Array.from({ length: o.length }, (_, r) => (r === 7 ? Number.NaN : 1)) },
      'loss "mine": value: NaN for row 7 of a batch, whose outputs are [',
    ));
  test("NaN in a gradient", () =>
    refused(
      { gradient: ({ data }) => data.map((_, i) => (i === 10 ? Number.NaN : 0)) },
      'loss "mine": gradient: NaN for output 1 of row 3 of a batch, where the loss is ',
    ));
  test("a gradient of another shape", () =>
    refused(
      { gradient: ({ length }) => Array.from({ length }, () => [1, 2]) },
      'loss "mine": gradient: expected [16, 3], the shape of the outputs of layer "head", got [16, 2]',
    ));
  test("no gradient", () =>
    refused(
      { gradient: () => undefined as never },
      'loss "mine": gradient: expected an array, a typed array or { data, shape }, got undefined',
    ));
  test("no losses", () =>
    refused(
      { value: () => undefined as never },
      'loss "mine": value: expected a number for each of 16 rows, or one number, their mean; got undefined',
    ));
  test("too few losses", () => refused({ value: () => [1, 2] }, "got 2 values"));
  test("one number, where rows have weights", () =>
    refused(
      { value: () => 1 },
      'loss "mine": value: one number for a whole batch cannot be weighted; return the loss of each row',
      { classWeight },
    ));
  test("what the functions throw is what fit() throws", async () => {
    class Mine extends Error {}
    const mine = new Mine("mine");
    const model = fresh({
      ...half,
      value: () => {
        throw mine;
      },
    });
    await expect(model.fit(data, { worker })).rejects.toBe(mine);
  });
});

test("a function may run another model", async () => {
  const other = fresh("quadratic");
  const distilled: OwnLoss = {
    ...half,
    gradient(outputs, targets) {
      other.predict(data);
      return half.gradient(outputs, targets);
    },
  };
  expect((await trained(distilled)).sha).toBe((await trained(half)).sha);
});

test("a training that diverges is told as one", async () => {
  const model = fresh(half, { optimizer: { name: "sgd", learningRate: 1e38 } });
  await expect(model.fit(data, { epochs: 5 })).rejects.toThrow(
    /training stopped at step \d+ .* the learning rate/,
  );
});

test("a value without a gradient, or a loss without a name", () => {
  expect(() => fresh({ name: "mine", value: () => 1 } as never)).toThrow(
    'loss "mine": expected a function gradient(outputs, targets), too',
  );
  expect(() => fresh({ value: () => 1, gradient: () => [1] } as never)).toThrow("loss.name: missing");
});

describe("checkGradients()", () => {
  const small = (loss: OwnLoss) =>
    sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 2 })], {
      seed: 1,
      inputShape: [3],
    }).compile({ loss });
  const x = [
    [1, 2, 3],
    [0.5, -1, 0],
    [2, 0, -1],
  ];
  const y = [
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ];

  test.each([half, whole])("$name is right", async (loss) => {
    const { ok, loss: own } = await checkGradients(small(loss), x, y);
    expect(ok).toBe(true);
    expect(own).toMatchObject({ name: loss.name, checked: 6, skipped: 0 });
    expect(own!.error).toBeLessThan(0.01);
  });

  test("a wrong gradient is told from a wrong layer", async () => {
    const wrong = {
      ...half,
      name: "wrong",
      gradient: (o, t) => o.data.map((a, i) => 2 * (a - t.data[i]!)),
    } as OwnLoss;
    const { ok, loss, worst } = await checkGradients(small(wrong), x, y);
    expect(ok).toBe(false);
    expect(loss!.name).toBe("wrong");
    expect(loss!.error).toBeGreaterThan(0.4);
    expect(worst).toBeGreaterThanOrEqual(loss!.error);
  });

  test("kinks are left out", async () => {
    const at = sequential([dense({ units: 4, activation: "tanh" }), dense({ units: 2 })], {
      seed: 1,
      inputShape: [3],
    }).predict(x);
    const kinked: OwnLoss = {
      name: "kinked",
      value: (o) =>
        Array.from({ length: o.length }, (_, r) =>
          o.row(r).reduce((s, a, c) => s + Math.abs(a - at.row(r)[c]!), 0),
        ),
      gradient: (o) => o.data.map(() => 1),
    };
    expect((await checkGradients(small(kinked), x, y)).loss).toMatchObject({ checked: 0, skipped: 6 });
  });
});
