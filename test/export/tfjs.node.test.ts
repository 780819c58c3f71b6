/** Every layer for TensorFlow.js: what it predicts there is what it predicts here, and what comes back is the same in every bit. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ACTIVATIONS } from "../../src/activations/table.ts";
import { exportTfjs } from "../../src/export/index.ts";
import { openModel } from "../../src/import/index.ts";
import { activation, type Model, sequential } from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import { modelOf, recipes } from "../support/graphs/random.ts";
import { demandTfjs, hasTfjs, type LayersModel, predicted, tfjs, wave } from "../support/tfjs.ts";
import { CLASSES, gestures, NAME, ROWS } from "./gestures.ts";
import { differs, outputsOf, rowsFor } from "./onnxRound.ts";
import { CODERS } from "./states.ts";
import { CASES, modelWith } from "./tfjsCases.ts";

demandTfjs();

/** What is not the same in every bit, and why. */
const ROUNDED: Readonly<Record<string, string>> = {
  hardSigmoid: "is another there, with a factor in the weights or before it",
  normalization: "is batch normalisation there",
  separableConv2d: "the sum of a pixel is in another order",
};
/** Layers that TensorFlow.js has not, and those that graphs hold themselves. */
const REFUSED = [
  "attention",
  "finalState",
  "groupNormalization",
  "multiHeadAttention",
  "positionalEmbedding",
];

const load = (model: Model): Promise<LayersModel> =>
  tfjs().loadLayersModel(tfjs().io.fromMemory(exportTfjs(model).artifacts));

async function round(made: Model, x: ReturnType<typeof rowsFor>) {
  const own = Object.values(outputsOf(made, x));
  // it frees a value too early where a layer gives on what it is given, or is applied several times
  let freed = false;
  const asked = async () => predicted(await load(made), Object.values(x));
  const there = hasTfjs()
    ? await asked().catch((error: Error) => {
        freed =
          /reading 'backend'|Tensor is disposed/.test(error.message) && /tfjs-core/.test(error.stack ?? "");
        if (freed) return own;
        throw error;
      })
    : own;
  const { files } = exportTfjs(made);
  const [json, ...others] = Object.entries(files);
  const back = await openModel(json![1], { files: Object.fromEntries(others) });
  const again = Object.values(outputsOf(back, x));
  return {
    there: Math.max(...own.map((values, i) => differs(values, there[i]!))),
    difference: Math.max(...own.map((values, i) => differs(values, again[i]!))),
    back,
    freed,
  };
}

test("every layer has a case, or is refused", () => {
  const none = Object.keys(ALL).filter((type) => !(type in CASES) && !["input", "shared"].includes(type));
  expect(none.sort()).toEqual([...REFUSED].sort());
});

const cases = Object.entries(CASES).flatMap(([type, each]) =>
  each.map(([options, ...shapes], i) => ({ type, options, shapes, name: `${type} ${i + 1}` })),
);
describe("layers for TensorFlow.js", () => {
  test.each(cases)("$name", async ({ type, options, shapes }) => {
    const made = modelWith(type, options, shapes);
    const x = rowsFor(made, 3, type === "embedding" ? (i) => (i * 3) % 7 : wave);
    const { there, difference, freed } = await round(made, x);
    expect(freed).toBe(false);
    expect(there).toBeLessThan(1e-5);
    const rounded = ROUNDED[type] || JSON.stringify(options)?.includes("hardSigmoid");
    if (rounded) expect(difference).toBeLessThan(2e-6);
    else expect(difference).toBe(0);
  });

  test.each(ACTIVATIONS)("activation %s", async (name) => {
    const made = sequential([activation({ activation: name })], { inputShape: [12] });
    if (["step", "gaussian", "hardSwish"].includes(name)) {
      expect(() => exportTfjs(made)).toThrow(
        `activation "activation_1": the activation ${name} is not there`,
      );
      return;
    }
    const { there, difference } = await round(
      made,
      rowsFor(made, 3, (i) => 3 * wave(i)),
    );
    expect(there).toBeLessThan(1e-5);
    if (ROUNDED[name]) expect(difference).toBeLessThan(1e-6);
    else expect(difference).toBe(0);
  });
});

