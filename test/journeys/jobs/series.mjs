// Hours of a load, as a utility has them: what is tomorrow like? Writes load.csv and load.safetensors, and says its forecast.
import { writeFileSync } from "node:fs";
import { dense, flatten, sequential } from "nabla";
import { openSeries, saveModel } from "nabla/node";
import { forecast, scoreForecast, windowSplit } from "nabla/sequences";

let state = 3;
const drawn = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const begin = Date.UTC(2024, 0, 1);
const lines = Array.from({ length: 24 * 21 }, (_, hour) => {
  const day = Math.floor(hour / 24);
  const load =
    400 +
    120 * Math.sin(((hour % 24) / 24) * 2 * Math.PI) +
    (day % 7 > 4 ? -60 : 0) +
    2 * day +
    20 * (drawn() + drawn() - 1);
  return `${new Date(begin + hour * 3_600_000).toISOString().slice(0, 16).replace("T", " ")},${load.toFixed(1)}`;
});
writeFileSync("load.csv", `time,load\n${lines.join("\n")}\n`);

const load = await openSeries("load.csv");
const { train, test } = windowSplit(load, { length: 168, horizon: 24, targets: "load", season: 24 });
const model = sequential([flatten(), dense({ units: 24 })], { seed: 1 });
model.compile({
  optimizer: { name: "adam", learningRate: 0.003 },
  loss: "meanSquaredError",
  schedule: "cosine",
});
await model.fit(train, { epochs: 80 });
const [score] = scoreForecast(model, test).columns;
await saveModel(model, "load.safetensors");
const next = forecast(model, load, 24);
console.log(
  JSON.stringify({ season: score.season, skill: score.skill, times: next.times, values: [...next.column()] }),
);
