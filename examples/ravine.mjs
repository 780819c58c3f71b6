/** A ravine: the cost is a hundred times as steep across it as along it. Momentum gets through in fewer steps. */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";

// J(w) = ½ (w₁ − 3)² + 50 (w₂ + 2)², written as two rows of data for one linear neuron
const x = [
  [Math.SQRT2, 0],
  [0, 10 * Math.SQRT2],
];
const y = [3 * Math.SQRT2, -20 * Math.SQRT2];

/**
 * Steps from w = (0, 0) until J is below 0.0001 for good.
 *
 * @param {NonNullable<import("nabla").TrainingOptions["optimizer"]>} optimizer
 */
async function steps(optimizer) {
  const model = sequential([
    dense({ name: "w", units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [2] }),
  ]);
  model.compile({ loss: "quadratic", optimizer });
  const { history } = await model.fit(x, y, { batchSize: 2, epochs: 1000 });
  const above = history.loss.map((J) => J >= 1e-4);
  return { steps: above.lastIndexOf(true) + 1, w: [...model.weights()["w.kernel"]] };
}

export async function run(print = console.log) {
  const learningRate = 0.01;
  const plain = await steps({ name: "sgd", learningRate });
  const momentum = await steps({ name: "momentum", learningRate, momentum: 0.9 });
  const nesterov = await steps({ name: "nesterov", learningRate, momentum: 0.9 });
  for (const [name, result] of Object.entries({ plain, momentum, nesterov })) {
    print(
      `${name.padEnd(9)} ${String(result.steps).padStart(4)} steps to w = (${result.w.map((v) => v.toFixed(3)).join(", ")})`,
    );
  }
  return { plain, momentum, nesterov };
}

await main(import.meta.url, run);
