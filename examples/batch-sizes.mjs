/** Gradient descent with the full batch, with mini-batches and online: same data, same start, same rate. */
import { dense, sequential } from "nabla";
import { blobs } from "nabla/data";
import { main } from "./main.mjs";

const data = blobs({ classes: 3, samples: 240, noise: 0.6, seed: 2 });
const epochs = 20;

/** The cost on all data before training and after every epoch. */
async function descend(/** @type {number} */ batchSize) {
  const model = sequential([dense({ units: 3, activation: "softmax", inputShape: [2] })], { seed: 1 });
  model.compile({ loss: "categoricalCrossentropy", optimizer: { name: "sgd", learningRate: 0.05 } });
  const costs = [(await model.evaluate(data)).loss];
  await model.fit(data, {
    batchSize,
    epochs,
    callbacks: [
      {
        async onEpochEnd() {
          costs.push((await model.evaluate(data)).loss);
        },
      },
    ],
  });
  return { batchSize, steps: epochs * Math.ceil(data.length / batchSize), costs };
}

export async function run(print = console.log) {
  const runs = {
    "full batch": await descend(data.length),
    "mini-batch": await descend(16),
    online: await descend(1),
  };
  print("             rows a step   steps   cost after 0, 1, 5 and 20 epochs");
  for (const [name, { batchSize, steps, costs }] of Object.entries(runs)) {
    const shown = [0, 1, 5, 20].map((epoch) => costs[epoch].toFixed(4)).join("  ");
    print(`${name.padEnd(12)} ${String(batchSize).padStart(11)} ${String(steps).padStart(7)}   ${shown}`);
  }
  return runs;
}

await main(import.meta.url, run);
