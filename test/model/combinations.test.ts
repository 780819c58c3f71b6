/** Every activation, loss and optimizer that may meet, in whole models: gradients against a double-precision network, training. */
import { describe, expect, test } from "vitest";
import { type ActivationName, activationField, activations } from "../../src/activations/table.ts";
import { checkGradients, dense, type Model, sequential, type TrainingOptions } from "../../src/index.ts";
import { LOSSES, type LossName, lossField, outputActivations } from "../../src/losses/table.ts";
import { OPTIMIZERS } from "../../src/optimizers/table.ts";
import { dealt } from "../support/dealt.ts";
import { values } from "../support/kernel.ts";
import { clouds } from "../support/problems.ts";
import type { Row } from "../support/reference.ts";
import { furthest, type ReferenceGradients, ReferenceNet } from "../support/referenceNet.ts";

const names = Object.keys(activations) as ActivationName[];
const hiddenNames = names.filter((name) => activations[name].trainable);
const pairs = LOSSES.flatMap((loss) => outputActivations(loss).map((output) => [loss, output] as const));
const others = LOSSES.flatMap((loss) =>
  names.filter((name) => !outputActivations(loss).includes(name)).map((output) => [loss, output] as const),
);

const INPUTS = 5;
const HIDDEN = 7;
const UNITS = 3;
const ROWS = 6;

/** Rows of random values in [-1, 1). */
function rows(n: number, width: number, seed: number): Row[] {
  const flat = values(n * width, seed);
  return Array.from({ length: n }, (_, r) => Array.from(flat.subarray(r * width, (r + 1) * width)));
}

/** Targets a loss makes sense of. */
function targets(loss: LossName, seed: number): Row[] {
  const kind = rows(ROWS, UNITS, seed);
  if (loss === "hinge") return kind.map((row) => row.map((v) => (v > 0 ? 1 : -1)));
  if (loss === "categoricalHinge") return kind.map((_, r) => [0, 1, 2].map((c) => Number(c === r % UNITS)));
  if (/rossentropy/i.test(loss)) return kind.map((row) => row.map((v) => 0.5 + 0.45 * v)); // soft ones too
  if (loss === "perceptron") return kind.map((row) => row.map((v) => Number(v > 0)));
  return kind;
}

function build(loss: LossName, output: ActivationName, hidden?: ActivationName): Model {
  const last = dense({ units: UNITS, activation: output, ...(!hidden && { inputShape: [INPUTS] }) });
  const model = sequential(
    hidden
      ? [
          dense({
            units: HIDDEN,
            activation: hidden,
            inputShape: [INPUTS],
            kernelRegularizer: { l1: 0.01, l2: 0.02 },
          }),
          last,
        ]
      : [last],
    { seed: 3 },
  );
  model.compile({ loss: { name: loss } as TrainingOptions["loss"], optimizer: "sgd" });
  const weights = model.weights();
  // biases that are zero could hide a bias that is left out
  for (const name of Object.keys(weights))
    if (name.endsWith("bias")) weights[name] = values(weights[name].length, 8);
  return model.setWeights(weights);
}

const square = (flat: ArrayLike<number>, width: number): Row[] =>
  Array.from({ length: flat.length / width }, (_, r) =>
    Array.from({ length: width }, (_, c) => flat[r * width + c]),
  );

/** What a choice by name alone comes to. */
const optionsOf = (config: object): { alpha?: number; delta?: number } => config;

/** The same network in double precision. */
function reference(model: Model, loss: LossName): ReferenceNet {
  const weights = model.weights();
  return new ReferenceNet(
    model.layers.map(({ name, outputShape, activation }, l) => ({
      kernel: square(weights[`${name}.kernel`], outputShape[0]),
      bias: Array.from(weights[`${name}.bias`]),
      activation: activation as ActivationName,
      alpha: optionsOf(activationField().check(activation)).alpha,
      ...(model.layers.length > 1 && l === 0 && { l1: 0.01, l2: 0.02 }),
    })),
    { name: loss, parameter: optionsOf(lossField().check(loss)).delta },
  );
}

async function analytic(model: Model, x: Row[], y: Row[]): Promise<ReferenceGradients> {
  const { loss, gradients } = await model.gradients(x, y);
  return {
    loss,
    layers: model.layers.map(({ name, outputShape }) => ({
      kernel: square(gradients[`${name}.kernel`], outputShape[0]),
      bias: Array.from(gradients[`${name}.bias`]),
    })),
  };
}

