// What the model says of new rows. Missing values are filled as they were in training.
import { loadModel } from "nabla/node";

const model = await loadModel(new URL("model.safetensors", import.meta.url));
const rows = [
  { weight: 118, diameter: 5.6, colour: "yellow", origin: "Spain" },
  { weight: 190, diameter: 7.9, colour: "orange", origin: "Italy" },
  { weight: 175, diameter: null, colour: "red", origin: "France" },
];
for (const [i, answer] of (await model.predictRows(rows)).entries())
  console.log(rows[i], "→", answer.class, `${(100 * answer.probability).toFixed(1)} %`);
