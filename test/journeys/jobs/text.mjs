// A text, character by character: what comes next? Writes verse.txt and verse.safetensors, and says what the model writes.
import { writeFileSync } from "node:fs";
import { dense, flatten, sequential } from "nabla";
import { saveModel } from "nabla/node";
import { generate, textSplit } from "nabla/sequences";

const VERSE =
  "Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream.\n";
writeFileSync("verse.txt", VERSE.repeat(12));

const { train, vocabulary } = textSplit(VERSE.repeat(12), { length: 12 });
const model = sequential(
  [
    flatten(),
    dense({ units: 32, activation: "relu" }),
    dense({ units: vocabulary.size, activation: "softmax" }),
  ],
  { seed: 1 },
);
model.compile({ optimizer: { name: "adam", learningRate: 0.01 }, loss: "categoricalCrossentropy" });
await model.fit(train, { epochs: 12 });
await saveModel(model, "verse.safetensors");
console.log(
  JSON.stringify({ text: generate(model, { seedText: "Row, row, row", length: 60, temperature: 0 }) }),
);
