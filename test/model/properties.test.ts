/** What mathematics says of trainings, held against random problems: order of rows, convex losses, depth, rates that are too large. */
import { describe, expect, test } from "vitest";
import { ACTIVATIONS, activations } from "../../src/activations/table.ts";
import { load, type Model, NablaError, sequential } from "../../src/index.ts";
import { batchNormalization, dense, residual } from "../../src/layers/index.ts";
import { OPTIMIZERS, type OptimizerInput } from "../../src/optimizers/table.ts";
import { dealt } from "../support/dealt.ts";
import { values } from "../support/kernel.ts";

const shaped = (data: Float32Array, ...shape: number[]) => ({ data, shape });
const EPSILON = 2 ** -24;

/** Order of 0 … n − 1, drawn. */
function shuffled(n: number, seed: number): number[] {
  const keys = values(n, seed);
  return Array.from({ length: n }, (_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
}

test.each([2, 17, 64, 300])(
  "a batch of %i rows in another order has the same gradient, to rounding",
  async (rows) => {
    const [inputs, units] = [7, 3];
    const model = sequential(
      [dense({ units: 5, activation: "tanh", inputShape: [inputs] }), dense({ units })],
      { seed: rows },
    ).compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const [x, y] = [values(rows * inputs, 3), values(rows * units, 4)];
    const order = shuffled(rows, rows);
    const take = (from: Float32Array, width: number) =>
      Float32Array.from(order.flatMap((row) => [...from.subarray(row * width, (row + 1) * width)]));
    const given = await model.gradients(shaped(x, rows, inputs), shaped(y, rows, units));
    const other = await model.gradients(
      shaped(take(x, inputs), rows, inputs),
      shaped(take(y, units), rows, units),
    );
    // Σ of `rows` terms, rounded after each product and sum: |error| ≤ rows · ε · Σ |terms| for either order (Higham 2002, 4.2), and the
    // terms of one row are the same bits. Σ |terms| is that of gradients of single rows, whose mean over rows this is.
    const sizes: Record<string, Float64Array> = {};
    for (let r = 0; r < rows; r++) {
      const one = await model.gradients(
        shaped(x.subarray(r * inputs, (r + 1) * inputs), 1, inputs),
        shaped(y.subarray(r * units, (r + 1) * units), 1, units),
      );
      for (const [name, g] of Object.entries(one.gradients)) {
        sizes[name] ??= new Float64Array(g.length);
        g.forEach((v, i) => {
          sizes[name]![i]! += Math.abs(v) / rows;
        });
      }
    }
    for (const [name, g] of Object.entries(given.gradients))
      g.forEach((v, i) => {
        const bound = 2 * (rows + 3) * EPSILON * sizes[name]![i]! + 1e-37;
        expect(Math.abs(v - other.gradients[name]![i]!), `${name}[${i}]`).toBeLessThanOrEqual(bound);
      });
    expect(Math.abs(given.loss - other.loss)).toBeLessThanOrEqual(2 * (rows + 3) * EPSILON * given.loss);
  },
);

describe.each(dealt(OPTIMIZERS))("%s", (name) => {
  const rate = {
    adagrad: 0.5,
    sgd: 0.2,
    momentum: 0.03,
    nesterov: 0.03,
    rmsprop: 0.01,
    adam: 0.05,
    adamw: 0.05,
  } as Record<string, number>;
  const optimizer = { name, learningRate: rate[name] ?? 0.02, weightDecay: 0 } as OptimizerInput;
  const rows = 64;
  const x = values(rows * 2, 9);

  test("linear regression comes down to the least squares that a closed form gives", async () => {
    const y = Float32Array.from(
      { length: rows },
      (_, r) => 0.7 * x[2 * r]! - 0.4 * x[2 * r + 1]! + 0.2 + 0.1 * values(rows, 5)[r]!,
    );
    const model = sequential([dense({ units: 1, inputShape: [2] })]).compile({
      loss: "meanSquaredError",
      optimizer,
    });
    const data = [shaped(x, rows, 2), shaped(y, rows, 1)] as const;
    const before = (await model.evaluate(...data)).loss;
    const { history } = await model.fit(...data, { epochs: 400, batchSize: rows, shuffle: false });
    const best = leastSquares(x, y, rows);
    const after = (await model.evaluate(...data)).loss;
    expect(after).toBeGreaterThan(best * (1 - 1e-5));
    expect(after - best).toBeLessThan(0.02 * (before - best));
    // a convex loss of whole batches: a tenth later it is never above what it was
    const loss = history.loss!;
    for (let e = 40; e < loss.length; e += 40)
      expect(loss[e]! - best, `epoch ${e}`).toBeLessThan((loss[e - 40]! - best) * 1.02 + 1e-3);
  });

  test("with an average of weights it comes down as well", async () => {
    const y = Float32Array.from({ length: rows }, (_, r) => 0.7 * x[2 * r]! - 0.4 * x[2 * r + 1]! + 0.2);
    const averaged = { ...(optimizer as object), useEma: true, emaMomentum: 0.9 } as OptimizerInput;
    const model = sequential([dense({ units: 1, inputShape: [2] })]).compile({
      loss: "meanSquaredError",
      optimizer: averaged,
    });
    const data = [shaped(x, rows, 2), shaped(y, rows, 1)] as const;
    const before = (await model.evaluate(...data)).loss;
    await model.fit(...data, { epochs: 400, batchSize: rows });
    expect((await model.evaluate(...data)).loss).toBeLessThan(0.02 * before);
  });

  test("logistic regression of shares it can reach comes down to their entropy", async () => {
    const p = Float32Array.from(
      { length: rows },
      (_, r) => 1 / (1 + Math.exp(-(1.5 * x[2 * r]! - x[2 * r + 1]! + 0.3))),
    );
    const entropy = p.reduce((s, v) => s - v * Math.log(v) - (1 - v) * Math.log(1 - v), 0) / rows;
    const model = sequential([dense({ units: 1, activation: "sigmoid", inputShape: [2] })]).compile({
      loss: "binaryCrossentropy",
      optimizer,
    });
    const data = [shaped(x, rows, 2), shaped(p, rows, 1)] as const;
    const before = (await model.evaluate(...data)).loss;
    await model.fit(...data, { epochs: 400, batchSize: rows });
    const { loss } = await model.evaluate(...data);
    expect(loss).toBeGreaterThan(entropy - 1e-5);
    expect(loss - entropy).toBeLessThan(0.1 * (before - entropy));
  });

  test.each([{}, { useEma: true }, { clipNorm: 1 }, { clipValue: 1 }, { weightDecay: 0.1 }])(
    "a rate that is too large is caught, explained, and leaves finite weights: %o",
    async (more) => {
      const wild = { ...(optimizer as object), learningRate: 1e30, ...more } as OptimizerInput;
      const model = sequential([
        dense({ units: 8, activation: "relu", inputShape: [2] }),
        dense({ units: 8, activation: "relu" }),
        dense({ units: 1 }),
      ]).compile({ loss: "meanSquaredError", optimizer: wild });
      const y = values(rows, 6);
      const options = { epochs: 30, batchSize: 16, microBatchSize: 8 };
      const error: unknown = await model.fit(shaped(x, rows, 2), shaped(y, rows, 1), options).then(
        () => undefined,
        (cause) => cause,
      );
      expect(error).toBeInstanceOf(NablaError);
      expect((error as NablaError).message).toMatch(
        /^training stopped at step \d+ \(epoch \d+, batch \d+\): the loss is NaN or infinite; .*layer ".*learning rate \(1e\+30\) is too large; make it smaller, clip gradients .*Nothing is lost/,
      );
      for (const weights of Object.values(model.weights())) expect(weights.every(Number.isFinite)).toBe(true);
      const { data } = model.predict(shaped(new Float32Array(2), 1, 2));
      expect(data).toHaveLength(1);
      expect(() => load(model.save())).not.toThrow();
    },
  );
});

/** The least mean of squares of a plane through (x₀, x₁, y), by the normal equations in float64. */
function leastSquares(x: Float32Array, y: Float32Array, rows: number): number {
  const at = (r: number) => [x[2 * r]!, x[2 * r + 1]!, 1];
  const a = [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => sum(rows, (r) => at(r)[i]! * at(r)[j]!)).concat(sum(rows, (r) => at(r)[i]! * y[r]!)),
  );
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      if (i === j) continue;
      const factor = a[j]![i]! / a[i]![i]!;
      for (let k = 0; k < 4; k++) a[j]![k]! -= factor * a[i]![k]!;
    }
  const w = a.map((row, i) => row[3]! / row[i]!);
  return sum(rows, (r) => (at(r).reduce((s, v, i) => s + v * w[i]!, 0) - y[r]!) ** 2) / rows;
}
const sum = (n: number, of: (i: number) => number): number =>
  Array.from({ length: n }, (_, i) => of(i)).reduce((s, v) => s + v, 0);

