/** Settings at the ends of what is taken: weights stay finite, or the training says that they would not and goes back. */
import { expect, test } from "vitest";
import { dense, load, NablaError, sequential, type TrainingOptions } from "../../src/index.ts";
import { OPTIMIZERS, type OptimizerInput } from "../../src/optimizers/table.ts";
import { dealt } from "../support/dealt.ts";
import { values } from "../support/kernel.ts";

const rows = 24;
const x = { data: values(rows * 3, 1), shape: [rows, 3] };
const LARGEST = 3.4028234e38;
/** Large and small numbers that options take. */
const EXTREMES = [1e-45, 1e-38, 1e-20, 1e20, 1e38, LARGEST, 1e300];

interface Tried {
  readonly optimizer?: Record<string, number>;
  readonly penalty?: { l1?: number; l2?: number };
  /** What targets are multiplied by, which gradients follow. */
  readonly scale?: number;
}

/** Whether it trained; undefined where the options are refused. */
async function outcome(name: string, { optimizer, penalty, scale = 1 }: Tried): Promise<boolean | undefined> {
  const model = sequential(
    [
      dense({
        units: 5,
        activation: "tanh",
        inputShape: [3],
        ...(penalty && { kernelRegularizer: penalty }),
      }),
      dense({ units: 1 }),
    ],
    { seed: 2 },
  );
  try {
    model.compile({
      loss: "meanSquaredError",
      optimizer: { name, ...optimizer } as OptimizerInput as TrainingOptions["optimizer"],
    });
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    return undefined;
  }
  const y = { data: values(rows, 2).map((v) => v * scale), shape: [rows, 1] };
  let told = false;
  try {
    const { history } = await model.fit(x, y, { epochs: 4, batchSize: 8 });
    expect(history.loss!.every(Number.isFinite)).toBe(true);
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    expect((error as Error).message).toMatch(/the loss is NaN or infinite|not finite/);
    told = true;
  }
  for (const [tensor, weights] of Object.entries(model.weights()))
    expect(weights.every(Number.isFinite), tensor).toBe(true);
  expect(load(model.save()).predict(x).data).toEqual(model.predict(x).data);
  return !told;
}

test.each(dealt(OPTIMIZERS))("%s", async (name) => {
  const seen = new Map<string, boolean | undefined>();
  const see = async (what: string, tried: Tried) => {
    seen.set(what, await outcome(name, tried));
  };
  for (const value of EXTREMES) {
    await see(`weightDecay ${value}`, { optimizer: { weightDecay: value } });
    await see(`clipValue ${value}`, { optimizer: { clipValue: value } });
    await see(`clipNorm ${value}`, { optimizer: { clipNorm: value } });
    await see(`learningRate ${value}`, { optimizer: { learningRate: value } });
    await see(`l1 ${value}`, { penalty: { l1: value } });
    await see(`l2 ${value}`, { penalty: { l2: value } });
    await see(`epsilon ${value}`, { optimizer: { epsilon: value } });
    // gradients whose squares are 0 or infinite in float32
    for (const scale of [1e-30, 1e-15, 1e15, 1e18])
      await see(`epsilon ${value}, targets ${scale}`, { optimizer: { epsilon: value }, scale });
  }
  // what does nothing, or next to nothing, trains
  for (const harmless of ["clipValue 1e+38", "clipNorm 1e+38", "weightDecay 1e-20", "l1 1e-20", "l2 1e-20"])
    expect(seen.get(harmless), harmless).toBe(true);
  // and some of it could not go well
  expect([...seen.values()]).toContain(false);
});

test("a learning rate of 0 is refused where it is written, and a step with it changes nothing", async () => {
  const model = sequential([dense({ units: 1, inputShape: [3] })]);
  expect(() =>
    model.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 0 } }),
  ).toThrow(/learningRate: expected a finite number > 0, got 0/);
  const y = { data: values(rows, 2), shape: [rows, 1] };
  for (const name of OPTIMIZERS) {
    model.compile({ loss: "meanSquaredError", optimizer: name });
    const before = model.weights();
    await model.trainOnBatch(x, y, { learningRate: 0 });
    expect(model.weights(), name).toEqual(before);
  }
});
