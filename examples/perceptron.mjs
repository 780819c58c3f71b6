/** The perceptron: a weighted sum and a threshold. What it can say, and what the perceptron rule can teach it. */
import { dense, sequential } from "nabla";
import { and, nand, or, xor } from "nabla/data";
import { main } from "./main.mjs";

/**
 * One neuron with these weights.
 *
 * @param {"linear" | "step" | "sigmoid"} activation
 * @param {number[]} weights
 */
function neuron(activation, weights, bias = 0) {
  const model = sequential([dense({ name: "neuron", units: 1, activation, inputShape: [weights.length] })]);
  return model.setWeights({ "neuron.kernel": weights, "neuron.bias": [bias] });
}

/**
 * Trains a perceptron from zero weights. It has learned when it made no mistake in a whole epoch.
 *
 * @param {import("nabla").Dataset} gate
 */
async function learn(gate) {
  const model = sequential([dense({ units: 1, activation: "step", kernelInitializer: "zeros" })]);
  model.compile({ loss: "perceptron", optimizer: { name: "sgd", learningRate: 1 }, metrics: ["accuracy"] });
  const { history } = await model.fit(gate, { batchSize: 1, epochs: 100 });
  const faultless = history.accuracy.indexOf(1);
  const { accuracy } = await model.evaluate(gate);
  return { learned: faultless !== -1, epochs: faultless === -1 ? 100 : faultless + 1, accuracy };
}

export async function run(print = console.log) {
  const sum = neuron("linear", [-2, 3, 2]).predict([[1, 4, -2]]).data[0];
  print(`x = (1, 4, −2), w = (−2, 3, 2): weighted sum ${sum}, through f(v) = v²: ${sum ** 2}`);

  print("\nthreshold form (w·x > 3) and bias form (w·x − 3 > 0), w = (6, 2, 2):");
  const three = Array.from({ length: 8 }, (_, i) => [i >> 2, (i >> 1) & 1, i & 1]);
  const threshold = [...neuron("linear", [6, 2, 2]).predict(three).data].map((v) => (v > 3 ? 1 : 0));
  const bias = [...neuron("step", [6, 2, 2], -3).predict(three).data];
  three.forEach((x, i) => {
    print(`  ${x.join(" ")}  →  ${threshold[i]}  ${bias[i]}`);
  });

  const two = [0, 1, 2, 3].map((i) => [i >> 1, i & 1]);
  const nandOutputs = [...neuron("step", [-2, -2], 3).predict(two).data];
  print(
    `\nNAND with weights −2, −2 and bias 3: ${two.map((x, i) => `${x} → ${nandOutputs[i]}`).join("   ")}`,
  );

  print("\nthe same weights and bias times c, with sigmoid for the step:");
  const scaled = [1, 3, 10, 100].map((c) => {
    const outputs = [...neuron("sigmoid", [-2 * c, -2 * c], 3 * c).predict(two).data];
    const distance = Math.max(...outputs.map((a, i) => Math.abs(a - nandOutputs[i])));
    print(`  c = ${String(c).padStart(3)}: ${outputs.map((a) => a.toFixed(4)).join("  ")}`);
    return { c, distance };
  });

  print("\nthe perceptron rule, w ← w − (a − y) x:");
  const gates = {
    and: await learn(and()),
    or: await learn(or()),
    nand: await learn(nand()),
    xor: await learn(xor()),
  };
  for (const [name, { learned, epochs, accuracy }] of Object.entries(gates)) {
    print(
      `  ${name.toUpperCase().padEnd(4)} ${learned ? "learned" : "not learned"} in ${epochs} epochs, ${4 * accuracy} of 4 right`,
    );
  }
  return { sum, threshold, bias, nand: nandOutputs, scaled, gates };
}

await main(import.meta.url, run);
