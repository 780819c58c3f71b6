// Trainings that only a program can write: functions of its own, weights of rows, batches by hand, models made of others, extremes.
import { inputsOf, targetsOf } from "../data.mjs";
import { classes, values } from "./network.mjs";

/** @typedef {typeof import("../../../src/index.ts")} Nabla */
/** @typedef {import("../bits.mjs").Trained} Trained */

const x = inputsOf(40, [6], "float32", 21);
const labels = /** @type {Int32Array} */ (targetsOf(40, classes(3), 22));
const numbers = /** @type {any} */ (targetsOf(40, values(2), 23));
/** Halves and quarters, whose sums and products are exact. */
const weights = Float32Array.from({ length: 40 }, (_, i) => (i % 5) / 4);

/** @type {(nabla: Nabla, last?: object) => import("../../../src/index.ts").Model} */
const small = ({ dense, sequential }, last = { units: 3, activation: "softmax" }) =>
  sequential([dense({ units: 8, activation: "tanh" }), dense(/** @type {any} */ (last))], {
    seed: 6,
    inputShape: [6],
  });

const squares = {
  name: "squares",
  /** @param {{ data: Float32Array }} outputs @param {{ data: Float32Array, shape: readonly number[] }} targets */
  value: ({ data }, targets) => {
    const n = data.length / targets.shape[0];
    return Array.from({ length: targets.shape[0] }, (_, row) => {
      let sum = 0;
      for (let i = row * n; i < (row + 1) * n; i++) sum += (data[i] - targets.data[i]) ** 2;
      return sum;
    });
  },
  /** @param {{ data: Float32Array }} outputs @param {{ data: Float32Array }} targets */
  gradient: ({ data }, targets) => data.map((value, i) => 2 * (value - targets.data[i])),
};

/** Rows of a batch by their numbers. @param {number} from @param {number} to */
const rows = (from, to) => ({
  x: { data: x.data.subarray(from * 6, to * 6), shape: [to - from, 6] },
  y: labels.subarray(from, to),
  sampleWeight: weights.subarray(from, to),
});

/** @type {Record<string, (nabla: Nabla) => Promise<Trained>>} */
export const PROGRAMS = {
  "functions and weights of one's own": async (nabla) => {
    const model = small(nabla, { units: 2 });
    model.compile({ loss: /** @type {any} */ (squares), metrics: [squares], optimizer: "adam" });
    await model.fit(x, numbers, {
      sampleWeight: weights,
      epochs: 3,
      batchSize: 7,
      callbacks: [nabla.learningRateScheduler((epoch, rate) => (epoch < 1 ? rate : rate / 4))],
    });
    return { model, x };
  },

  "batches from an iterator": async (nabla) => {
    const model = small(nabla);
    model.compile({ loss: "categoricalCrossentropy", optimizer: "nesterov", metrics: ["accuracy"] });
    const batches = () => [rows(0, 9), rows(9, 25), rows(25, 40)];
    await model.fit(batches, { epochs: 2 });
    return { model, x };
  },

  "gone on with from a file": async (nabla) => {
    const model = small(nabla);
    model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "adam", useEma: true } });
    const options = { epochs: 3, batchSize: 8, validationSplit: 0.25 };
    const stop = new AbortController();
    let steps = 0;
    const callbacks = [{ onBatchEnd: () => void (++steps === 7 && stop.abort()) }];
    await model.fit(x, labels, { ...options, signal: stop.signal, callbacks }).catch(() => {});
    const again = nabla.load(model.save());
    await again.fit(x, labels, { ...options, resume: true });
    return { model: again, x, also: steps };
  },

  // stopped where states are carried, and padding is among the steps
  "carried states, gone on with from a file": async (nabla) => {
    const { dense, gru, lstm, masking, sequential, simpleRnn } = nabla;
    const goesOn = { stateful: true, batchSize: 8, returnSequences: true };
    const layers = [
      masking({ maskValue: -2 }),
      lstm({ units: 5, dropout: 0.2, ...goesOn }),
      gru({ units: 4, recurrentDropout: 0.2, ...goesOn }),
      simpleRnn({ units: 3, ...goesOn }),
      dense({ units: 1 }),
    ];
    const model = sequential(layers, { seed: 9, inputShape: [6, 2] });
    model.compile({
      loss: "meanSquaredError",
      optimizer: { name: "adam", clipNorm: 1 },
      metrics: ["meanAbsoluteError"],
    });
    const walks = inputsOf(64, [6, 2], "float32", 24);
    // of every third row the last steps are padding
    for (let row = 0; row < 64; row += 3) walks.data.fill(-2, row * 12 + 2 * (2 + (row % 4)), (row + 1) * 12);
    const targets = /** @type {any} */ (targetsOf(64, values(6, 1), 25));
    const options = { epochs: 3, batchSize: 8, shuffle: false };
    const stop = new AbortController();
    let steps = 0;
    const callbacks = [{ onBatchEnd: () => void (++steps === 13 && stop.abort()) }];
    await model.fit(walks, targets, { ...options, signal: stop.signal, callbacks }).catch(() => {});
    const again = nabla.load(model.save());
    await again.fit(walks, targets, { ...options, resume: true });
    return { model: again, x: walks, also: steps };
  },

  "tuned, and voting": async (nabla) => {
    const model = small(nabla);
    model.compile({ loss: "categoricalCrossentropy" });
    await model.fit(x, labels, { epochs: 1 });
    const tuned = nabla.fineTune(model, { classes: 4, freeze: true });
    tuned.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.1 } });
    const others = labels.map((label, i) => (i % 7 === 0 ? 3 : label));
    await tuned.fit(x, others, { epochs: 2 });
    const all = nabla.fineTune(tuned, { freeze: false, seed: 8 });
    all.compile({ loss: "categoricalCrossentropy" });
    await all.fit(x, others, { epochs: 1, batchSize: 16 });
    const votes = nabla.ensemble([tuned, all]).predict(x);
    const gradient = await all.inputGradients(x, others);
    const { intervals } = await all.evaluate(x, others, { bootstrap: 20, metrics: ["accuracy"] });
    return { model: all, x, also: [[...votes.data], [...gradient.data], intervals] };
  },

  // products that overflow, vanish below the smallest normal number, and have no value: a processor could treat each in a way of its own
  extremes: async (nabla) => {
    const model = small(nabla, { units: 4 });
    model.compile({ loss: "meanSquaredError", optimizer: { name: "sgd", learningRate: 1e-3 } });
    const tiny = { data: x.data.map((value) => value * 2e-38), shape: x.shape };
    const targets = { data: Float32Array.from({ length: 160 }, (_, i) => (i - 80) * 1e-40), shape: [40, 4] };
    await model.fit(tiny, targets, { epochs: 2, batchSize: 8 });
    const ends = [
      0, -0, 1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1e30, 88.72, -103.97, 1, 0.1,
    ];
    const data = Float32Array.from({ length: 48 }, (_, i) => ends[(i * 5 + (i >> 3)) % ends.length]);
    return { model, x: { data, shape: [8, 6] } };
  },
};