test.each(CODERS)("states: %s", async (_, make) => {
  const made = make();
  if (made.layers.some(({ type }) => type === "masking")) {
    expect(() => exportTfjs(made)).toThrow(/_2": it begins with states of a sequence with padding/);
    return;
  }
  const { there, difference, freed } = await round(made, rowsFor(made, 3, wave));
  expect(freed).toBe(false);
  expect(there).toBeLessThan(1e-5);
  expect(difference).toBe(0);
});

test("random graphs are what they were", async () => {
  let [graphs, unasked] = [0, 0];
  for (const recipe of fc.sample(recipes, { numRuns: 450, seed: 12 })) {
    let made: Model;
    try {
      made = modelOf(recipe);
      outputsOf(made, rowsFor(made, recipe.rows, wave));
    } catch {
      continue; // a graph that model() refuses
    }
    try {
      exportTfjs(made);
    } catch (error) {
      expect((error as Error).message).toMatch(
        /^exportTfjs: this model has parts that TensorFlow.js has not:\n {2}\S/,
      );
      continue;
    }
    const { there, difference, freed } = await round(made, rowsFor(made, recipe.rows, wave));
    if (freed) unasked++;
    graphs++;
    expect(there, made.summary()).toBeLessThan(1e-5);
    const rounded = made.layers.some(({ type }) => type in ROUNDED);
    if (rounded) expect(difference, made.summary()).toBeLessThan(1e-5);
    else expect(difference, made.summary()).toBe(0);
  }
  // so many were asked of both
  expect(graphs - unasked).toBeGreaterThanOrEqual(250);
});

test("micro:bit: trained here, classified there", async () => {
  const { accuracy, predicted: own, artifacts, files } = await gestures();
  expect(accuracy).toBeGreaterThan(0.9);
  expect(Object.keys(files)).toEqual([`${NAME}.json`, `${NAME}.weights.bin`]);
  expect(artifacts).toMatchObject({ userDefinedMetadata: { classes: CLASSES } });
  const x = { data: Float32Array.from(ROWS.flat()), shape: [ROWS.length, 4] };
  if (hasTfjs()) {
    const [there] = predicted(await tfjs().loadLayersModel(tfjs().io.fromMemory(artifacts)), [x]);
    expect(differs(own, there!)).toBeLessThan(1e-5);
  }
  const [json, weights] = Object.entries(files);
  const back = await openModel(json![1], { files: Object.fromEntries([weights!]) });
  expect(back.metadata.classes).toEqual(CLASSES);
});

test("scaling puts the scale of bytes into the model", async () => {
  const made = sequential([ALL.flatten(), ALL.dense({ units: 2 })], { inputShape: [2, 2, 1] });
  const { files } = exportTfjs(made, { scaling: true });
  const [json, weights] = Object.entries(files);
  const back = await openModel(json![1], { files: Object.fromEntries([weights!]) });
  const bytes = Uint8Array.from([0, 100, 200, 255]);
  const own = made.predict({ data: bytes, shape: [1, 2, 2, 1] }).data;
  const given = { data: Float32Array.from(bytes), shape: [1, 2, 2, 1] };
  expect(differs(back.predict(given).data, own)).toBeLessThan(1e-6);
});

test("what TensorFlow.js has not is listed at once", () => {
  const made = sequential(
    [
      ALL.conv2d({ filters: 4, kernelSize: 1, groups: 2, name: "pairs" }),
      ALL.groupNormalization({ groups: 2, name: "normal" }),
      ALL.flatten(),
      ALL.reshape({ targetShape: [2, -1] }),
      ALL.gru({ units: 2, name: "after" }),
    ],
    { inputShape: [2, 2, 4] },
  );
  expect(() => exportTfjs(made)).toThrow(
    /^exportTfjs: this model has parts that TensorFlow.js has not:\n {2}conv2d "pairs": groups 2: .*\n {2}groupNormalization "normal": .*\n {2}gru "after": resetAfter: [^\n]*$/,
  );
});
