/**
 * Random values of wrong kinds for every option of what makes, compiles, trains and evaluates a model: see test/support/wrongOptions.ts.
 * Options are those of the field specifications, so a new one is tried by itself.
 */
import { describe, expect, test } from "vitest";
import { ALL as ACTIVATIONS } from "../../src/activations/all.ts";
import { ALL as CALLBACKS } from "../../src/callbacks/all.ts";
import type { Fields } from "../../src/fields/fields.ts";
import * as nabla from "../../src/index.ts";
import { ALL as INITIALIZERS } from "../../src/initializers/all.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import type { LayerKind } from "../../src/layers/kind.ts";
import { ALL as LOSSES } from "../../src/losses/all.ts";
import { ALL as METRICS } from "../../src/metrics/all.ts";
import { optionsField } from "../../src/metrics/kinds.ts";
import type { MetricKind } from "../../src/metrics/metric.ts";
import type { MetricName } from "../../src/metrics/table.ts";
import { ALL as OPTIMIZERS } from "../../src/optimizers/all.ts";
import { ALL as SCHEDULES } from "../../src/schedules/all.ts";
import { compileFields } from "../../src/training/compile.ts";
import {
  confusionOptions,
  figureOptions,
  fitOptions,
  settingNames,
  streamOptions,
  weightOptions,
} from "../../src/training/options.ts";
import { exampleOf } from "../support/graphs/kinds.ts";
import {
  hex,
  large,
  names,
  soon,
  stream,
  type Target,
  threads,
  trained,
  tryWrong,
  type Wrong,
  X,
  Y,
} from "../support/wrongOptions.ts";

const TARGETS: Record<string, Target> = {
  fit: {
    options: [...names(fitOptions()), ...settingNames()],
    call: (options, model) => model.fit(X, Y, { callbacks: [soon()], ...options }),
    skip: { worker: (value) => value === true, threads },
    runs: 600,
  },
  compile: {
    options: names(compileFields()),
    call: (options, model) => model.compile({ loss: "categoricalCrossentropy", ...options }),
    runs: 400,
  },
  evaluate: {
    options: names({ ...confusionOptions(), ...figureOptions() }),
    call: (options, model) => model.evaluate(X, Y, options),
    skip: { threads, bootstrap: large },
    runs: 300,
  },
  "evaluate, batches": {
    options: names(streamOptions()),
    call: (options, model) => model.evaluate(stream(), options),
    skip: { threads, bootstrap: large, steps: (value) => typeof value === "number" && value > 0 },
  },
  confusionMatrix: {
    options: names(confusionOptions()),
    call: (options, model) => model.confusionMatrix(nabla.arrayDataset(X, Y), options),
  },
  chooseThreshold: {
    options: ["by"],
    call: (options) =>
      nabla.chooseThreshold(
        nabla
          .sequential([nabla.dense({ units: 1, activation: "sigmoid" })], { inputShape: [2] })
          .compile({ loss: "binaryCrossentropy" })
          .setWeights({ "dense_1.kernel": [1, 2] }),
        X,
        Y,
        options,
      ),
  },
  trainOnBatch: {
    options: [...names(weightOptions()), "learningRate"],
    call: (options, model) => model.trainOnBatch(X, Y, options),
  },
  testOnBatch: {
    options: names(weightOptions()),
    call: (options, model) => model.testOnBatch(X, Y, options),
  },
  predict: { options: ["batchSize"], call: (options, model) => model.predict(X, options) },
  sequential: {
    options: ["seed", "inputShape"],
    call: (options) => nabla.sequential([nabla.dense({ units: 2 })], options),
  },
};