// logarithms of logarithms of … have no bound: after a hundred they leave float32
const trainable = ACTIVATIONS.filter((name) => activations[name].trainable && name !== "logSoftmax");
describe("a hundred layers", () => {
  const x = shaped(values(4 * 8, 2), 4, 8);
  const y = shaped(values(4 * 2, 3), 4, 2);
  async function finite(model: Model): Promise<void> {
    const { loss, gradients } = await model
      .compile({ loss: "meanSquaredError", optimizer: "sgd" })
      .gradients(x, y);
    expect(Number.isFinite(loss)).toBe(true);
    for (const [name, g] of Object.entries(gradients)) expect(g.every(Number.isFinite), name).toBe(true);
  }

  test.each(trainable)("of %s: loss and gradients are numbers", async (activation) => {
    for (const kernelInitializer of ["heNormal", "glorotUniform"] as const)
      await finite(
        sequential([
          dense({
            units: 8,
            activation,
            kernelInitializer,
            inputShape: [8],
          }),
          ...Array.from({ length: 98 }, () => dense({ units: 8, activation, kernelInitializer })),
          dense({ units: 2 }),
        ]),
      );
  });

  test("with residual blocks or normalisation the first layer learns", async () => {
    for (const block of [
      () => residual([dense({ units: 8, activation: "tanh" })]),
      () =>
        residual([
          batchNormalization(),
          dense({ units: 8, activation: "relu", kernelInitializer: "heNormal" }),
        ]),
    ]) {
      const model = sequential([
        dense({ units: 8, inputShape: [8] }),
        ...Array.from({ length: 98 }, block),
        dense({ units: 2 }),
      ]);
      await finite(model);
      const { gradients } = await model.gradients(x, y);
      const [first] = Object.values(gradients);
      expect(first!.some((v) => v !== 0)).toBe(true);
    }
  });

  test("and a thousand can be built, saved, loaded, summarised and trained", async () => {
    const model = sequential([
      dense({ units: 2, inputShape: [8] }),
      ...Array.from({ length: 998 }, () => dense({ units: 2 })),
      dense({ units: 2 }),
    ]).compile({ loss: "meanSquaredError", optimizer: "sgd" });
    await model.fit(x, y, { epochs: 1 });
    expect(model.summary().split("\n").length).toBeGreaterThan(1000);
    expect(load(model.save()).predict(x).data).toEqual(model.predict(x).data);
  });
});

