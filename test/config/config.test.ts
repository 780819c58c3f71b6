import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, expectTypeOf, test } from "vitest";
import committed from "../../schema/nabla.schema.json?raw";
import { ACTIVATIONS, activationField } from "../../src/activations/table.ts";
import { type Config, type ConfigInput, checkConfig, parseConfig } from "../../src/config/config.ts";
import { configSchema } from "../../src/config/configSchema.ts";
import { schemaOfFields } from "../../src/config/schema.ts";
import { NablaError } from "../../src/errors.ts";
import type { Field } from "../../src/fields/fields.ts";
import { INITIALIZERS, initializerField } from "../../src/initializers/table.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import { LOSSES, lossField } from "../../src/losses/table.ts";
import { OPTIMIZERS, optimizerField } from "../../src/optimizers/table.ts";
import { SCHEDULES, scheduleField } from "../../src/schedules/table.ts";

const schema = JSON.parse(committed);
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
const valid = ajv.compile(schema);

const small = (): ConfigInput => ({
  nabla: 1,
  model: { inputShape: [2], layers: [{ type: "dense", units: 1 }] },
  training: { loss: "binaryCrossentropy" },
});
const full: ConfigInput = {
  $schema: "./node_modules/nabla/schema/nabla.schema.json",
  nabla: 1,
  model: {
    inputShape: [28, 28, 1],
    layers: [
      { type: "flatten", name: "pixels" },
      {
        type: "dense",
        name: "hidden-1",
        units: 100,
        activation: { name: "leakyRelu", alpha: 0.01 },
        useBias: false,
        kernelInitializer: { name: "gaussian", stddev: 0.1 },
        biasInitializer: "ones",
        kernelRegularizer: { l2: 1e-4 },
      },
      { type: "activation", activation: "tanh" },
      { type: "dense", units: 10, activation: "softmax" },
    ],
  },
  training: {
    loss: { name: "huber", delta: 0.5 },
    optimizer: { name: "adamw", learningRate: 0.01, clipNorm: 1 },
    schedule: { name: "cosine", warmupEpochs: 0.5 },
    metrics: ["accuracy", "f1"],
    batchSize: 64,
    epochs: 5,
    seed: 7,
    shuffle: false,
    validationSplit: 0.1,
    classWeight: { "0": 1, "12": 2.5 },
    augment: { shift: 2, rotate: 15, elastic: true, flip: "both", imageShape: [28, 28] },
    earlyStopping: { patience: 3, restoreBestWeights: true },
    reduceLROnPlateau: {},
  },
};

function message(document: unknown): string {
  try {
    checkConfig(document, "nabla.json");
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    return (error as NablaError).message.replace(/^nabla\.json: /, "");
  }
}
const layered = (...layers: unknown[]) => ({ ...small(), model: { inputShape: [2], layers } });
const trained = (training: object) => ({ ...small(), training: { loss: "hinge", ...training } });

test("the committed schema is what the specification gives (node scripts/schema.mjs writes it)", () => {
  expect(committed).toBe(`${JSON.stringify(schemaOfFields(), null, 2)}\n`);
  expect(configSchema()).toEqual(schema);
});

