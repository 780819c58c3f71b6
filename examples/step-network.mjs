/** Two layers of step neurons worked out by hand: inputs 1 and 2, hidden neurons 3 and 4, output 5. */
import { activation, dense, sequential } from "nabla";
import { main } from "./main.mjs";

const layers = [
  dense({ name: "hidden", units: 2, useBias: false, inputShape: [2] }),
  activation({ activation: "step" }),
  dense({ name: "output", units: 1, useBias: false }),
  activation({ activation: "step" }),
];

/** Row i holds what leaves neuron i: w13 w14, w23 w24; then w35, w45. */
const weights = { "hidden.kernel": [2, 1, -3, 4], "output.kernel": [2, -1] };

/** The network cut off after so many layers, on the input (1, 2). */
function after(/** @type {number} */ count) {
  const part = sequential(layers.slice(0, count));
  const own = Object.entries(weights).filter(([name]) => name in part.weights());
  return part
    .setWeights(Object.fromEntries(own))
    .predict([[1, 2]])
    .toArray()[0];
}

export async function run(print = console.log) {
  const [z3, z4] = after(1);
  const [a3, a4] = after(2);
  const [z5] = after(3);
  const [a5] = after(4);
  print("x = (1, 2)");
  print(`z3 = 1·2 + 2·(−3) = ${z3}   a3 = ${a3}`);
  print(`z4 = 1·1 + 2·4 = ${z4}      a4 = ${a4}`);
  print(`z5 = ${a3}·2 + ${a4}·(−1) = ${z5}   a5 = ${a5}`);
  return { z3, a3, z4, a4, z5, a5 };
}

await main(import.meta.url, run);