describe("edges of a batch", () => {
  const rows = 6;
  const x = values(rows * 3, 8);
  const y = Array.from({ length: rows }, (_, r) => r % 2);
  const data = shaped(x, rows, 3);
  const fresh = () =>
    sequential([
      dense({ units: 4, activation: "relu", inputShape: [3] }),
      batchNormalization(),
      dense({ units: 2, activation: "softmax" }),
    ]).compile({
      loss: "categoricalCrossentropy",
      optimizer: { name: "sgd", learningRate: 0.1 },
      metrics: ["accuracy", "auc", "f1"],
    });

  test("rows that all weigh nothing change no weight and give no NaN", async () => {
    const model = fresh();
    const { loss, gradients } = await model.gradients(data, y, { sampleWeight: new Array(rows).fill(0) });
    expect(loss).toBe(0);
    for (const g of Object.values(gradients)) expect(g.every((v) => v === 0)).toBe(true);
    const before = model.weights();
    await model.fit(data, y, { sampleWeight: new Array(rows).fill(0) });
    expect(model.weights()["dense.kernel"] ?? model.weights()["dense_1.kernel"]).toEqual(
      before["dense.kernel"] ?? before["dense_1.kernel"],
    );
  });

  test("one row, equal rows and constant columns pass batch normalisation", async () => {
    for (const [n, rowsOf] of [
      [1, x.subarray(0, 3)],
      [4, new Float32Array(12).fill(7)],
      [4, new Float32Array(12).fill(1e30)],
    ] as const) {
      const model = fresh();
      const { history } = await model.fit(shaped(rowsOf, n, 3), y.slice(0, n), { epochs: 2 });
      expect(history.loss!.every(Number.isFinite), `${n}`).toBe(true);
    }
  });

  test("gradients whose squares overflow are clipped to their norm", async () => {
    const model = sequential([
      dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [2] }),
    ]).compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1, clipNorm: 1 } });
    await model.fit(shaped(Float32Array.of(3, 4), 1, 2), shaped(Float32Array.of(1e18), 1, 1));
    const [w] = Object.values(model.weights());
    expect(Math.hypot(...w!)).toBeCloseTo(1, 6);
    expect(w![1]! / w![0]!).toBeCloseTo(4 / 3, 6);
  });
});