/** Throws unless model, reference and differences agree. `plant` may spoil the model's or the reference's gradients. */
async function check(
  loss: LossName,
  output: ActivationName,
  hidden: ActivationName,
  plant: { model?: (g: ReferenceGradients) => void; reference?: (g: ReferenceGradients) => void } = {},
): Promise<void> {
  const model = build(loss, output, hidden);
  const x = rows(ROWS, INPUTS, 11);
  const y = targets(loss, 12);
  const net = reference(model, loss);
  const want = net.gradients(x, y);
  plant.reference?.(want);
  const difference = furthest(want.layers, net.differences(x, y));
  if (!(difference < 2e-6)) throw new Error(`the reference is off its own differences by ${difference}`);
  const got = await analytic(model, x, y);
  plant.model?.(got);
  // 1 − e^(−z²) near z = 0 has lost most of float32's digits before the loss takes its logarithm
  const illConditioned = output === "gaussian" && /rossentropy/i.test(loss);
  const tolerance = illConditioned ? 2e-3 : 5e-6;
  if (!(Math.abs(got.loss - want.loss) < tolerance * (1 + Math.abs(want.loss))))
    throw new Error(`the loss is ${got.loss}, the reference says ${want.loss}`);
  const error = furthest(got.layers, want.layers);
  if (!(error < tolerance)) throw new Error(`the gradients are off the reference by ${error}`);
}

describe.each(dealt(pairs.filter(([loss]) => loss !== "perceptron")))("%s after %s", (loss, output) => {
  test("gradients agree with a network in double precision, whatever the hidden activation", async () => {
    for (const hidden of hiddenNames) {
      // with these, z come so near 0 that the ill-conditioned pair has no digits left to compare
      if (/^hard/.test(hidden) && output === "gaussian" && /rossentropy/i.test(loss)) continue;
      await expect(check(loss, output, hidden), `hidden ${hidden}`).resolves.toBeUndefined();
    }
  });

  test.each(OPTIMIZERS)("%s trains it", async (optimizer) => {
    const { x, labels, oneHot } = clouds(24);
    const hidden =
      hiddenNames[
        (pairs.findIndex(([l, o]) => l === loss && o === output) + OPTIMIZERS.indexOf(optimizer)) %
          hiddenNames.length
      ];
    const model = sequential(
      [dense({ units: 8, activation: hidden, inputShape: [4] }), dense({ units: 3, activation: output })],
      { seed: 1 },
    );
    const rate = {
      sgd: 0.4,
      momentum: 0.02,
      nesterov: 0.02,
      adam: 0.02,
      adamw: 0.02,
      rmsprop: 0.01,
      adagrad: 0.1,
    }[optimizer];
    // where an output of exactly 1 is an infinite loss, steps have to be small
    const steep = output === "gaussian" && /rossentropy/i.test(loss);
    // logarithms of probabilities fall without end
    const endless = optimizer === "sgd" && [output, hidden].includes("logSoftmax");
    const learningRate = endless ? rate / 40 : steep ? rate / 10 : rate;
    model.compile({
      loss: { name: loss } as TrainingOptions["loss"],
      optimizer: { name: optimizer, learningRate },
    });
    // logarithms of probabilities are never above 0
    const reached =
      output === "logSoftmax" ? oneHot.map((row) => row.map((v) => Math.log(0.1 + 0.7 * v))) : oneHot;
    const y = /hinge/i.test(loss) ? labels : reached;
    const before = (await model.evaluate(x, y)).loss;
    const { history } = await model.fit(x, y, { epochs: 60, batchSize: 8 });
    const after = (await model.evaluate(x, y)).loss;
    expect(history.loss).toHaveLength(60);
    expect(after, `hidden ${hidden}, from ${before}`).toBeLessThan(0.85 * before);
  });
});

describe("perceptron after step", () => {
  test("takes the perceptron rule's correction for a gradient", async () => {
    const model = build("perceptron", "step");
    const x = rows(ROWS, INPUTS, 11);
    const y = targets("perceptron", 12);
    const got = await analytic(model, x, y);
    const want = reference(model, "perceptron").gradients(x, y);
    expect(want.layers[0].kernel.flat().some((v) => v !== 0)).toBe(true);
    expect(furthest(got.layers, want.layers)).toBeLessThan(1e-6);
  });

  test.each(OPTIMIZERS)("%s trains it", async (optimizer) => {
    const x = [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ];
    const model = sequential([dense({ units: 1, activation: "step", inputShape: [2] })], { seed: 2 });
    model.compile({
      loss: "perceptron",
      optimizer: { name: optimizer, learningRate: 0.1 },
      metrics: ["accuracy"],
    });
    await model.fit(x, [0, 0, 0, 1], { epochs: 100, batchSize: 1 });
    expect(await model.evaluate(x, [0, 0, 0, 1])).toEqual({ loss: 0, accuracy: 1 });
  });
});

