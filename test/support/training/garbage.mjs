// Bytes that the heap grows by for each step of fit(), the least of some windows:
//   node --expose-gc garbage.mjs uint8|float32|values|subset|adam [planted]
import { PerformanceObserver } from "node:perf_hooks";
import { arrayDataset, dense, sequential, subset } from "nabla";

const [what, planted] = process.argv.slice(2);
const [BATCH, INPUTS, STEPS] = [4, 8, 20_000];
// the compiler works beside the training: on a busy machine it is long before its last code runs
const EPOCHS = 30;
const rows = BATCH * STEPS;
const numbers = Uint8Array.from({ length: rows * INPUTS }, (_, i) => (i * 7) % 251);
const x = what === "uint8" || what === "subset" ? numbers : Float32Array.from(numbers, (v) => v / 251);
const classes = Int32Array.from({ length: rows }, (_, i) => i % 3);
const quantities = {
  data: Float32Array.from({ length: rows * 2 }, (_, i) => (i % 10) / 10),
  shape: [rows, 2],
};
const last = what === "values" ? dense({ units: 2 }) : dense({ units: 3, activation: "softmax" });
const model = sequential([dense({ units: 8, activation: "relu", inputShape: [INPUTS] }), last], { seed: 1 });
model.compile({
  optimizer: what === "adam" ? "adam" : "sgd",
  loss: what === "values" ? "meanSquaredError" : "categoricalCrossentropy",
  metrics: what === "values" ? [] : ["accuracy"],
});
const whole = arrayDataset(x, what === "values" ? quantities : classes, { inputShape: [INPUTS] });
const data =
  what === "subset"
    ? subset(
        whole,
        Uint32Array.from({ length: rows }, (_, i) => rows - 1 - i),
      )
    : whole;

let collected = 0;
new PerformanceObserver((list) => (collected += list.getEntries().length)).observe({ entryTypes: ["gc"] });
/** @type {{ last: unknown }} */
const kept = { last: undefined };
// a window is from the second step of an epoch to its end: what comes between epochs is not counted
let from = 0;
let best = Number.POSITIVE_INFINITY;
/** So that the observer is called. */
const told = () => new Promise((resolve) => setTimeout(resolve, 20));
await model.fit(data, {
  epochs: EPOCHS,
  batchSize: BATCH,
  threads: 1,
  callbacks: [
    {
      everySteps: STEPS / 2,
      async onBatchEnd(batch) {
        if (batch < STEPS - 1) {
          /** @type {any} */ (globalThis).gc();
          await told();
          collected = 0;
          from = process.memoryUsage().heapUsed;
          return;
        }
        const grown = process.memoryUsage().heapUsed - from;
        await told();
        if (collected === 0) best = Math.min(best, grown / (STEPS / 2));
      },
    },
    ...(planted
      ? [{ onBatchEnd: (/** @type {number} */ batch) => void (kept.last = { batch, more: [batch] }) }]
      : []),
  ],
});
console.log(JSON.stringify(best === Number.POSITIVE_INFINITY ? 1e9 : best));
