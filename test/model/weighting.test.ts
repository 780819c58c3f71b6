/** Weights of rows and of classes: as if the rows were there so many times. */
import { describe, expect, test } from "vitest";
import { buffersFor, range } from "../../src/data/dataset.ts";
import { splitRows } from "../../src/data/split.ts";
import {
  arrayDataset,
  type Dataset,
  dense,
  flatten,
  type Model,
  sequential,
  shifted,
  splitDataset,
  subset,
  type TrainingOptions,
  weightsSha256,
} from "../../src/index.ts";
import { clouds, dataset, slowly } from "../support/problems.ts";

const problem = clouds(12, 4, 3);
const { x, labels, oneHot } = problem;
const data = dataset(problem);
/** How often each row counts. */
const times = labels.map((_, r) => [1, 2, 0, 3, 1][r % 5]);
const total = times.reduce((a, b) => a + b, 0);
const repeated = <T>(rows: readonly T[]): T[] => rows.flatMap((row, r) => new Array<T>(times[r]).fill(row));

function fresh(loss: TrainingOptions["loss"] = "categoricalCrossentropy"): Model {
  return sequential(
    [dense({ units: 6, activation: "tanh", inputShape: [4] }), dense({ units: 3, activation: "softmax" })],
    { seed: 1 },
  ).compile({ loss, optimizer: { name: "sgd", learningRate: 0.2 }, metrics: ["accuracy"] });
}

/** Throws unless every gradient is `factor` times the other. */
function proportional(
  a: Awaited<ReturnType<Model["gradients"]>>,
  b: Awaited<ReturnType<Model["gradients"]>>,
  factor: number,
): void {
  expect(a.loss).toBeCloseTo(factor * b.loss, 6);
  for (const [name, g] of Object.entries(a.gradients)) {
    for (const [i, v] of g.entries()) {
      expect(Math.abs(v - factor * b.gradients[name][i]), `${name}[${i}]`).toBeLessThan(1e-6);
    }
  }
}

describe("a weight of n counts a row n times", () => {
  test.each(["categoricalCrossentropy", "meanSquaredError", "huber", "binaryCrossentropy"] as const)(
    "%s",
    async (loss) => {
      const model = fresh(loss);
      const weighted = await model.gradients(x, oneHot, { sampleWeight: times });
      const often = await model.gradients(repeated(x), repeated(oneHot));
      // both are means: over 12 rows, and over as many as there are with repetitions
      proportional(weighted, often, total / 12);
      const plain = await model.gradients(x, oneHot);
      expect(Math.abs(plain.loss - weighted.loss)).toBeGreaterThan(0.01);
    },
  );

  test("in evaluate", async () => {
    const model = fresh();
    const weighted = await model.evaluate(x, labels, { sampleWeight: Float32Array.from(times) });
    const often = await model.evaluate(repeated(x), repeated(labels));
    expect(weighted.loss * 12).toBeCloseTo(often.loss * total, 5);
    const seen: number[] = [];
    await model.evaluate(x, labels, { sampleWeight: times, onRow: (_row, loss) => void seen.push(loss) });
    expect(seen.map((loss) => loss === 0)).toEqual(times.map((n) => n === 0));
  });

  test("in fit, where the order of rows is another in each epoch", async () => {
    const model = fresh();
    await model.fit(data, { epochs: 3, batchSize: 5, sampleWeight: times });
    // by hand: the same steps on one gradient after the other
    const other = fresh();
    for (let epoch = 0; epoch < 3; epoch++)
      await other.fit(data, { batchSize: 5, epochs: epoch + 1, resume: epoch > 0, sampleWeight: times });
    expect(weightsSha256(other)).toBe(weightsSha256(model));
    // rows of weight 0 do not count, whatever is in them
    const spoilt = x.map((row, r) => (times[r] === 0 ? [9, -9, 9, 9] : row));
    const third = fresh();
    await third.fit(spoilt, labels, { epochs: 3, batchSize: 5, sampleWeight: times });
    const [a, b] = [third.weights(), model.weights()];
    for (const name of Object.keys(a)) expect(a[name]).toEqual(b[name]);
    const plain = fresh();
    await plain.fit(data, { epochs: 3, batchSize: 5 });
    expect(weightsSha256(plain)).not.toBe(weightsSha256(model));
  });
});

