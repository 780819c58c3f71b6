/** XOR: no line separates its classes, so one layer fails; a hidden layer solves it. */
import { dense, sequential } from "nabla";
import { xor } from "nabla/data";
import { main } from "./main.mjs";

const inputs = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/** @param {Parameters<typeof sequential>[0]} layers */
async function train(layers) {
  const model = sequential(layers, { seed: 1 });
  model.compile({
    loss: "binaryCrossentropy",
    optimizer: { name: "adam", learningRate: 0.05 },
    metrics: ["accuracy"],
  });
  await model.fit(xor(), { batchSize: 4, epochs: 500 });
  const { loss, accuracy } = await model.evaluate(xor());
  return { loss, accuracy, outputs: [...model.predict(inputs).data] };
}

export async function run(print = console.log) {
  const one = await train([dense({ units: 1, activation: "sigmoid" })]);
  const two = await train([
    dense({ units: 4, activation: "tanh" }),
    dense({ units: 1, activation: "sigmoid" }),
  ]);
  print("inputs   one layer   two layers");
  inputs.forEach((x, i) => {
    print(`${x.join(" ")}      ${one.outputs[i].toFixed(3)}       ${two.outputs[i].toFixed(3)}`);
  });
  print(
    `loss     ${one.loss.toFixed(3)}       ${two.loss.toFixed(3)}       (log 2 = 0.693 is what guessing costs)`,
  );
  return { one, two };
}

await main(import.meta.url, run);