describe("check and the committed schema agree", () => {
  test.each<[document: unknown, message: string]>([
    [small(), ""],
    [full, ""],
    [
      layered({ type: "dense", units: 3 }, { type: "dense", units: -3 }),
      "model.layers[1].units: expected a whole number ≥ 1, got -3",
    ],
    [
      layered({ type: "dense", units: 3, activation: "reul" }),
      `model.layers[0].activation: expected one of ${ACTIVATIONS.join(", ")}, or an object with that name, got "reul"; did you mean "relu"?`,
    ],
    [
      layered({ type: "dense", units: 3, activation: { name: "relu", alpha: 1 } }),
      "model.layers[0].activation.alpha: unknown field; expected one of name, maxValue, negativeSlope, threshold",
    ],
    [
      layered({ type: "dense", units: 3, activation: { alpha: 1 } }),
      `model.layers[0].activation.name: missing; expected one of ${ACTIVATIONS.join(", ")}`,
    ],
    [layered({ type: "dense", untis: 3 }), 'model.layers[0].untis: unknown field; did you mean "units"?'],
    [
      layered({ type: "Dense", units: 3 }),
      `model.layers[0].type: expected one of ${Object.keys(LAYERS).join(", ")}, got "Dense"; did you mean "dense"?`,
    ],
    [
      layered({ type: "activation" }),
      `model.layers[0].activation: missing; expected one of ${ACTIVATIONS.join(", ")}, or an object with that name`,
    ],
    [
      layered(),
      `model.layers: expected an array of at least 1, each an object with type one of ${Object.keys(LAYERS).join(", ")}, got []`,
    ],
    ...["optimizer", "callbacks", "a.b", "", "a b"].map((name): [unknown, string] => [
      layered({ type: "flatten", name }),
      `model.layers[0].name: expected letters, digits, _ and - (not optimizer or callbacks), got "${name}"`,
    ]),
    [layered({ type: "flatten", name: "optimizer2" }), ""],
    [
      layered({ type: "dense", units: 3, kernelRegularizer: { l1: -1 } }),
      "model.layers[0].kernelRegularizer.l1: expected a finite number ≥ 0, got -1",
    ],
    [
      layered({ type: "dense", units: 3, kernelInitializer: "glorot" }),
      'model.layers[0].kernelInitializer: expected one of zeros, ones, gaussian, gaussianScaled, glorotUniform, glorotNormal, heNormal, heUniform, lecunNormal, lecunUniform, varianceScaling, constant, or an object with that name, got "glorot"',
    ],
    [
      { ...small(), model: { inputShape: [0], layers: [] } },
      "model.inputShape[0]: expected a whole number ≥ 1, got 0",
    ],
    [{ ...small(), nabla: 3 }, "nabla: the document has version 3, this Nabla reads version 2; update nabla"],
    [{ ...small(), nabla: "1" }, 'nabla: expected 1, or 2 for a graph of layers, got "1"'],
    [{ ...small(), nabla: undefined, modle: {} }, 'modle: unknown field; did you mean "model"?'],
    [trained({}), ""],
    [
      { ...small(), training: {} },
      `training.loss: missing; expected one of ${LOSSES.join(", ")}, or an object with that name`,
    ],
    [
      trained({ loss: "msee" }),
      `training.loss: expected one of ${LOSSES.join(", ")}, or an object with that name, got "msee"`,
    ],
    [
      trained({ loss: { name: "huber", delta: 0 } }),
      "training.loss.delta: expected a finite number > 0, got 0",
    ],
    [
      trained({ optimizer: "adma" }),
      `training.optimizer: expected one of ${OPTIMIZERS.join(", ")}, or an object with that name, got "adma"; did you mean "adam"?`,
    ],
    [
      trained({ optimizer: { name: "adam", beta1: 1 } }),
      "training.optimizer.beta1: expected a finite number ≥ 0 and < 1, got 1",
    ],
    [
      trained({ optimizer: { name: "adam", learning_rate: 1 } }),
      'training.optimizer.learning_rate: unknown field; did you mean "learningRate"?',
    ],
    [
      trained({ optimizer: { name: "sgd", learningRate: 0 } }),
      "training.optimizer.learningRate: expected a finite number > 0, got 0",
    ],
    [
      trained({ schedule: { name: "exponential", decayRate: 2 } }),
      "training.schedule.decayRate: expected a finite number > 0 and ≤ 1, got 2",
    ],
    [trained({ batchSize: 0 }), "training.batchSize: expected a whole number ≥ 1, got 0"],
    [trained({ epochs: 1.5 }), "training.epochs: expected a whole number ≥ 1, got 1.5"],
    [trained({ seed: -1 }), "training.seed: expected a whole number ≥ 0, got -1"],
    [
      trained({ seed: 2 ** 53 }),
      "training.seed: expected a whole number ≥ 0 and ≤ 9007199254740991, got 9007199254740992",
    ],
    [trained({ shuffle: "yes" }), 'training.shuffle: expected true or false, got "yes"'],
    [
      trained({ validationSplit: 1 }),
      "training.validationSplit: expected a finite number ≥ 0 and < 1, got 1",
    ],
    [
      trained({ metrics: ["acuracy"] }),
      'training.metrics[0]: expected one of accuracy, acc, binaryAccuracy, topKAccuracy, top5Accuracy, top3Accuracy, top2Accuracy, balancedAccuracy, subsetAccuracy, hamming, meanSquaredError, mse, rootMeanSquaredError, rmse, meanAbsoluteError, mae, medianAbsoluteError, meanAbsolutePercentageError, mape, r2, precision, recall, f1, matthewsCorrelation, cohenKappa, auc, averagePrecision, logLoss, brier, expectedCalibrationError, got "acuracy"; did you mean "accuracy"?',
    ],
    [
      trained({ classWeight: { cat: 2 } }),
      "training.classWeight.cat: unexpected key; expected keys like /^(0|[1-9][0-9]*)$/",
    ],
    [
      trained({ earlyStopping: { patience: -1 } }),
      "training.earlyStopping.patience: expected a whole number ≥ 0, got -1",
    ],
    [[], "document: expected an object, got []"],
  ])("%j", (document, expected) => {
    expect(message(document)).toBe(expected);
    // What JSON cannot say (undefined) the schema need not judge.
    expect(valid(JSON.parse(JSON.stringify(document)))).toBe(expected === "");
  });
});

