/**
 * Copying (after Hochreiter & Schmidhuber 1997): twenty symbols come one after the other, then they have to be said again in the same order.
 * A recurrent layer must carry all of them in its state. Attention looks back: each step learns at which earlier one to look.
 */
import {
  dense,
  embedding,
  gru,
  layerNormalization,
  multiHeadAttention,
  positionalEmbedding,
  residual,
  sequential,
} from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const SYMBOLS = 8;
const LENGTH = 20;
const STEPS = 2 * LENGTH;
/** What goes in where a symbol is to come out. */
const NOW = SYMBOLS + 1;

/**
 * @param {number} rows
 * @param {number} seed
 */
function problem(rows, seed) {
  const random = randomNumbers(seed);
  const x = new Float32Array(rows * STEPS).fill(NOW);
  // nothing is to be said while symbols come in
  const y = new Int32Array(rows * STEPS);
  for (let at = 0; at < x.length; at += STEPS)
    for (let t = 0; t < LENGTH; t++) {
      x[at + t] = 1 + Math.floor(random() * SYMBOLS);
      y[at + LENGTH + t] = x[at + t];
    }
  return { x: { data: x, shape: [rows, STEPS] }, y: { data: y, shape: [rows, STEPS] } };
}

export async function run(print = console.log) {
  const learned = problem(1000, 1);
  const unseen = problem(200, 2);
  const layers = {
    gru: () => [gru({ units: 64, returnSequences: true })],
    attention: () => [
      positionalEmbedding(),
      residual([multiHeadAttention({ numHeads: 2, keyDim: 16, causal: true })]),
      layerNormalization(),
    ],
  };
  print(`symbols of new rows that are copied; guessing has ${((1 / SYMBOLS) * 100).toFixed(0)} %`);
  const shares = { gru: NaN, attention: NaN };
  for (const name of /** @type {const} */ (["gru", "attention"])) {
    const model = sequential(
      [
        embedding({ inputDim: NOW + 1, outputDim: 32 }),
        ...layers[name](),
        dense({ units: SYMBOLS + 1, activation: "softmax" }),
      ],
      { seed: 1 },
    );
    model.compile({
      optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 },
      loss: "categoricalCrossentropy",
      schedule: "cosine",
    });
    await model.fit(learned.x, learned.y, { epochs: 20 });
    const said = model.predict(unseen.x).argMax();
    const asked = said.map((_, i) => i).filter((i) => i % STEPS >= LENGTH);
    shares[name] = asked.filter((i) => said[i] === unseen.y.data[i]).length / asked.length;
    print(`${name.padEnd(9)} ${(shares[name] * 100).toFixed(1)} %`);
  }
  return shares;
}

await main(import.meta.url, run);
