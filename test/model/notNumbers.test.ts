/** NaN and infinities among the values that a model is given: the row is named wherever they come in. */
import { describe, expect, test } from "vitest";
import { exportModule } from "../../src/export/index.ts";
import {
  type Dataset,
  ensemble,
  input,
  type Model,
  model,
  type Outputs,
  sequential,
} from "../../src/index.ts";
import { activation, concatenate, dense, flatten, maxPooling2d } from "../../src/layers/index.ts";
import { load } from "../../src/predict/index.ts";

const WIDTH = 3;
const ROWS = 300;
/** Rows of numbers, with one that is none: in a row behind the first batch of predict(). */
const BAD = { row: 270, column: 1 };
function rowsWith(value: number): Float32Array {
  const x = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => ((i * 7) % 11) / 11 - 0.5);
  x[BAD.row * WIDTH + BAD.column] = value;
  return x;
}
const NONE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const small = (last: "softmax" | "sigmoid" | "linear" = "softmax"): Model =>
  sequential([
    dense({ units: 4, activation: "relu", inputShape: [WIDTH] }),
    dense({ units: 2, activation: last }),
  ]).compile({ optimizer: "sgd", loss: last === "linear" ? "meanSquaredError" : "categoricalCrossentropy" });

/** A data set of a program's own, which nobody has looked at. */
const own = (x: Float32Array, targets?: Float32Array): Dataset => ({
  name: "sensors",
  length: ROWS,
  inputShape: [WIDTH],
  inputType: "float32",
  inputScale: 1,
  target: targets ? { kind: "values", size: 2 } : { kind: "class", classes: 2 },
  read(indices, to, y) {
    indices.forEach((row, i) => {
      to.set(x.subarray(row * WIDTH, (row + 1) * WIDTH), i * WIDTH);
      if (targets) y.set(targets.subarray(row * 2, row * 2 + 2), i * 2);
      else y[i] = row % 2;
    });
  },
});

describe.each(NONE)("%d", (value) => {
  const where = `row 270: value 1 of its input is not a finite number (${value}); mend it, or leave the row out`;
  const x = rowsWith(value);

  test("in predict(), whatever the batch size", () => {
    for (const batchSize of [1, 7, 256, 1000])
      expect(() => small().predict(x, { batchSize })).toThrow(`predict: ${where}`);
  });

  test("behind layers that hide it", () => {
    const image = [2, 2, 1];
    const hiding = [
      sequential([activation({ activation: "step", inputShape: [4] })]),
      sequential([dense({ units: 2, activation: "hardSigmoid", inputShape: [4] })]),
      sequential([maxPooling2d({ inputShape: image }), flatten()]),
    ];
    for (const each of hiding) {
      const shape = [3, ...each.inputShape];
      const data = new Float32Array(12).fill(0.5);
      data[6] = value;
      expect(() => each.predict({ data, shape })).toThrow(
        "predict: row 1: value 2 of its input is not a finite number",
      );
    }
  });

  test("in nested arrays and in plain numbers, which float32 makes", () => {
    expect(() =>
      small().predict([
        [0, 1, 2],
        [value, 0, 0],
      ]),
    ).toThrow("predict: row 1: value 0 of its input");
    expect(() => small().predict([[0, 1, Math.sign(value || 1) * 1e39]])).toThrow(
      /row 0: value 2 of its input is not a finite number \(-?Infinity\)/,
    );
  });

  test("in one of several inputs, which is named", () => {
    const [a, b] = [input({ shape: [2], name: "a" }), input({ shape: [1], name: "b" })];
    const two = model({
      inputs: [a, b],
      outputs: { sum: dense({ units: 1 }).apply(concatenate().apply([a, b])) },
    });
    const [left, right] = [new Float32Array(6), Float32Array.of(0, 0, value)];
    expect(() => two.predict({ a: left, b: right })).toThrow(
      `predict: row 2: value 0 of its input "b" is not a finite number (${value})`,
    );
  });

  test("in a data set, in a vote, and in what nabla/predict loads", () => {
    const made = small();
    expect(() => made.predict(own(x))).toThrow(`predict: ${where}`);
    expect(() => ensemble([made, small()]).predict(x)).toThrow(`predict: ${where}`);
    expect(() => load(made.save()).predict(x)).toThrow(`predict: ${where}`);
  });

  test("in a vote that is evaluated the row of the data set is named", async () => {
    await expect(ensemble([small(), small()]).evaluate(own(x))).rejects.toThrow(where);
  });

  test("in an exported module", async () => {
    const { code } = exportModule(small());
    const { predict } = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);
    expect(() => predict(x)).toThrow(`predict: ${where}`);
    expect(predict(rowsWith(1))).toEqual((small().predict(rowsWith(1)) as Outputs).data);
  });

  const said = "sensors: row 270: value 1 of its input is not a finite number";

  test("in evaluate(), gradients() and inputGradients()", async () => {
    await expect(small().evaluate(own(x))).rejects.toThrow(said);
    await expect(small().gradients(own(x))).rejects.toThrow(said);
    await expect(small().inputGradients(own(x))).rejects.toThrow(said);
  });

  test("in fit(), also where the loss does not show it; the weights stay", async () => {
    const made = sequential([
      dense({ units: 2, activation: "sigmoid", kernelInitializer: "ones", inputShape: [WIDTH] }),
      dense({ units: 2, activation: "softmax" }),
    ]).compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    const training = made.fit(own(x), { shuffle: false, batchSize: 10 });
    const error = await training.catch((cause) => cause);
    expect(error.message).toContain(
      `training stopped at step 28 (epoch 1, batch 28): ${said} (${value}); mend it, or leave the row out. Nothing is lost`,
    );
    expect(error.details).toMatchObject({ row: 270, step: 27 });
    for (const values of Object.values(made.weights())) expect(values.every(Number.isFinite)).toBe(true);
  });

  test("in trainOnBatch() and testOnBatch()", async () => {
    const made = small();
    await expect(made.trainOnBatch(own(x))).rejects.toThrow(`trainOnBatch: ${said}`);
    await expect(made.testOnBatch(own(x))).rejects.toThrow(said);
    await expect(made.forward(x)).rejects.toThrow(`forward: ${where}`);
  });

  test("in targets", async () => {
    const targets = new Float32Array(ROWS * 2);
    targets[BAD.row * 2 + 1] = value;
    const message = "sensors: row 270: value 1 of its target is not a finite number";
    const made = small("linear");
    await expect(made.evaluate(own(rowsWith(0), targets))).rejects.toThrow(message);
    await expect(made.gradients(own(rowsWith(0), targets))).rejects.toThrow(message);
    await expect(made.fit(own(rowsWith(0), targets))).rejects.toThrow(message);
  });
});

test("bytes, zeros of both signs, subnormal and largest numbers are numbers", () => {
  const made = small();
  expect(made.predict(new Uint8Array(6).fill(255)).length).toBe(2);
  const edge = [0, -0, 1e-45, -1e-45, 1.1754942e-38, 1e38, -1e38, 3e38, 3.4028235e38];
  expect(made.predict(Float32Array.from(edge)).length).toBe(3);
});
