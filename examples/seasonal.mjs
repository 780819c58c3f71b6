/**
 * A noisy series with a season of a day: 24 hours are forecast by a GRU that reads the 72 before them, beside what needs no network: the last
 * value, and the value a day before, which has that hour's noise in it.
 */
import { dense, gru, sequential } from "nabla";
import { scoreForecast, series, windowSplit } from "nabla/sequences";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const DAY = 24;

/**
 * Hours of what a town uses.
 *
 * @param {number} hours
 */
function load(hours) {
  const random = randomNumbers(1);
  const noise = () => random() + random() + random() + random() - 2;
  return Float64Array.from({ length: hours }, (_, t) => {
    const day = Math.sin((2 * Math.PI * t) / DAY) + 0.5 * Math.sin((4 * Math.PI * t) / DAY);
    return 500 + 100 * day + 40 * noise();
  });
}

export async function run(print = console.log) {
  const hours = series({ load: load(60 * DAY) });
  const { train, test } = windowSplit(hours, { length: 3 * DAY, horizon: DAY, season: DAY });
  if (!test) throw new Error("nothing to test with");
  const model = sequential([gru({ units: 32 }), dense({ units: DAY })], { seed: 1 });
  model.compile({
    optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 },
    schedule: "cosine",
    loss: "meanSquaredError",
  });
  await model.fit(train, { epochs: 12 });
  const [score] = scoreForecast(model, test).columns;
  const seasonal = score.seasonalNaive?.meanAbsoluteError ?? NaN;
  print(`mean absolute error over the next ${DAY} hours, of ${test.length} windows that were kept out`);
  for (const [name, error] of [
    ["last value", score.lastValue.meanAbsoluteError],
    ["a day before", seasonal],
    ["GRU", score.model.meanAbsoluteError],
  ])
    print(`${String(name).padEnd(14)} ${Number(error).toFixed(1)}`);
  return {
    model: score.model.meanAbsoluteError,
    seasonal,
    better: 1 - score.model.meanAbsoluteError / seasonal,
  };
}

await main(import.meta.url, run);
