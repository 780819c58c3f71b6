/** A network that knows the digits 0 to 4 learns 5 to 9 from a few examples of each. */
import {
  arrayDataset,
  conv2d,
  dense,
  fineTune,
  flatten,
  maxPooling2d,
  sequential,
  weightsSha256,
} from "nabla";
import { digits, labelsOf } from "nabla/data";
import { main } from "./main.mjs";

/**
 * The digits `first` … `first + 4` among so many, as classes 0 … 4; of each at most `each`.
 * @param {number} samples
 * @param {number} seed
 * @param {number} first
 */
function five(samples, seed, first, each = samples) {
  const all = digits({ samples, seed });
  const seen = new Array(10).fill(0);
  const rows = [...labelsOf(all).entries()].filter(
    ([, label]) => label >= first && label < first + 5 && seen[label]++ < each,
  );
  const data = new Uint8Array(rows.length * 784);
  all.read(
    Uint32Array.from(rows, ([row]) => row),
    data,
    new Int32Array(rows.length),
  );
  const names = Array.from({ length: 5 }, (_, c) => String(first + c));
  const labels = Int32Array.from(rows, ([, label]) => label - first);
  return arrayDataset({ data, shape: [rows.length, 28, 28, 1] }, labels, { names });
}

/** @param {number} learningRate */
const settings = (learningRate) => ({
  loss: /** @type {const} */ ("categoricalCrossentropy"),
  optimizer: /** @type {const} */ ({ name: "adam", learningRate }),
  metrics: /** @type {const} */ (["accuracy"]),
});

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;

export async function run(print = console.log) {
  const model = sequential(
    [
      conv2d({ filters: 8, kernelSize: 5, strides: 2, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 40, activation: "relu" }),
      dense({ units: 5, activation: "softmax" }),
    ],
    { seed: 1, inputShape: [28, 28, 1] },
  );
  const random = fineTune(model, { classes: 5, freeze: true }); // before it has learned anything
  await model.compile(settings(0.005)).fit(five(3000, 1, 0), { epochs: 5 });
  const { accuracy } = await model.evaluate(five(1000, 2, 0));
  print(`trained on 0 to 4: ${percent(accuracy)} of new ones are right`);

  const few = five(400, 3, 5, 8);
  const test = five(2000, 4, 5);
  print(`then 5 to 9, with ${few.length} examples, a new head and`);
  const tuned = fineTune(model, { classes: ["5", "6", "7", "8", "9"], freeze: true });
  const body = JSON.stringify(tuned.weights()["conv2d_1.kernel"]);
  /** @type {Record<string, number>} */
  const accuracies = {};
  for (const [what, each] of Object.entries({ "random features": random, "those features, frozen": tuned })) {
    await each.compile(settings(0.02)).fit(few, { batchSize: 10, epochs: 60 });
    accuracies[what] = (await each.evaluate(test)).accuracy;
    print(`  ${what}: ${percent(accuracies[what])}`);
  }
  const kept = JSON.stringify(tuned.weights()["conv2d_1.kernel"]) === body;

  const all = fineTune(tuned, { freeze: false });
  const same = weightsSha256(all) === weightsSha256(tuned);
  await all.compile(settings(0.0005)).fit(few, { batchSize: 10, epochs: 60 });
  accuracies["all of it, at a small rate"] = (await all.evaluate(test)).accuracy;
  print(`  all of it, at a small rate: ${percent(accuracies["all of it, at a small rate"])}`);
  return { accuracy, accuracies, kept, same };
}

await main(import.meta.url, run);
