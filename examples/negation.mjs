/**
 * What "not" does. Sentences are made of a few words; "not" turns the next judgement around, whatever stands between, and "but" makes the second
 * half count alone. Counting words (a bag of words) cannot know which of two judgements is meant; an LSTM that reads them in order can.
 */
import { dense, embedding, lstm, sequential } from "nabla";
import { sequences } from "nabla/sequences";
import { main } from "./main.mjs";
import { randomNumbers } from "./random.mjs";

const GOOD = ["good", "great", "lovely", "funny", "clever", "warm"];
const BAD = ["bad", "dull", "awful", "boring", "silly", "cold"];
const NOUNS = ["film", "play", "book", "song", "story", "show"];
const VERY = ["", "", "really", "very", "quite", "at all"];

/**
 * @param {number} n
 * @param {number} seed
 */
function reviews(n, seed) {
  const random = randomNumbers(seed);
  const one = (/** @type {string[]} */ words) => words[Math.floor(random() * words.length)];
  const clause = () => {
    const [good, not] = [random() < 0.5, random() < 0.5];
    const text = `the ${one(NOUNS)} was ${not ? "not " : ""}${one(VERY)} ${one(good ? GOOD : BAD)}`;
    return { text: text.replace("  ", " "), good: good !== not };
  };
  return Array.from({ length: n }, () => {
    const first = clause();
    if (random() < 0.5) return { text: first.text, label: first.good ? "liked" : "disliked" };
    const second = clause();
    return { text: `${first.text} but ${second.text}`, label: second.good ? "liked" : "disliked" };
  });
}

export async function run(print = console.log) {
  const { train, info } = sequences(reviews(1500, 1), { testFraction: 0 });
  const { train: test } = sequences(reviews(500, 2), { testFraction: 0, like: info });
  const words = embedding({ inputDim: info.size ?? 0, outputDim: 16, maskZero: true });
  const compiled = {
    optimizer: { name: "adam", learningRate: 0.01, clipNorm: 1 },
    schedule: "cosine",
    loss: "categoricalCrossentropy",
    metrics: ["accuracy"],
  };
  const model = sequential([words, lstm({ units: 24 }), dense({ units: 2, activation: "softmax" })], {
    seed: 1,
  });
  model.compile(/** @type {any} */ (compiled));
  await model.fit(train, { epochs: 20 });
  const read = (await model.evaluate(test)).accuracy;

  // how often each word occurs, and nothing of their order
  const [counted, unseen] = [counts(train, info.size ?? 0), counts(test, info.size ?? 0)];
  const bag = sequential(
    [dense({ units: 32, activation: "relu" }), dense({ units: 2, activation: "softmax" })],
    { seed: 1 },
  );
  bag.compile(/** @type {any} */ (compiled));
  await bag.fit(counted.x, counted.y, { epochs: 20 });
  const bagged = (await bag.evaluate(unseen.x, unseen.y)).accuracy;

  print(`of ${test.length} new sentences, right by their words alone: ${(100 * bagged).toFixed(1)} %`);
  print(`read in order, by an LSTM: ${(100 * read).toFixed(1)} %`);
  return { read, bagged };
}

/**
 * @param {import("nabla/data").Dataset} data rows of ids
 * @param {number} size
 */
function counts(data, size) {
  const [steps] = data.inputShape;
  const [x, y] = [new Float32Array(data.length * steps), new Int32Array(data.length)];
  data.read(
    Uint32Array.from(y, (_, i) => i),
    x,
    y,
  );
  const bags = new Float32Array(data.length * size);
  x.forEach((id, i) => {
    if (id > 0) bags[Math.floor(i / steps) * size + id]++;
  });
  return { x: { data: bags, shape: [data.length, size] }, y };
}

await main(import.meta.url, run);
