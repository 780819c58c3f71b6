// Trains the small network of convolutions that reads drawings on the page before a visitor has trained one: web/digits/ready.json.
// `node scripts/readyDigits.mjs` writes it, `--check` says whether it is what this code gives. The same seed, the same bytes.
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import { fromConfig } from "nabla";
import { digits } from "nabla/data";

const FILE = "web/digits/ready.json";
const MODEL = {
  inputShape: [28, 28, 1],
  layers: [
    { type: "conv2d", name: "conv-1", filters: 12, kernelSize: 3, activation: "relu" },
    { type: "maxPooling2d", name: "pool-1", poolSize: 2 },
    { type: "conv2d", name: "conv-2", filters: 24, kernelSize: 3, activation: "relu" },
    { type: "maxPooling2d", name: "pool-2", poolSize: 2 },
    { type: "flatten", name: "flatten" },
    { type: "dense", name: "dense", units: 40, activation: "relu" },
    { type: "dense", name: "output", units: 10, activation: "softmax" },
  ],
};
const TRAINING = {
  loss: "categoricalCrossentropy",
  optimizer: { name: "adam", learningRate: 0.004 },
  schedule: "cosine",
  metrics: ["accuracy"],
  epochs: 10,
  batchSize: 64,
  seed: 7,
  augment: { rotate: 5 },
};
const SAMPLES = 60_000;

/** Signed bytes, with a factor for each output channel (the last axis). */
function quantised(values, channels) {
  const scales = new Float32Array(channels);
  values.forEach((value, i) => {
    scales[i % channels] = Math.max(scales[i % channels], Math.abs(value) / 127);
  });
  const bytes = Int8Array.from(values, (value, i) => Math.round(value / (scales[i % channels] || 1)));
  return { scales: base64(scales), bytes: base64(bytes) };
}

const base64 = ({ buffer, byteOffset, byteLength }) =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

const { model, fit } = fromConfig({ nabla: 1, model: MODEL, training: TRAINING });
await model.fit(digits({ samples: SAMPLES }), { ...fit, worker: false });
const shapes = model.weightShapes();
const weights = Object.fromEntries(
  Object.entries(model.weights()).map(([name, values]) => [
    name,
    name.endsWith(".kernel") ? quantised(values, shapes[name].at(-1)) : { floats: base64(values) },
  ]),
);
const text = `${JSON.stringify({ model: MODEL, loss: TRAINING.loss, weights }, undefined, 1)}\n`;
const { accuracy } = await model.evaluate(digits({ samples: 2000, part: "test" }));
console.error(`${text.length} bytes; ${(100 * accuracy).toFixed(2)} % of 2,000 test digits before rounding`);
if (!process.argv.includes("--check")) writeFileSync(FILE, text);
else if (readFileSync(FILE, "utf8") !== text) {
  console.error(`${FILE} is not what this code gives; node scripts/readyDigits.mjs`);
  process.exitCode = 1;
}
