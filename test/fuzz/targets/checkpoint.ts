import * as fc from "fast-check";
import { encodeRows } from "../../../src/data/tables/rows.ts";
import { load } from "../../../src/model/load.ts";
import { load as loadPredictor } from "../../../src/predict/index.ts";
import type { Sample, Target } from "../guide/target.ts";
import { modelDocument, training, WORDS } from "./documents.ts";
import { checkpoint, checkpoints } from "./models.ts";
import { document, header, payload, whole } from "./signed.ts";

const number = fc.oneof(
  fc.nat(5),
  fc.constantFrom(-1, 0.5, 2 ** 53, 1e300, null, "1", { $number: "NaN" }, { $number: "x" }, { $tensor: "a" }),
);
const written: fc.Arbitrary<Sample> = fc
  .tuple(
    modelDocument,
    fc.option(training),
    fc.record({
      epoch: number,
      batch: number,
      step: number,
      seed: number,
      rateFactor: number,
      history: fc.constantFrom([], [{ loss: 1 }], [1], {}),
      running: fc.constantFrom({}, { metrics: 1 }, []),
    }),
    fc.record({ version: fc.constantFrom(1, 1, 1, 2, "1"), nabla: fc.constantFrom(1, 2, 3) }),
    fc.array(
      fc.tuple(
        fc.constantFrom(
          "dense_1.kernel",
          "dense_1.bias",
          "a.kernel",
          "conv2d_1.kernel",
          "optimizer.m.dense_1.kernel",
          "callbacks.x",
        ),
        fc.array(fc.nat(6), { maxLength: 4 }),
      ),
      { maxLength: 4 },
    ),
  )
  .map(([model, training, progress, { version, nabla }, tensors]) => ({
    bytes: checkpoint(
      { version, config: { nabla, model, ...(training && { training }) }, progress, callbacks: {} },
      [...new Map(tensors)],
    ),
  }));

const LAYERS = [whole, header, document, document, document, payload];
/** Values of an input that are computed with. */
const MOST = 20_000;

/** Two rows for every input; undefined for inputs of many values. */
function rowsFor(inputs: readonly { readonly name: string; readonly shape: readonly number[] }[]) {
  const widths = inputs.map(({ shape }) => shape.reduce((product, n) => product * n, 1));
  if (widths.some((width) => width > MOST)) return undefined;
  const rows = inputs.map(
    ({ name, shape }, i) =>
      [name, { data: new Float32Array(2 * widths[i]!).fill(0.5), shape: [2, ...shape] }] as const,
  );
  return rows.length === 1 ? rows[0]![1] : Object.fromEntries(rows);
}

/** What is loaded is held by the core in a memory of its own, as large as its layers are: at most what their sizes come to. */
const memory = (bytes: number): number => 64 * bytes + 2 ** 28;

export const model: Target = {
  name: "checkpoint",
  seeds: checkpoints,
  arbitrary: written,
  layers: LAYERS,
  words: WORDS,
  memory,
  run(bytes) {
    const loaded = load(bytes, "a.safetensors");
    const { metadata, history } = loaded;
    const described = { metadata, history: history.history, summary: loaded.summary() };
    const x = rowsFor(loaded.inputs);
    return { described, y: x && loaded.predict(x as never), again: loaded.save() };
  },
};

export const predictor: Target = {
  name: "predict",
  seeds: checkpoints,
  arbitrary: written,
  layers: LAYERS,
  words: WORDS,
  memory,
  run(bytes) {
    const loaded = loadPredictor(bytes, "a.safetensors");
    const x = rowsFor([{ name: "", shape: loaded.inputShape }]);
    const rows = loaded.metadata.extra?.csv
      ? encodeRows(loaded, [
          { age: "3", city: "Rome" },
          { age: null, city: "Oslo" },
        ])
      : undefined;
    return { classes: loaded.classes, shape: loaded.outputShape, y: x && loaded.predict(x as never), rows };
  },
};
