/** Cross-validation of two kinds of networks on the same folds; then five of the better kind vote. */
import { crossValidate, dense, ensemble, sequential } from "nabla";
import { moons } from "nabla/data";
import { main } from "./main.mjs";

/** @type {(units: number, seed: number) => import("nabla").Model} */
const make = (units, seed) =>
  sequential([dense({ units, activation: "tanh" }), dense({ units: 1, activation: "sigmoid" })], {
    seed,
    inputShape: [2],
  }).compile({
    loss: "binaryCrossentropy",
    optimizer: { name: "adam", learningRate: 0.05 },
    metrics: ["accuracy"],
  });
/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

export async function run(print = console.log) {
  const data = moons({ samples: 200, noise: 0.2, seed: 1 });
  print("units   accuracy on five folds            mean ± deviation");
  const kinds = [];
  for (const units of [1, 8]) {
    const { folds, mean, standardDeviation } = await crossValidate(() => make(units, 0), data, {
      epochs: 150,
      seed: 1,
    });
    const accuracies = folds.map(({ scores }) => scores.accuracy);
    print(
      `${units}       ${accuracies.map(percent).join("  ")}    ${percent(mean.accuracy)} ± ${percent(standardDeviation.accuracy)}`,
    );
    kinds.push({ units, accuracies, mean: mean.accuracy, deviation: standardDeviation.accuracy });
  }

  const models = [];
  for (let seed = 1; seed <= 5; seed++) {
    const model = make(8, seed);
    await model.fit(data, { epochs: 150 });
    models.push(model);
  }
  const test = moons({ samples: 1000, noise: 0.2, seed: 2 });
  const { accuracy, models: alone } = await ensemble(models).evaluate(test);
  print(`on 1000 new points, each alone: ${alone.map(percent).join(", ")}; their vote: ${percent(accuracy)}`);
  return { kinds, alone, accuracy };
}

await main(import.meta.url, run);
