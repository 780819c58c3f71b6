/** Linear regression: one linear neuron and the cost J = 1/2m · Σ (h − y)². */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";

/** Floor area in 100 m², price in 100 000. */
const x = [0.5, 0.6, 0.8, 0.9, 1.1, 1.3, 1.4, 1.7, 1.9, 2.1];
const y = [1.4, 1.8, 1.9, 2.4, 2.6, 2.9, 3.4, 3.8, 4.4, 4.6];

/** The line of least squares, from its closed form. */
function leastSquares() {
  const mean = (/** @type {number[]} */ v) => v.reduce((a, b) => a + b) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const w = mean(x.map((v, i) => (v - mx) * (y[i] - my))) / mean(x.map((v) => (v - mx) ** 2));
  return { w, b: my - w * mx };
}

export async function run(print = console.log) {
  const model = sequential([dense({ name: "line", units: 1, inputShape: [1] })], { seed: 1 });
  model.compile({ loss: "quadratic", optimizer: { name: "sgd", learningRate: 0.3 } });
  const before = (await model.evaluate(x, y)).loss;
  await model.fit(x, y, { batchSize: x.length, epochs: 500 });

  const { loss } = await model.evaluate(x, y);
  const h = model.predict(x).data;
  const J = h.reduce((sum, value, i) => sum + (value - y[i]) ** 2, 0) / (2 * x.length);
  const { "line.kernel": w, "line.bias": b } = model.weights();
  const best = leastSquares();
  print(`cost before training ${before.toFixed(4)}, after ${loss.toFixed(6)}`);
  print(`1/2m · Σ (h − y)² written out: ${J.toFixed(6)}`);
  print(`learned:       price = ${w[0].toFixed(4)} · area + ${b[0].toFixed(4)}`);
  print(`least squares: price = ${best.w.toFixed(4)} · area + ${best.b.toFixed(4)}`);
  return { before, loss, J, w: w[0], b: b[0], best };
}

await main(import.meta.url, run);
