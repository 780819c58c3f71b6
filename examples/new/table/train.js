// Trains a network on fruits.csv, tests it on rows it has not seen, and saves it. Put your own table here: `label` is the column to predict.
import { dense, sequential } from "nabla";
import { openData, plotHistory, progressBar, saveModel, writeReport } from "nabla/node";

const { train, test } = await openData(new URL("fruits.csv", import.meta.url), { label: "fruit" }); // a fifth of the rows is the test part

const model = sequential(
  [dense({ units: 16, activation: "relu" }), dense({ units: 3, activation: "softmax" })],
  { seed: 1 }, // the same seed gives the same weights, bit for bit
);
model.compile({
  optimizer: { name: "adam", learningRate: 0.01 },
  loss: "categoricalCrossentropy",
  metrics: ["accuracy"],
});

const history = await model.fit(train, { epochs: 30, validationSplit: 0.1, callbacks: [progressBar()] });
await plotHistory(history);
const { accuracy } = await model.evaluate(test);
console.log(`\naccuracy on ${test.length} rows it has not seen: ${(100 * accuracy).toFixed(1)} %`);

await saveModel(model, new URL("model.safetensors", import.meta.url));
await writeReport(model, history, test, new URL("report.html", import.meta.url));
console.log("model.safetensors is the model; open report.html for its curves and mistakes");