describe("weights of classes", () => {
  const classWeight = { 0: 2, 2: 0.5 };
  const factors = labels.map((label) => [2, 1, 0.5][label]);

  test("are weights of the rows that have the class", async () => {
    const model = fresh();
    const want = await model.gradients(data, { sampleWeight: factors });
    expect(await model.gradients(data, { classWeight })).toEqual(want);
    expect(await model.gradients(data, { classWeight: [2, 1, 0.5] })).toEqual(want);
    // both together: their product
    const both = await model.gradients(data, { classWeight, sampleWeight: times });
    expect(both).toEqual(await model.gradients(data, { sampleWeight: times.map((n, r) => n * factors[r]) }));
  });

  test.each(["categoricalCrossentropy", "meanSquaredError"] as const)(
    "for %s, whatever form the labels have",
    async (loss) => {
      const model = fresh(loss);
      const want = await model.gradients(x, labels, { classWeight });
      expect(await model.gradients(x, oneHot, { classWeight })).toEqual(want);
      expect(want).not.toEqual(await model.gradients(x, labels));
      const [a, b, c] = [fresh(loss), fresh(loss), fresh(loss)];
      await a.fit(x, labels, { classWeight, batchSize: 5 });
      await b.fit(x, oneHot, { classWeight, batchSize: 5 });
      await c.fit(slowly(data), { classWeight, batchSize: 5 });
      expect(weightsSha256(b)).toBe(weightsSha256(a));
      expect(weightsSha256(c)).toBe(weightsSha256(a));
      const [p, q] = [
        await a.evaluate(x, labels, { classWeight }),
        await a.evaluate(x, oneHot, { classWeight }),
      ];
      expect(p).toEqual(q);
      expect(p.loss).not.toBe((await a.evaluate(x, labels)).loss);
    },
  );

  test("with a single output, as labels, values, and −1 and 1", async () => {
    const two = clouds(10, 4, 2);
    const column = two.labels.map((v) => [v]);
    const signs = two.labels.map((v) => [2 * v - 1]);
    for (const loss of ["binaryCrossentropy", "hinge"] as const) {
      const model = sequential([dense({ units: 1, inputShape: [4] })], { seed: 1 }).compile({ loss });
      const want = await model.gradients(two.x, two.labels, {
        sampleWeight: two.labels.map((v) => (v === 1 ? 3 : 1)),
      });
      for (const y of [two.labels, loss === "hinge" ? signs : column]) {
        expect(await model.gradients(two.x, y, { classWeight: { 1: 3 } })).toEqual(want);
      }
    }
  });

  test("do not weigh the validation, as in Keras", async () => {
    const model = fresh();
    const { history } = await model.fit(data, { classWeight, validationData: data });
    expect(history.valLoss[0]).toBe((await model.evaluate(data)).loss);
  });
});

