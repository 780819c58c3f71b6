/** Logistic regression: one sigmoid neuron and J = −1/m · Σ y log h + (1 − y) log(1 − h). */
import { dense, sequential } from "nabla";
import { blobs } from "nabla/data";
import { main } from "./main.mjs";

export async function run(print = console.log) {
  const data = blobs({ classes: 2, samples: 200, noise: 0.5, seed: 3 });
  const model = sequential([
    dense({ name: "neuron", units: 1, activation: "sigmoid", kernelInitializer: "zeros" }),
  ]);
  model.compile({
    loss: "binaryCrossentropy",
    optimizer: { name: "sgd", learningRate: 0.5 },
    metrics: ["accuracy"],
  });
  const before = await model.evaluate(data);
  await model.fit(data, { epochs: 30 });

  let J = 0;
  const after = await model.evaluate(data, {
    onRow: (row, _loss, [h]) => {
      J -= Math.log(data.labels?.[row] === 1 ? h : 1 - h) / data.length;
    },
  });
  const { "neuron.kernel": w, "neuron.bias": b } = model.weights();
  print(`before: cost ${before.loss.toFixed(4)}, accuracy ${before.accuracy}`);
  print(`after:  cost ${after.loss.toFixed(4)}, accuracy ${after.accuracy}`);
  print(`the cost written out: ${J.toFixed(4)}`);
  print(`border: ${w[0].toFixed(2)} x₁ + ${w[1].toFixed(2)} x₂ + ${b[0].toFixed(2)} = 0`);
  return { before, after, J, w: [...w], b: b[0] };
}

await main(import.meta.url, run);
