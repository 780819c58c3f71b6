// The speed of fit(), measured the same way in Node and in pages.
import { arrayDataset, sequential } from "nabla";
import { pixels } from "../build/internals.js";
import { answers, classesOf, flops, NETS } from "./nets.mjs";

export const compiled = (name) =>
  sequential(NETS[name].layers(), { seed: 1 }).compile({ ...NETS[name].compile, metrics: ["accuracy"] });

/** Rows enough for epochs of a tenth of a second, with ten classes. */
export function rowsFor(model) {
  const rows = Math.max(640, Math.ceil(4e9 / flops(model) / 640) * 640);
  const { inputShape } = model;
  const inputs = inputShape.reduce((a, b) => a * b);
  return arrayDataset(
    pixels(rows * inputs),
    {
      data: classesOf(rows * answers(model)),
      shape: [rows, ...model.outputShape.slice(0, -1)],
    },
    { inputShape },
  );
}

/** Samples a second of the whole of fit(): shuffling, reading uint8 rows, accuracy. One figure for each epoch, warmed up. */
export async function fitRates(name, batchSize, options = {}) {
  const model = compiled(name);
  const data = rowsFor(model);
  const rates = [];
  let t = performance.now();
  const onEpochEnd = () => {
    const now = performance.now();
    rates.push((data.length * 1000) / (now - t));
    t = performance.now();
  };
  await model.fit(data, { epochs: 14, batchSize, callbacks: [{ onEpochEnd }], ...options });
  return rates.slice(4);
}
