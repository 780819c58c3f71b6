/** A loss of one's own: three outputs learn not the mean of y but what 10, 50 and 90 % of it stay below. */
import { checkGradients, dense, sequential } from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const shares = [0.1, 0.5, 0.9];

/**
 * Being too low costs `share` for each unit, being too high 1 − share: least where that share of the targets lies below.
 *
 * @type {import("nabla").OwnLoss}
 */
const pinball = {
  name: "pinball",
  value: ({ data, shape }, y) =>
    Array.from({ length: shape[0] }, (_, row) =>
      shares.reduce((sum, share, k) => {
        const error = y.data[3 * row + k] - data[3 * row + k];
        return sum + Math.max(share * error, (share - 1) * error);
      }, 0),
    ),
  gradient: ({ data }, y) =>
    data.map((output, i) => (output < y.data[i] ? -shares[i % 3] : 1 - shares[i % 3])),
};

/** y lies evenly between x and x + width, and is more uncertain in the middle. @param {number} x */
const width = (x) => 0.2 + 2 * x * (1 - x);

/** @param {number} count @param {number} seed */
function points(count, seed) {
  const random = randomNumbers(seed);
  const x = Array.from({ length: count }, () => [random()]);
  const y = x.map(([value]) => value + width(value) * random());
  return { x, y: y.map((value) => [value, value, value]) }; // the same target for all three outputs
}

export async function run(print = console.log) {
  const model = sequential([dense({ units: 32, activation: "tanh" }), dense({ units: 3 })], { seed: 1 });
  model.compile({ loss: pinball, optimizer: { name: "adam", learningRate: 0.01 }, schedule: "cosine" });
  const { x, y } = points(2000, 1);
  await model.fit(x, y, { epochs: 50 });
  const fits = (await checkGradients(model, x.slice(0, 5), y.slice(0, 5))).loss;
  print(`value and gradient agree to ${fits?.error.toExponential(1)}`);

  const rows = [0.1, 0.3, 0.5, 0.7, 0.9].map((value) => ({
    x: value,
    learned: [...model.predict([[value]]).data],
    exact: shares.map((share) => value + width(value) * share),
  }));
  /** @param {number[]} values */
  const show = (values) => values.map((value) => value.toFixed(2)).join("  ");
  print("  x    learned: 10 %  50 %  90 %    exact: 10 %  50 %  90 %");
  for (const { x, learned, exact } of rows) print(` ${x}          ${show(learned)}         ${show(exact)}`);

  const test = points(2000, 2);
  const outputs = model.predict(test.x);
  const below = shares.map(
    (_, k) => test.y.filter(([value], row) => value < outputs.row(row)[k]).length / 2000,
  );
  print(`new points below the three: ${below.map((share) => `${(100 * share).toFixed(1)} %`).join(", ")}`);
  return { fits, rows, below };
}

await main(import.meta.url, run);
