/**
 * The adding problem (Hochreiter & Schmidhuber 1997): a hundred steps of random numbers, two of which are marked; what do these two add up
 * to? The first has to be kept for fifty steps or more. Gates learn that, a simple recurrent layer does not: its gradients vanish on the way.
 */
import { dense, gru, lstm, sequential, simpleRnn } from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const STEPS = 100;

/**
 * @param {number} rows
 * @param {number} seed
 */
function problem(rows, seed) {
  const random = randomNumbers(seed);
  const x = new Float32Array(rows * STEPS * 2);
  const y = new Float32Array(rows);
  for (let r = 0; r < rows; r++) {
    const at = (/** @type {number} */ t) => (r * STEPS + t) * 2;
    for (let t = 0; t < STEPS; t++) x[at(t)] = random();
    const marked = [Math.floor((random() * STEPS) / 2), Math.floor(((1 + random()) * STEPS) / 2)];
    for (const t of marked) {
      x[at(t) + 1] = 1;
      y[r] += x[at(t)];
    }
  }
  return { x: { data: x, shape: [rows, STEPS, 2] }, y: { data: y, shape: [rows, 1] } };
}

export async function run(print = console.log) {
  const learned = problem(4000, 1);
  const unseen = problem(1000, 2);
  // to say 1 every time, which is the mean, is wrong by the variance of two uniform numbers
  print(`mean squared error on new rows; saying 1 every time has ${(1 / 6).toFixed(4)}`);
  const errors = { simpleRnn: NaN, lstm: NaN, gru: NaN };
  for (const [name, layer] of Object.entries({ simpleRnn, lstm, gru })) {
    const model = sequential([layer({ units: 32 }), dense({ units: 1 })], { seed: 1 });
    model.compile({
      // steps of long sequences may be huge
      optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 },
      loss: "meanSquaredError",
      schedule: "cosine",
    });
    await model.fit(learned.x, learned.y, { epochs: 14 });
    const { loss } = await model.evaluate(unseen.x, unseen.y);
    print(`${name.padEnd(9)} ${loss.toFixed(4)}`);
    errors[/** @type {keyof typeof errors} */ (name)] = loss;
  }
  return errors;
}

await main(import.meta.url, run);
