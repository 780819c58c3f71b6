// A program that trains with the library, as users write them: `node program.mjs NAME FILE STEPS [HOW]` begins the training NAME, or goes on
// with what FILE holds, and saves to FILE every so many STEPS and at the end.
import { existsSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import {
  batchNormalization,
  concatenate,
  dense,
  dropout,
  earlyStopping,
  input,
  model,
  modelCheckpoint,
  reduceLROnPlateau,
  sequential,
  weightsSha256,
} from "nabla";
import { digits, moons } from "nabla/data";
import { checkpointIn, loadCheckpoint, loadModel, writeFileAtomic } from "nabla/node";

/** @typedef {import("nabla").Model} Model */
/** @typedef {import("nabla").FitOptions} FitOptions */
/** @typedef {{ make: () => Model, fit: (model: Model, options: FitOptions) => Promise<unknown>, keep?: number }} Program */

/** A number of [0, 1) that depends on i alone. @param {number} i */
const drawn = (i) => ((Math.imul(i + 1, 2654435761) >>> 8) % 100003) / 100003;
/** @param {number} n @param {number} from */
const values = (n, from) => Float32Array.from({ length: n }, (_, i) => drawn(from + i));

/** @param {Parameters<Model["compile"]>[0]["optimizer"]} optimizer */
const chain = (optimizer) =>
  sequential(
    [
      dense({ units: 16, activation: "relu", inputShape: [2], kernelRegularizer: { l1: 1e-3, l2: 1e-3 } }),
      batchNormalization(),
      dropout({ rate: 0.3 }),
      dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 4 },
  ).compile({ loss: "categoricalCrossentropy", optimizer, schedule: "cosine", metrics: ["accuracy", "f1"] });

/** @type {(model: Model, options: FitOptions) => Promise<unknown>} */
const points = (model, options) =>
  model.fit(moons({ samples: 200 }), { batchSize: 16, epochs: 8, seed: 5, validationSplit: 0.2, ...options });

/** @param {string} name @returns {Program} */
const optimizer = (name) => ({
  make: () => chain(/** @type {any} */ ({ name, learningRate: 0.02, clipNorm: 0.5, weightDecay: 0.01 })),
  fit: points,
});

const ROWS = 150;
/** @type {Record<string, Program>} */
const PROGRAMS = {
  "two inputs, two outputs, a shared layer": {
    make() {
      const [left, right] = [input({ shape: [5], name: "left" }), input({ shape: [5], name: "right" })];
      const shared = dense({ units: 7, activation: "tanh" });
      const both = concatenate().apply([shared.apply(left), shared.apply(right)]);
      const inner = dropout({ rate: 0.2 }).apply(dense({ units: 9, activation: "silu" }).apply(both));
      const kind = dense({ units: 3, activation: "softmax", name: "kind" }).apply(inner);
      const size = dense({ units: 2, name: "size" }).apply(inner);
      return model({ inputs: [left, right], outputs: { kind, size }, seed: 6 }).compile({
        loss: { kind: "categoricalCrossentropy", size: "meanSquaredError" },
        optimizer: { name: "adamw", useEma: true },
      });
    },
    fit(model, options) {
      const x = {
        left: { data: values(ROWS * 5, 0), shape: [ROWS, 5] },
        right: { data: values(ROWS * 5, 9999), shape: [ROWS, 5] },
      };
      const y = {
        kind: Int32Array.from({ length: ROWS }, (_, i) => Math.floor(3 * drawn(i + 77))),
        size: { data: values(ROWS * 2, 555), shape: [ROWS, 2] },
      };
      return model.fit(x, y, { batchSize: 10, microBatchSize: 4, epochs: 6, ...options });
    },
  },
  "batches that come one after the other": {
    make: () => chain({ name: "adam", learningRate: 0.01, useEma: true }),
    fit: (model, options) =>
      model.fit(
        // 100 batches, counted over all epochs: where a run goes on, so does the stream
        async function* ({ epoch, batch }) {
          for (let i = epoch * 20 + batch; ; i++)
            yield {
              x: { data: values(24, 1000 + i * 24), shape: [12, 2] },
              y: Int32Array.from({ length: 12 }, (_, row) => (drawn(i * 12 + row) < 0.5 ? 0 : 1)),
            };
        },
        { epochs: 5, stepsPerEpoch: 20, ...options },
      ),
  },
  "in a thread": {
    make: () => chain({ name: "nesterov", learningRate: 0.05 }),
    fit: (model, options) => points(model, { ...options, worker: true }),
  },
  "rows that are read later": {
    make: () =>
      sequential([dense({ units: 8, activation: "relu", inputShape: [784] }), dense({ units: 10 })], {
        seed: 1,
      }).compile({ loss: "meanSquaredError", optimizer: "momentum" }),
    fit(model, options) {
      const rows = digits({ samples: 120 });
      const read = async (/** @type {Parameters<typeof rows.read>} */ ...args) => {
        await new Promise((resolve) => setImmediate(resolve));
        return rows.read(...args);
      };
      return model.fit(
        { ...rows, inputShape: [784], read },
        { batchSize: 9, epochs: 5, seed: 8, ...options },
      );
    },
  },
  "callbacks that remember": {
    make: () =>
      chain({ name: "adam", learningRate: 0.05 }).compile({
        loss: "categoricalCrossentropy",
        optimizer: { name: "adam", learningRate: 0.05 },
        metrics: ["accuracy"],
      }),
    fit: (model, options) =>
      points(model, {
        ...options,
        callbacks: [
          reduceLROnPlateau({ patience: 1, factor: 0.5, minDelta: 0.02, cooldown: 1 }),
          earlyStopping({ monitor: "valAccuracy", patience: 5, restoreBestWeights: true }),
          ...(options.callbacks ?? []),
        ],
      }),
  },
  "the last two checkpoints and the best kept": {
    make: () => chain({ name: "adamw" }),
    fit: points,
    keep: 2,
  },
  ...Object.fromEntries(
    ["sgd", "momentum", "nesterov", "adagrad", "rmsprop"].map((name) => [
      `the optimizer ${name}`,
      optimizer(name),
    ]),
  ),
};

/**
 * How a model is saved, and for the test of the test: how people save who have not thought of it.
 *
 * @type {Record<string, (file: string, bytes: Uint8Array) => Promise<void>>}
 */
const SAVES = {
  carefully: (file, bytes) => writeFileAtomic(file, bytes, { keepPrevious: true }),
  async "over the old file"(file, bytes) {
    const handle = await open(file, "w");
    await handle.write(bytes);
    await handle.close();
  },
  async "without flushing"(file, bytes) {
    const handle = await open(`${file}.tmp`, "w");
    await handle.write(bytes);
    await handle.close();
    await rename(`${file}.tmp`, file);
  },
};
SAVES["to begin anew"] = SAVES.carefully;

const [name, file, every, how = "carefully"] = process.argv.slice(2);
const { make, fit, keep } = PROGRAMS[name];
const save = SAVES[how];
const there = existsSync(file);
const trained = !there ? make() : keep ? (await loadCheckpoint(file)).model : await loadModel(file);
const everySteps = Number(every);
const saves = keep
  ? checkpointIn(file, { everySteps, keep, monitor: "valLoss" })
  : modelCheckpoint({ everySteps, save: (bytes) => save(file, bytes) });
await fit(trained, { resume: there && how !== "to begin anew", callbacks: [saves] });
await save(file, trained.save());
console.log(JSON.stringify({ event: "done", weightsSha256: weightsSha256(trained) }));
