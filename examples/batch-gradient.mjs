/** The gradient of a batch is the average of the gradients of its examples. */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";

const x = [
  [0.2, -1.3, 0.5],
  [1.4, 0.3, -0.7],
  [-0.6, 0.8, 2.1],
  [0.9, -0.2, 0.1],
  [-1.1, -0.4, 0.6],
];
const y = [
  [1, 0],
  [0, 1],
  [1, 1],
  [0, 0],
  [1, 0],
];

export async function run(print = console.log) {
  const model = sequential(
    [
      dense({ name: "hidden", units: 4, activation: "tanh" }),
      dense({ name: "output", units: 2, activation: "sigmoid" }),
    ],
    { inputShape: [3], seed: 1 },
  );
  model.compile({ loss: "crossEntropy" });
  const batch = (await model.gradients(x, y)).gradients;
  const single = await Promise.all(x.map(async (row, i) => (await model.gradients([row], [y[i]])).gradients));

  let difference = 0;
  print("                    batch    average   of the single examples");
  for (const [name, values] of Object.entries(batch)) {
    const average = values.map((_, k) => single.reduce((sum, g) => sum + g[name][k], 0) / x.length);
    difference = Math.max(difference, ...values.map((value, k) => Math.abs(value - average[k])));
    const each = single.map((g) => g[name][0].toFixed(3).padStart(6)).join(" ");
    print(
      `${name}[0]`.padEnd(17) +
        `${values[0].toFixed(5).padStart(8)}   ${average[0].toFixed(5).padStart(8)}   ${each}`,
    );
  }
  print(`largest difference over all parameters: ${difference.toExponential(1)}`);
  return { difference };
}

await main(import.meta.url, run);
