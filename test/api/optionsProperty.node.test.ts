/**
 * Random values of wrong kinds for every option there is: a call that is refused throws a NablaError that names the option, and the model
 * is what it was, weights, optimizer, history and all. Options are those of the field specifications, so a new one is tried by itself.
 */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ALL as CALLBACKS } from "../../src/callbacks/all.ts";
import { augmentFields } from "../../src/data/augment/fields.ts";
import { csvSplit } from "../../src/data/index.ts";
import { readers } from "../../src/data/readers/open.ts";
import { splitFields, tableFields } from "../../src/data/tables/csvFields.ts";
import type { Field, Fields } from "../../src/fields/fields.ts";
import * as nabla from "../../src/index.ts";
import { ALL as LAYERS } from "../../src/layers/all.ts";
import type { LayerKind } from "../../src/layers/layer.ts";
import { ALL as LOSSES } from "../../src/losses/all.ts";
import { openData } from "../../src/node/index.ts";
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
import { idxFolder, workplace } from "../cli/support.ts";
import { exampleOf } from "../support/graphs/kinds.ts";

const place = workplace();
afterAll(place.remove);

const seed = Number(process.env.NABLA_OPTIONS_SEED ?? 1);

// biome-ignore lint/suspicious/noExplicitAny: these are options of wrong types
type Wrong = any;

const X = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const Y = [0, 1, 1, 0];
const CSV = "a,b,c\n1,2,x\n2,3,y\n3,4,x\n5,6,y\n";
place.write("t.csv", CSV);

/** Anything: values of every type, those that are almost right, and what is nested. */
const anything = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      "",
      "yes",
      "0.5",
      "adam",
      "relu",
      "auto",
      "__proto__",
      true,
      false,
      0,
      -0,
      1,
      -1,
      1.5,
      1e308,
      -1e308,
      5e-324,
      2 ** 31,
      2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1n,
      Symbol("s"),
      () => 1,

      [],
      [[]],
      [undefined],
      [null],
      {},
      [{}],
      { name: "adam" },
      { name: 1 },
      { type: "dense" },
      { length: 3 },
      { length: -1 },
      Object.create(null),
      new Date(0),
      /x/,
      new Map(),
      new Set([1]),
      new Float32Array(4),
      new Uint8Array(0),
      new ArrayBuffer(8),
      Promise.resolve(1),
      new Error("e"),
      new Proxy({}, {}),
      [0, 1][Symbol.iterator](),
    ),
  },
  fc.anything({
    maxDepth: 2,
    maxKeys: 3,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
);

interface Target {
  /** Names of options. */
  readonly options: readonly string[];
  /** Calls with these options; of what trains or is compiled, the model. */
  call(options: Wrong, model: nabla.Model): unknown;
  /** Values that are right and take long, by option: they are not tried. */
  readonly skip?: Readonly<Record<string, (value: unknown) => boolean>>;
  readonly runs?: number;
  /** Where what is right may still be refused, for what the rest is like: whether values are right is what these say. */
  readonly fields?: Fields;
}

class Stop extends Error {}
/** What is right trains for a while, not for as long as it says. */
const soon = (): nabla.Callback => ({
  onEpochEnd(epoch) {
    if (epoch >= 1) throw new Stop();
  },
});
const threads = (value: unknown) => value === "auto" || (typeof value === "number" && value > 1);
const large = (value: unknown) => typeof value === "number" && value > 1000;
const names = (fields: object) => Object.keys(fields);
const ready = (options: object = {}) =>
  nabla
    .sequential(
      [nabla.dense({ units: 3, activation: "relu" }), nabla.dense({ units: 2, activation: "softmax" })],
      { inputShape: [2] },
    )
    .compile({ loss: "categoricalCrossentropy", optimizer: "adam", metrics: ["accuracy"], ...options });
const stream = () => [{ x: X, y: Y }][Symbol.iterator]() as Wrong;

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
  csvSplit: {
    options: names({ ...tableFields(), ...splitFields() }),
    fields: { ...tableFields(), ...splitFields() },
    call: (options) => csvSplit(CSV, { label: "c", ...options }),
    runs: 600,
  },
  augment: {
    options: names(augmentFields().fields),
    call: (options) =>
      nabla.augment(nabla.arrayDataset({ data: new Uint8Array(4 * 36), shape: [4, 6, 6, 1] }, Y), options),
  },
};
/** A path that a reader knows, by its kind. */
const PATHS: Readonly<Record<string, string>> = {
  csv: place.path("t.csv"),
  sequences: place.path(
    place.write("s.json", '[{ "x": [1, 2], "label": "a" }, { "x": [3, 4, 6], "label": "b" }]'),
  ),
  idx: place.path(idxFolder(place, "idx")),
};
for (const { kind, fields } of readers)
  if (Object.hasOwn(PATHS, kind))
    TARGETS[`openData ${kind}`] = {
      options: names(fields().fields),
      fields: fields().fields,
      call: (options) => openData(PATHS[kind]!, options),
    };