/** A layer within another. */
const INNER: Readonly<Record<string, object>> = { bidirectional: { type: "lstm", units: 2 } };
for (const [type, { kind }] of Object.entries(LAYERS) as [string, { kind: LayerKind }][]) {
  const fields = kind.fields().fields;
  const options = names(fields);
  // what is within a layer that holds others
  const [within] = kind.inner ?? [];
  const held =
    within === "layers" ? [{ type: "dense", units: 2 }] : (INNER[type] ?? { type: "dense", units: 2 });
  const right = within ? { [within]: held } : exampleOf(type);
  const own = Object.fromEntries(Object.entries(right).filter(([name]) => options.includes(name)));
  TARGETS[`layer ${type}`] = {
    options,
    fields,
    call: (given) =>
      nabla.fromConfig({
        nabla: 1,
        model: { inputShape: [4], layers: [{ type, ...own, ...given }] },
        training: { loss: "meanSquaredError" },
      } as Wrong),
    runs: 40,
  };
  TARGETS[`${type}()`] = {
    options: options.filter((name) => name !== within),
    fields,
    call: (given) => {
      const make = (LAYERS as Wrong)[type];
      return nabla.sequential([within ? make(held, given) : make({ ...own, ...given })]);
    },
    runs: 40,
  };
}
for (const [option, kinds] of Object.entries({ loss: LOSSES, optimizer: OPTIMIZERS, schedule: SCHEDULES }))
  for (const [name, kind] of Object.entries(kinds)) {
    const fields = names((kind as { fields: () => { fields: object } }).fields().fields);
    if (fields.length === 0) continue;
    TARGETS[`${option} ${name}`] = {
      options: fields,
      call: (options, model) =>
        model.compile({ loss: "categoricalCrossentropy", [option]: { name, ...options } } as Wrong),
      runs: 40,
    };
  }
for (const [name, kind] of Object.entries(METRICS) as [string, MetricKind][]) {
  const { fields } = optionsField(kind, [name as MetricName]);
  const options = names(fields).filter((option) => option !== "name");
  TARGETS[`metric ${name}`] = {
    options,
    fields,
    call: (given, model) =>
      model.compile({ loss: "categoricalCrossentropy", metrics: [{ name, ...given }] } as Wrong),
    runs: 40,
  };
}
for (const [option, kinds] of Object.entries({ activation: ACTIVATIONS, kernelInitializer: INITIALIZERS }))
  for (const [name, { fields }] of Object.entries(kinds) as [
    string,
    { fields?: () => { fields: Fields } },
  ][]) {
    const options = names(fields?.().fields ?? {});
    if (options.length === 0) continue;
    TARGETS[`${option} ${name}`] = {
      options,
      call: (given) =>
        nabla.sequential([nabla.dense({ units: 1, [option]: { name, ...given } } as Wrong)], {
          inputShape: [2],
        }),
      runs: 40,
    };
  }
TARGETS.kernelRegularizer = {
  options: ["l1", "l2"],
  call: (kernelRegularizer) =>
    nabla.sequential([nabla.dense({ units: 1, kernelRegularizer })], { inputShape: [2] }),
};
for (const [name, make] of Object.entries(CALLBACKS)) {
  if (!("fields" in make)) continue;
  TARGETS[`callback ${name}`] = {
    options: names(make.fields().fields),
    fields: make.fields().fields,
    call: (options, model) =>
      model.fit(X, Y, {
        epochs: 2,
        validationData: [X, Y],
        callbacks: [(make as Wrong)({ ...options }), soon()],
      }),
    runs: 80,
  };
}

describe("options of wrong kinds", () => {
  test.each(Object.entries(TARGETS))("%s", async (_, target) => {
    await tryWrong(target);
  });
});

test("a training that is refused for its metrics' options leaves the one before as it was", async () => {
  const metrics = [{ name: "accuracy", threshold: "yes" }] as Wrong;
  const model = nabla.load(trained);
  for (const uses of [
    async () => model.compile({ loss: "categoricalCrossentropy", metrics }),
    () => model.evaluate(X, Y, { metrics }),
  ])
    await expect(uses()).rejects.toThrow('metrics[0].threshold: expected a finite number, got "yes"');
  expect(hex(model.save())).toBe(hex(trained));
});

test("every kind there is, is tried", () => {
  const tried = Object.keys(TARGETS).map((target) => target.split(" ").at(-1)!.replace("()", ""));
  const kinds = {
    ...LAYERS,
    ...LOSSES,
    ...OPTIMIZERS,
    ...SCHEDULES,
    ...METRICS,
    ...ACTIVATIONS,
    ...INITIALIZERS,
  };
  const others = Object.keys(kinds).filter((name) => !tried.includes(name));
  // these have no option
  for (const name of others)
    expect(Object.keys((kinds as Wrong)[name].fields?.().fields ?? {}), name).toEqual([]);
});