describe("the check can fail", () => {
  const spoil = (g: ReferenceGradients) => {
    g.layers[0].kernel[2][3] += 1e-4;
  };
  test("on a wrong gradient of the model", async () => {
    await expect(check("meanSquaredError", "tanh", "sigmoid", { model: spoil })).rejects.toThrow(
      "off the reference",
    );
  });
  test("on a wrong reference", async () => {
    await expect(check("meanSquaredError", "tanh", "sigmoid", { reference: spoil })).rejects.toThrow(
      "its own differences",
    );
  });
  test("on a wrong loss", async () => {
    const more = (g: ReferenceGradients) => {
      g.loss *= 1.0001;
    };
    await expect(check("meanSquaredError", "tanh", "sigmoid", { model: more })).rejects.toThrow(
      "the loss is",
    );
  });
  test("where a layer's gradient is scaled", async () => {
    const half = (g: ReferenceGradients) => {
      g.layers[1].bias = g.layers[1].bias!.map((v) => v / 2);
    };
    await expect(check("huber", "linear", "relu", { model: half })).rejects.toThrow("off the reference");
  });
});

describe("checkGradients, the public check", () => {
  const x = rows(ROWS, INPUTS, 11);
  test.each([
    ["meanSquaredError", "tanh", "gelu"],
    ["categoricalCrossentropy", "softmax", "tanh"],
    ["crossEntropy", "sigmoid", "silu"],
  ] as const)("%s after %s passes and leaves the weights as they were", async (loss, output, hidden) => {
    const model = build(loss, output, hidden);
    const before = model.weights();
    const result = await checkGradients(model, x, targets(loss, 12));
    expect(result.ok, JSON.stringify(result)).toBe(true);
    expect(Object.keys(result.tensors)).toEqual(Object.keys(before));
    expect(model.weights()).toEqual(before);
  });

  test("finds a planted error", async () => {
    const model = build("meanSquaredError", "tanh", "gelu");
    const honest = model.gradients.bind(model);
    model.gradients = async (...args: unknown[]) => {
      const result = await honest(...(args as Parameters<typeof honest>));
      result.gradients["dense_1.kernel"][0] *= 1.5;
      return result;
    };
    const result = await checkGradients(model, x, targets("meanSquaredError", 12));
    expect(result.ok).toBe(false);
    expect(result.tensors["dense_1.kernel"].error).toBeGreaterThan(0.02);
    expect(result.tensors["dense_2.kernel"].error).toBeLessThan(0.02);
  });
});

describe("what may not be combined", () => {
  test.each(others)("%s after %s is refused with what to do instead", (loss, output) => {
    const model = sequential([dense({ units: 3, activation: output, inputShape: [2] })]);
    const compile = () => model.compile({ loss: { name: loss } as TrainingOptions["loss"] });
    expect(compile).toThrow(`loss "${loss}" cannot follow the output activation "${output}": `);
    expect(compile).toThrow(/use (activation|loss)/);
  });

  test("a step inside", () => {
    const model = sequential([dense({ units: 3, activation: "step", inputShape: [2] }), dense({ units: 1 })]);
    expect(() => model.compile({ loss: "meanSquaredError" })).toThrow(
      'layers[0]: a hidden layer with activation "step" cannot be trained, because its gradient is zero everywhere; use "sigmoid"',
    );
  });

  test("perceptrons in layers", () => {
    const model = sequential([dense({ units: 3, inputShape: [2] }), dense({ units: 1, activation: "step" })]);
    expect(() => model.compile({ loss: "perceptron" })).toThrow("one layer of weights, this model has 2");
  });

  test.each(["categoricalCrossentropy", "sparseCategoricalCrossentropy", "categoricalHinge"] as const)(
    "%s with a single output",
    (loss) => {
      const model = sequential([dense({ units: 1, inputShape: [2] })]);
      expect(() => model.compile({ loss })).toThrow(/the output layer has 1: give it 2 units/);
    },
  );
});
