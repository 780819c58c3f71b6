/**
 * Documents from strangers, with a checksum that is right: nabla and nabla/predict are of one mind about every one of them. Both
 * refuse it, with a NablaError, or both predict the same bits.
 */
import * as fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { earlyStopping, load, type Model, reduceLROnPlateau } from "../../src/index.ts";
import { ALL } from "../../src/layers/all.ts";
import type * as entry from "../../src/predict/index.ts";
import { writeSafetensors } from "../support/checkpoints.ts";
import { HOSTILE, type Json, mutationsOf, placesOf } from "../support/hostile/mutations.ts";
import { NETS } from "../support/hostile/nets.ts";

/** What ships: names of fields are shortened there, and what only training needs is left out. */
const built: typeof entry = await import(
  /* @vite-ignore */ new URL("../../build/predict.js", import.meta.url).href
);

/** The document of a saved model, and its file with other documents. */
function fileOf(model: Model) {
  const { tensors, metadata } = readSafetensors(model.save(), "saved");
  const list = [...tensors].map(([name, { shape, data }]) => ({ name, shape, data }));
  return {
    document: JSON.parse(metadata["nabla.checkpoint"]) as Json,
    bytes: (document: Json) => writeSafetensors(list, { "nabla.checkpoint": JSON.stringify(document) }),
  };
}

const METADATA = {
  classes: ["a", "b"],
  standardisation: { mean: [0, 1], scale: [1, 2], columns: ["c", "d"] },
  extra: { note: 1 },
};

/** The same from the program for dense layers, which hands what it cannot read to the other. */
const outcomeLater = (bytes: Uint8Array, x: Float32Array): Promise<string> =>
  built.loadAsync(bytes).then(
    (predictor) => outcome(() => predictor, bytes, x),
    (error: Error) => {
      if (error.name === "NablaError") return "refused";
      throw error;
    },
  );

type Reader = (bytes: Uint8Array) => { predict(x: Float32Array): unknown };

/** The bits that are predicted, or "refused". @throws what is no NablaError */
function outcome(read: Reader, bytes: Uint8Array, x: Float32Array): string {
  try {
    return JSON.stringify(read(bytes).predict(x));
  } catch (error) {
    if ((error as Error).name === "NablaError") return "refused";
    throw error;
  }
}

const rowsOf = (width: number) =>
  Float32Array.from({ length: 2 * width }, (_, i) => Math.fround(Math.sin(i + 1)));

// what documents say must not reach what all objects inherit
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("there is a layer of every kind", () => {
  const types = Object.values(NETS).flatMap(({ make }) => JSON.stringify(fileOf(make()).document));
  for (const type of Object.keys(ALL)) expect(types.join()).toContain(`"type":"${type}"`);
});

describe.each(Object.entries(NETS))("%s", (_, { make, width }) => {
  const model = make();
  model.metadata = METADATA;
  const { document, bytes } = fileOf(model);
  const x = rowsOf(width);
  // what only training reads is checked below
  const places = placesOf(document).filter(([key]) => key !== "progress" && key !== "callbacks");

  test("as it is", async () => {
    const wanted = JSON.stringify(model.predict(x));
    expect(outcome(load, bytes(document), x)).toBe(wanted);
    expect(outcome(built.load, bytes(document), x)).toBe(wanted);
    expect(await outcomeLater(bytes(document), x)).toBe(wanted);
  });

  // others it hands on
  const isDense = model.layers.every(({ type }) =>
    ["dense", "activation", "flatten", "dropout"].includes(type),
  );

  test("every field, every change", async () => {
    let refused = 0;
    for (const { what, apply } of mutationsOf(places)) {
      const file = bytes(apply(document));
      const said = outcome(load, file, x);
      const others = [outcome(built.load, file, x), ...(isDense ? [await outcomeLater(file, x)] : [])];
      for (const other of others)
        if (other !== said)
          throw new Error(`${what}: nabla says ${said.slice(0, 200)}, nabla/predict ${other.slice(0, 200)}`);
      if (said === "refused") refused++;
    }
    expect(refused).toBeGreaterThan(1000);
  });

  test("several changes at once", () => {
    const one = fc.tuple(fc.nat(), fc.constantFrom(...HOSTILE));
    fc.assert(
      fc.property(fc.array(one, { minLength: 2, maxLength: 4 }), (changes) => {
        let changed = document;
        for (const [at, value] of changes) {
          // places there still are
          const left = placesOf(changed).filter((path) => path.length > 1);
          const [{ apply }] = mutationsOf([left[at % left.length]], [value]);
          changed = apply(changed);
        }
        const file = bytes(changed);
        const said = outcome(load, file, x);
        const predictor = outcome(built.load, file, x);
        // it reads nothing of trainings
        if (predictor !== said) expect(JSON.stringify(changed)).toContain('"training"');
      }),
      { numRuns: 300, seed: 5 },
    );
  });
});

describe("a training", () => {
  const model = NETS.flat.make();
  model.compile({
    loss: { name: "categoricalCrossentropy", labelSmoothing: 0.1 },
    optimizer: { name: "adam", learningRate: 0.1 },
    metrics: ["accuracy", { name: "topKAccuracy", k: 2 }],
  });

  test("every field, every change: read, or refused", async () => {
    await model.fit(rowsOf(4), [0, 1], {
      ...{ epochs: 2, batchSize: 1, worker: false, validationData: [rowsOf(4), [0, 1]] },
      callbacks: [earlyStopping({ restoreBestWeights: true }), reduceLROnPlateau()],
    });
    const { document, bytes } = fileOf(model);
    const places = placesOf(document).filter(([, key]) => key !== "model");
    const x = rowsOf(4);
    const wanted = JSON.stringify(model.predict(x));
    for (const { what, apply } of mutationsOf(places)) {
      const file = bytes(apply(document));
      const read: Reader = (bytes) => {
        const loaded = load(bytes);
        void loaded.history;
        loaded.summary();
        loaded.save();
        return loaded;
      };
      const said = outcome(read, file, x);
      expect([wanted, "refused"], what).toContain(said);
    }
  });
});