describe("rows and their weights stay together", () => {
  const sampleWeight = labels.map((_, r) => 1 + r / 7);
  const [held, kept] = splitDataset(data, 0.25, { seed: 1 });
  const rowsOf = (part: Dataset) => {
    const { x: values } = buffersFor(part, part.length);
    part.read(range(part.length), values, new Int32Array(part.length));
    return Array.from({ length: part.length }, (_, r) =>
      x.findIndex((row) => Math.fround(row[0]) === values[r * 4]),
    );
  };
  const weightsOf = (part: Dataset) => rowsOf(part).map((row) => sampleWeight[row]);

  test.each([false, true])("with validationSplit, validation rows included (worker: %s)", async (worker) => {
    const a = fresh();
    const one = await a.fit(data, { epochs: 2, batchSize: 4, sampleWeight, validationSplit: 0.25, worker });
    const b = fresh();
    const { x: values, y } = buffersFor(kept, kept.length);
    kept.read(range(kept.length), values, y);
    const two = await b.fit(held, {
      epochs: 2,
      batchSize: 4,
      sampleWeight: weightsOf(held),
      validationData: [values, [...y], weightsOf(kept)],
      worker,
    });
    expect(one).toEqual(two);
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    expect(one.history.valLoss[1]).toBe((await a.evaluate(kept, { sampleWeight: weightsOf(kept) })).loss);
    expect(one.history.valLoss[1]).not.toBe((await a.evaluate(kept)).loss);
  });

  test("with images that are moved, and validationSplit", async () => {
    const images = arrayDataset(
      { data: Uint8Array.from({ length: 16 * 16 }, (_, i) => (i * 37) % 251), shape: [16, 4, 4, 1] },
      Int32Array.from({ length: 16 }, (_, r) => r % 2),
    );
    const weights = Array.from({ length: 16 }, (_, r) => r + 1);
    const make = () =>
      sequential([flatten(), dense({ units: 2, activation: "softmax" })], { seed: 3 }).compile({
        loss: "categoricalCrossentropy",
      });
    const options = { epochs: 2, batchSize: 7 };
    const a = make();
    await a.fit(images, { ...options, shifted: 1, sampleWeight: weights });
    const b = make();
    const five = shifted(images, 1);
    await b.fit(five, { ...options, sampleWeight: Array.from({ length: 80 }, (_, r) => weights[r % 16]) });
    expect(weightsSha256(a)).toBe(weightsSha256(b));
    const c = make();
    await c.fit(images, { ...options, shifted: 1, sampleWeight: [...weights].reverse() });
    expect(weightsSha256(c)).not.toBe(weightsSha256(b));

    const d = make();
    await d.fit(images, {
      ...options,
      shifted: 1,
      augment: { rotate: 5 },
      sampleWeight: weights,
      validationSplit: 0.25,
    });
    const [train, validation] = splitRows(images, 0.25, { seed: 3 });
    const e = make();
    await e.fit(subset(images, train), {
      ...options,
      shifted: 1,
      augment: { rotate: 5 },
      sampleWeight: Array.from(train, (row) => weights[row]),
      validationData: subset(images, validation),
    });
    expect(weightsSha256(d)).toBe(weightsSha256(e));
  });
});

describe("errors", () => {
  const all = async (options: object, message: string) => {
    const model = fresh();
    await expect(model.fit(data, options)).rejects.toThrow(message);
    await expect(model.evaluate(data, options)).rejects.toThrow(message);
    await expect(model.gradients(data, options)).rejects.toThrow(message);
    await model.fit(data); // and nothing is stuck
  };
  test("sample weights", async () => {
    await all({ sampleWeight: [1, 2] }, "sampleWeight: expected 12 factors, one per row, got 2");
    await all(
      { sampleWeight: times.map((n) => (n === 3 ? NaN : n)) },
      "sampleWeight[3]: expected a number ≥ 0, got NaN",
    );
    await all({ sampleWeight: times.map((n) => -n) }, "sampleWeight[0]: expected a number ≥ 0, got -1");
    await all({ sampleWeight: times.map(() => 1e300) }, "sampleWeight[0]: expected a number ≥ 0, got 1e+300");
    await expect(fresh().fit(data, { validationData: [x, labels, [1, 2]] })).rejects.toThrow(
      "validationData: sampleWeight: expected 12 factors, one per row, got 2",
    );
  });
  test("class weights", async () => {
    await all({ classWeight: { 3: 1 } }, "classWeight: there is no class 3; classes are 0 to 2");
    await all({ classWeight: { cat: 1 } }, "classWeight: there is no class cat");
    await all({ classWeight: { 1: -1 } }, "classWeight[1]: expected a number ≥ 0, got -1");
    await all({ classWeight: { 1: Number.POSITIVE_INFINITY } }, "classWeight[1]: expected a number ≥ 0");
    const regression = sequential([dense({ units: 1, inputShape: [4] })]).compile({
      loss: "meanSquaredError",
    });
    const y = x.map(([a]) => a);
    await expect(regression.fit(x, y, { classWeight: { 1: 2 } })).rejects.toThrow(
      "the targets are quantities, not classes",
    );
  });
});
