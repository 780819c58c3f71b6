/** Distillation: a small network learns from a large one's doubts, and so knows a digit that it has never seen. */
import { activation, conv2d, dense, flatten, maxPooling2d, rescaling, sequential } from "nabla";
import { digits } from "nabla/data";
import { main } from "./main.mjs";

const HIDDEN = 3; // the digit that the small networks are not shown
const settings = /** @type {const} */ ({
  loss: "categoricalCrossentropy",
  optimizer: { name: "adam", learningRate: 0.003 },
});
/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(0)} %`.padStart(5);
const options = { inputShape: [28, 28, 1], seed: 1 };

const large = () =>
  sequential(
    [
      conv2d({ filters: 8, kernelSize: 5, strides: 2, activation: "relu" }),
      maxPooling2d(),
      flatten(),
      dense({ units: 100, activation: "relu" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    options,
  );

/** It divides by 8 before softmax (a temperature of 8), so that what is improbable counts for more. */
const small = () =>
  sequential(
    [
      flatten(),
      dense({ units: 64, activation: "relu" }),
      dense({ units: 10 }),
      rescaling({ scale: 1 / 8 }),
      activation({ activation: "softmax" }),
    ],
    options,
  );

/** The same for probabilities: their eighth roots, divided by their sum. @param {Float32Array} p */
function soften(p) {
  const roots = Array.from(p, (value) => Math.sqrt(Math.sqrt(Math.sqrt(value))));
  const sum = roots.reduce((a, b) => a + b);
  return roots.map((root) => root / sum);
}

/** Shares of new digits that a model knows: of all, and of the hidden one. @param {import("nabla").Model} model */
async function score(model) {
  const matrix = await model.confusionMatrix(digits({ samples: 2000, part: "test" }));
  return { all: matrix.accuracy, hidden: matrix.perClass()[HIDDEN].recall };
}

export async function run(print = console.log) {
  const set = digits({ samples: 10000 });
  const teacher = large();
  await teacher.compile(settings).fit(set, { epochs: 8, batchSize: 50 });

  const rows = Uint32Array.from({ length: 10000 }, (_, i) => i).filter((i) => i % 10 !== HIDDEN);
  const data = new Uint8Array(rows.length * 784);
  const labels = new Int32Array(rows.length);
  set.read(rows, data, labels);
  const x = { data, shape: [rows.length, ...options.inputShape] };
  const outputs = teacher.predict(x);
  const doubts = Array.from(labels, (_, row) => soften(outputs.row(row)));

  const [fromLabels, fromDoubts] = [small(), small()];
  await fromLabels.compile(settings).fit(x, labels, { epochs: 10, batchSize: 50 });
  await fromDoubts.compile(settings).fit(x, doubts, { epochs: 10, batchSize: 50 });
  const scores = {
    teacher: await score(teacher),
    fromLabels: await score(fromLabels),
    fromDoubts: await score(fromDoubts),
  };
  const row = labels.indexOf(5);
  print(
    `a 5 as the large network sees it: ${doubts[row].map((p, digit) => `${digit} ${percent(p)}`).join(", ")}`,
  );
  print(`how many new digits each knows, and of the digit ${HIDDEN}, which the small ones have not seen:`);
  const names = { teacher: "large", fromLabels: "small, from labels", fromDoubts: "small, from doubts" };
  for (const [who, name] of Object.entries(names)) {
    const { all, hidden } = scores[/** @type {keyof typeof names} */ (who)];
    print(`${name.padEnd(20)}${percent(all)}  ${percent(hidden)}`);
  }
  return scores;
}

await main(import.meta.url, run);
