/** The regularised cost of K outputs, J(Θ) = −1/m Σᵢ Σₖ [y log h + (1−y) log(1−h)] + λ/2m Σ Θ², and its gradient. */
import { checkGradients, dense, sequential } from "nabla";
import { main } from "./main.mjs";

const x = [
  [0.2, -1.3, 0.5],
  [1.4, 0.3, -0.7],
  [-0.6, 0.8, 2.1],
  [0.9, -0.2, 0.1],
  [-1.1, -0.4, 0.6],
  [0.3, 1.2, -0.8],
];
const y = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const m = x.length;

/** Three inputs, four hidden neurons, K = 3 outputs. A layer's l2 adds l2 · Σw², so l2 = λ/2m. Biases are left out. */
function network(/** @type {number} */ lambda) {
  const kernelRegularizer = { l2: lambda / (2 * m) };
  const layers = [4, 3].map((units) => dense({ units, activation: "sigmoid", kernelRegularizer }));
  return sequential(layers, { inputShape: [3], seed: 1 }).compile({ loss: "crossEntropy" });
}

/** The formula, from the network's outputs and weights. */
function formula(/** @type {import("nabla").Model} */ model, /** @type {number} */ lambda) {
  const h = model.predict(x).toArray();
  const fit = h.flatMap((row, i) =>
    row.map((a, k) => y[i][k] * Math.log(a) + (1 - y[i][k]) * Math.log(1 - a)),
  );
  const theta = Object.entries(model.weights()).flatMap(([name, w]) =>
    name.endsWith(".kernel") ? [...w] : [],
  );
  const sum = (/** @type {number[]} */ values) => values.reduce((a, b) => a + b, 0);
  return -sum(fit) / m + (lambda / (2 * m)) * sum(theta.map((w) => w * w));
}

export async function run(print = console.log) {
  const rows = [];
  for (const lambda of [0, 1, 10]) {
    const model = network(lambda);
    const { loss } = await model.gradients(x, y);
    const check = await checkGradients(model, x, y);
    rows.push({ lambda, J: formula(model, lambda), loss, worst: check.worst, ok: check.ok });
  }
  print("  λ    J by the formula   J by the library   gradient against finite differences");
  for (const { lambda, J, loss, worst, ok } of rows) {
    print(
      `${String(lambda).padStart(3)} ${J.toFixed(5).padStart(19)} ${loss.toFixed(5).padStart(18)}   off by at most ${(100 * worst).toFixed(3)} %${ok ? "" : " – wrong"}`,
    );
  }

  // the penalty's own gradient: λ/m · Θ
  const ofKernel = async (/** @type {number} */ lambda) =>
    (await network(lambda).gradients(x, y)).gradients["dense_1.kernel"];
  const [without, withPenalty] = [await ofKernel(0), await ofKernel(10)];
  const w = network(0).weights()["dense_1.kernel"];
  const difference = Math.max(
    ...w.map((value, i) => Math.abs(withPenalty[i] - without[i] - (10 / m) * value)),
  );
  print(`what λ = 10 adds to the gradient is λ/m · Θ, up to ${difference.toExponential(1)}`);
  return { rows, difference };
}

await main(import.meta.url, run);
