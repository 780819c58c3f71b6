// The speed of fit(), measured the same way in Node and in pages.
import { arrayDataset, sequential } from "nabla";
import { flops, NETS } from "./nets.mjs";

/** Values between 0 and 1, four fifths of them 0, like images of digits. */
export function pixels(n) {
  const x = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const h = Math.imul(i, 2654435761) >>> 0;
    x[i] = h % 5 === 0 ? h >>> 24 : 0;
  }
  return x;
}

export const compiled = (name) =>
  sequential(NETS[name].layers(), { seed: 1 }).compile({ ...NETS[name].compile, metrics: ["accuracy"] });

/** Labels of a row: one, or one for each pixel. */
export const answers = (model) => model.outputShape.slice(0, -1).reduce((a, b) => a * b, 1);

/** Rows enough for epochs of a tenth of a second, with ten classes. */
export function rowsFor(model) {
  const rows = Math.max(640, Math.ceil(4e9 / flops(model) / 640) * 640);
  const { inputShape } = model;
  const inputs = inputShape.reduce((a, b) => a * b);
  return arrayDataset(
    pixels(rows * inputs),
    {
      data: Int32Array.from({ length: rows * answers(model) }, (_, i) => i % 10),
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