test("defaults are filled in and names become objects, once and for all", () => {
  const checked = checkConfig(small());
  expect(checked).toEqual({
    nabla: 1,
    model: {
      inputShape: [2],
      layers: [
        {
          type: "dense",
          units: 1,
          activation: { name: "linear" },
          useBias: true,
          trainable: true,
          kernelInitializer: { name: "glorotUniform" },
          biasInitializer: { name: "zeros" },
        },
      ],
    },
    training: {
      loss: { name: "binaryCrossentropy", labelSmoothing: 0 },
      optimizer: {
        name: "adam",
        learningRate: 0.001,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        weightDecay: 0,
        useEma: false,
        emaMomentum: 0.99,
      },
      metrics: [],
      batchSize: 32,
      epochs: 1,
      seed: 0,
      shuffle: true,
      validationSplit: 0,
    },
  });
  for (const document of [small(), full]) {
    const once = checkConfig(document);
    expect(JSON.stringify(checkConfig(once))).toBe(JSON.stringify(once));
    expect(valid(once)).toBe(true);
  }
});

test("the result shares nothing with the document or with other results", () => {
  const document = small();
  const first = checkConfig(document);
  first.model.inputShape!.push(9);
  first.training.metrics.push("f1");
  expect(checkConfig(document).model.inputShape).toEqual([2]);
  expect(checkConfig(document).training.metrics).toEqual([]);
});

test.each<[string, readonly string[], Field]>([
  ["activations", ACTIVATIONS, activationField()],
  ["initializers", INITIALIZERS, initializerField()],
  ["losses", LOSSES, lossField()],
  ["optimizers", OPTIMIZERS, optimizerField()],
  ["schedules", SCHEDULES, scheduleField()],
])("%s: every name stands alone, and defaults fit their own fields", (_, names, field) => {
  for (const name of names) {
    const checked = field.check(name);
    expect(checked).toMatchObject({ name });
    expect(field.check(checked)).toEqual(checked);
    expect(ajv.compile(field.jsonSchema())(name)).toBe(true);
  }
});

test("text that is no JSON", () => {
  expect(parseConfig(JSON.stringify(full), "a.json").training.epochs).toBe(5);
  expect(() => parseConfig("{", "a.json")).toThrow(/^a\.json: not valid JSON: /);
  expect(() => parseConfig("{}", "a.json")).toThrow("a.json: nabla: missing; expected 1");
});

test("types", () => {
  expectTypeOf<Config["training"]["optimizer"]["name"]>().toEqualTypeOf<(typeof OPTIMIZERS)[number]>();
  expectTypeOf<Config["training"]["epochs"]>().toEqualTypeOf<number>();
  expectTypeOf<
    Extract<Config["model"]["layers"][number], { type: "dense" }>["useBias"]
  >().toEqualTypeOf<boolean>();
  expectTypeOf<Config>().toExtend<ConfigInput>();
});

test("check and schema agree on every small change to a document", () => {
  const values = [null, true, -1, 0, 0.5, 3, "x", "adam", [], [1], {}, { name: "relu" }];
  let good = 0;
  let bad = 0;
  const judge = (document: unknown, what: string) => {
    const accepted = message(document) === "";
    expect(valid(document), what).toBe(accepted);
    if (accepted) good++;
    else bad++;
  };
  /** Visits every place of the document; `change` puts something else there and judges the whole. */
  const walk = (node: Record<string, unknown>, top: unknown, path: string) => {
    for (const key of Object.keys(node)) {
      const kept = node[key];
      const here = `${path}/${key}`;
      for (const value of values) {
        node[key] = value;
        judge(top, `${here} = ${JSON.stringify(value)}`);
      }
      if (!Array.isArray(node)) {
        delete node[key];
        judge(top, `${here} deleted`);
        node[`${key}s`] = kept;
        judge(top, `${here} renamed`);
        delete node[`${key}s`];
      }
      node[key] = kept;
      if (typeof kept === "object" && kept !== null) walk(kept as Record<string, unknown>, top, here);
    }
  };
  for (const document of [structuredClone(full), checkConfig(full)])
    walk(document as Record<string, unknown>, document, "");
  expect(good).toBeGreaterThan(100);
  expect(bad).toBeGreaterThan(500);
});
