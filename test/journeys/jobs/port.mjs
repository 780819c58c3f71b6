// A program for TensorFlow.js, and what it became. The model that was trained there answers alike here, and learns on.
import { writeFileSync } from "node:fs";
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as layers from "@tensorflow/tfjs-layers";
import { dense, sequential } from "nabla";
import { openModel } from "nabla/import";

let state = 5;
const drawn = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const rows = Array.from({ length: 240 }, () => [drawn() * 2 - 1, drawn() * 2 - 1]);
const labels = rows.map(([a, b]) => (a * b > 0 ? 1 : 0));

// before
await tf.setBackend("cpu");
const theirs = layers.sequential();
theirs.add(layers.layers.dense({ units: 16, activation: "relu", inputShape: [2] }));
theirs.add(layers.layers.dense({ units: 2, activation: "softmax" }));
theirs.compile({ optimizer: "adam", loss: "categoricalCrossentropy", metrics: ["acc"] });
const [xs, ys] = [tf.tensor2d(rows), tf.oneHot(tf.tensor1d(labels, "int32"), 2)];
await theirs.fit(xs, ys, { epochs: 2, batchSize: 16, verbose: 0 });
const said = [...theirs.predict(xs).dataSync()];
await theirs.save(
  tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    writeFileSync("group1-shard1of1.bin", Buffer.from(weightData));
    const weightsManifest = [{ paths: ["group1-shard1of1.bin"], weights: weightSpecs }];
    writeFileSync("model.json", JSON.stringify({ format: "layers-model", modelTopology, weightsManifest }));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  }),
);

// the model, opened
const opened = await openModel("model.json");
const ours = opened.predict(rows).data;
const apart = Math.max(...said.map((value, i) => Math.abs(value - ours[i])));
opened.compile({
  optimizer: { name: "adam", learningRate: 0.02 },
  loss: "categoricalCrossentropy",
  metrics: ["accuracy"],
});
await opened.fit({ xs: rows, ys: labels }, { epochs: 40, batchSize: 16 });

// the program, ported
const model = sequential(
  [dense({ units: 16, activation: "relu" }), dense({ units: 2, activation: "softmax" })],
  { seed: 1 },
);
model.compile({
  optimizer: { name: "adam", learningRate: 0.02 },
  loss: "categoricalCrossentropy",
  metrics: ["accuracy"],
});
const { history } = await model.fit(rows, labels, { epochs: 40, batchSize: 16 });
console.log(
  JSON.stringify({
    apart,
    further: (await opened.evaluate(rows, labels)).accuracy,
    accuracy: history.accuracy.at(-1),
  }),
);