/** A layer within another. */
const INNER: Readonly<Record<string, object>> = { bidirectional: { type: "lstm", units: 2 } };
for (const [type, { kind }] of Object.entries(LAYERS) as [string, { kind: LayerKind }][]) {
  const fields = kind.fields().fields;
  const inner = { layer: INNER[type] ?? { type: "dense", units: 2 }, layers: [{ type: "dense", units: 2 }] };
  const right = Object.hasOwn(fields, "layer") || Object.hasOwn(fields, "layers") ? inner : exampleOf(type);
  const options = names(fields);
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
  if (right === inner) continue;
  TARGETS[`${type}()`] = {
    options,
    fields,
    call: (given) => nabla.sequential([(LAYERS as Wrong)[type]({ ...own, ...given })]),
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

const trained = await (async () => {
  const model = ready();
  await model.fit(X, Y, { epochs: 2, seed: 3 });
  return model.save();
})();
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");

function fits(field: Field | undefined, value: unknown): boolean {
  try {
    if (value !== undefined) field?.check(value);
    return true;
  } catch {
    return false;
  }
}

/** What went wrong with a call, if anything did; whether it was taken. */
async function tried(
  target: Target,
  options: Wrong,
  model: nabla.Model,
): Promise<{ taken: boolean; problem?: string }> {
  try {
    await target.call(options, model);
    return { taken: true };
  } catch (error) {
    if (error instanceof Stop) return { taken: true };
    const given = Object.keys(options);
    if (!(error instanceof nabla.NablaError)) {
      const at = (error as Error)?.stack
        ?.split("\n")
        .find((line) => line.includes("/src/"))
        ?.trim();
      return { taken: false, problem: `threw ${String(error)} ${at}` };
    }
    if (target.fields && given.every((name) => fits(target.fields![name], options[name])))
      return { taken: true };
    if (!given.some((name) => error.message.includes(name)))
      return { taken: false, problem: `does not name ${given.join(" or ")}: ${error.message}` };
    return { taken: false };
  }
}

describe("options of wrong kinds", () => {
  test.each(Object.entries(TARGETS))("%s", async (_, target) => {
    const wrong = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...target.options), anything), {
        minLength: 1,
        maxLength: 2,
        selector: ([name]) => name,
      })
      .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>)
      .filter((options) => Object.entries(options).every(([name, value]) => !target.skip?.[name]?.(value)));
    let model = nabla.load(trained);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(wrong, async (options) => {
        const { taken, problem } = await tried(target, options, model);
        if (problem) throw new Error(problem);
        if (taken) model = nabla.load(trained);
        else {
          refused++;
          if (hex(model.save()) !== hex(trained)) throw new Error("the model is another one");
        }
      }),
      { seed, numRuns: target.runs ?? 120, endOnFailure: true },
    );
    expect(refused).toBeGreaterThan(0);
    // it goes on as one that nothing was asked of
    const fresh = nabla.load(trained);
    for (const each of [model, fresh]) await each.fit(X, Y, { epochs: 1, seed: 3 });
    expect(hex(model.save())).toBe(hex(fresh.save()));
  });
});
