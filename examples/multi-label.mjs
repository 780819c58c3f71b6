/** Several labels at once: which of eight notes sound together? Eight sigmoids, each of which says yes or no. */
import { dense, sequential } from "nabla";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const notes = ["C", "D", "E", "F", "G", "A", "B", "c"];
const halfTones = [0, 2, 4, 5, 7, 9, 11, 12];
const SAMPLES = 256; // 32 ms, 8000 a second

/** Sounds of one to four notes, each as loud and begun when it likes, in noise. @param {number} count @param {number} seed */
function sounds(count, seed) {
  const random = randomNumbers(seed);
  const y = Array.from({ length: count }, () => {
    const chord = new Array(notes.length).fill(0);
    for (let k = 1 + Math.floor(4 * random()); k > 0; k--) chord[Math.floor(8 * random())] = 1;
    return chord;
  });
  const x = y.map((chord) => {
    const sound = Float32Array.from({ length: SAMPLES }, () => 0.3 * (random() - 0.5));
    chord.forEach((on, note) => {
      const [loud, phase] = [on * (0.3 + 0.7 * random()), 2 * Math.PI * random()];
      const hertz = 523.25 * 2 ** (halfTones[note] / 12);
      for (let t = 0; t < SAMPLES; t++) sound[t] += loud * Math.sin(phase + (2 * Math.PI * hertz * t) / 8000);
    });
    return sound;
  });
  return { x, y };
}

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(1)} %`;
/** @param {ArrayLike<number>} chord */
const spelt = (chord) => notes.filter((_, note) => chord[note] > 0.5).join(" ") || "nothing";

export async function run(print = console.log) {
  const model = sequential(
    [dense({ units: 64, activation: "relu" }), dense({ units: notes.length, activation: "sigmoid" })],
    { seed: 1 },
  );
  const optimizer = /** @type {const} */ ({ name: "adam", learningRate: 0.003 });
  model.compile({ loss: "binaryCrossentropy", optimizer, metrics: ["binaryAccuracy"] });
  const train = sounds(4000, 1);
  await model.fit(train.x, train.y, { epochs: 20 });

  const test = sounds(1000, 2);
  const { binaryAccuracy } = await model.evaluate(test.x, test.y);
  const outputs = model.predict(test.x);
  const heard = test.y.map((chord, row) => ({ played: spelt(chord), heard: spelt(outputs.row(row)) }));
  const whole = heard.filter((each) => each.played === each.heard).length / heard.length;
  print("played      heard");
  for (const each of heard.slice(0, 10)) print(`${each.played.padEnd(12)}${each.heard}`);
  print(
    `of 1000 new sounds: ${percent(binaryAccuracy)} of the notes are right, ${percent(whole)} of whole chords`,
  );
  return { binaryAccuracy, whole };
}

await main(import.meta.url, run);
