// Fits the weights of src/reading/score.ts. `node bench/readingFit.mjs MNIST-FOLDER [--model FILE] [--strips 4000] [--steps 300]`
//
// Ways of cutting a line are weighted by the exponential of their score; the weights make the true way, among all
// that are tried, as likely as can be (a semi-Markov conditional random field). Only training digits are used: a
// classifier learns from the first 50,000, strips are made of the other 10,000, so that it is no surer than of new ones.
import { subset } from "../build/data.js";
import { dense, flatten, sequential } from "../build/index.js";
import { loadModel, openData } from "../build/node.js";
import { inner, KINDS, read } from "./reading.mjs";
import { makeStrip } from "./strips.mjs";

const option = (name, other) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? other : process.argv[at + 1];
};
const { Stream, findInk, findCuts, proposals, classify, FEATURES } = await inner(`
  export { Stream } from "./src/math/random.ts";
  export { findInk } from "./src/reading/ink.ts";
  export { findCuts } from "./src/reading/cuts.ts";
  export { proposals } from "./src/reading/read.ts";
  export { classify } from "./src/reading/classify.ts";
  export { FEATURES } from "./src/reading/pieces.ts";`);

const { train } = await openData(process.argv[2]);
const range = (from, to) => Uint32Array.from({ length: to - from }, (_, i) => from + i);
const cut = train.length - 10_000;
let model;
if (option("model")) model = await loadModel(option("model"));
else {
  model = sequential(
    [
      flatten(),
      dense({ units: 100, activation: "relu", kernelInitializer: "heUniform" }),
      dense({ units: 50, activation: "relu", kernelInitializer: "heUniform" }),
      dense({ units: 10, activation: "softmax" }),
    ],
    { seed: 1 },
  );
  model.compile({ loss: "categoricalCrossentropy", optimizer: "adam", schedule: "cosine" });
  await model.fit(subset(train, range(0, cut)), { epochs: 5, batchSize: 64 });
}
const { imageOf, labelOf, count } = await read(subset(train, range(cut, train.length)));

/** Which cut parts digit k from digit k + 1 best, and how much ink it puts on the wrong side. */
function bestCut(cuts, ink, strip, k) {
  const owner = strip.owner;
  let best = { cut: -1, wrong: Number.POSITIVE_INFINITY };
  cuts.forEach(({ path }, c) => {
    let wrong = 0;
    for (let y = 0; y < ink.height; y++)
      for (let x = 0; x < ink.width; x++) {
        const value = ink.data[y * ink.width + x];
        if (value === 0) continue;
        const of = owner[(y + ink.top) * strip.picture.width + x + ink.left];
        if (of <= k !== x < path[y]) wrong += value;
      }
    if (wrong < best.wrong) best = { cut: c, wrong };
  });
  return best;
}

/** Ink on the wrong side of a cut that still counts as true: a fifth of a digit. */
const MOST_WRONG = 20;
const strips = Number(option("strips", 4000));
const samples = [];
let [lost, seen, pieceCount] = [0, 0, 0];
for (let s = 0; s < strips; s++) {
  const options = KINDS[s % KINDS.length][1];
  if (options.noise) continue;
  const strip = makeStrip(imageOf, labelOf, count, new Stream(2, 4, s), options);
  const { width, height } = strip.picture;
  strip.owner = new Int8Array(width * height).fill(-1);
  const strongest = new Uint8Array(width * height);
  strip.parts.forEach(({ x, y, image }, k) => {
    image.data.forEach((value, i) => {
      const at = (y + Math.floor(i / image.width)) * width + x + (i % image.width);
      if (value > strongest[at]) [strongest[at], strip.owner[at]] = [value, k];
    });
  });
  const found = findInk(strip.picture, "strip");
  const top = Math.floor(strip.picture.data.findIndex((value) => value > 0) / width);
  const ink = { ...found, top };
  const cuts = findCuts(ink);
  const { edges, pieces, last } = proposals(ink, cuts);
  const truth = [0];
  let good = true;
  for (let k = 0; k + 1 < strip.text.length; k++) {
    const { cut: at, wrong } = bestCut(cuts, ink, strip, k);
    good &&= at > truth.at(-1) && wrong < MOST_WRONG;
    truth.push(at);
  }
  truth.push(last);
  const gold = new Map(truth.slice(1).map((to, k) => [`${truth[k]},${to}`, Number(strip.text[k])]));
  const right = new Set(edges.map(([a, b], e) => (gold.has(`${a},${b}`) ? e : -1)).filter((e) => e >= 0));
  seen++;
  pieceCount += pieces.length;
  if (!good || right.size !== strip.text.length) {
    lost++;
    continue;
  }
  const shares = classify(model, pieces, "fit");
  samples.push({
    last,
    edges,
    right,
    x: pieces.map((piece, e) => {
      const most = shares.subarray(e * 10, e * 10 + 10).reduce((a, b) => Math.max(a, b));
      return [Math.log(1 - most + 1e-4), ...piece.shape];
    }),
  });
}
console.log(
  `${seen} strips, ${(pieceCount / seen).toFixed(1)} pieces each; in ${lost} no cuts near the true ones`,
);

const weights = new Array(FEATURES.length + 1).fill(0);
const logSum = (a, b) => {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(-Math.abs(a - b)));
};
/** Mean negative log-likelihood of the true ways; adds its gradient to `gradient`. */
function step(gradient) {
  let loss = 0;
  let exact = 0;
  for (const { edges, right, x, last } of samples) {
    const scores = x.map((row) => row.reduce((sum, value, f) => sum + value * weights[f], 0));
    const forward = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
    const backward = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
    const best = new Float64Array(last + 1).fill(Number.NEGATIVE_INFINITY);
    const by = new Int32Array(last + 1);
    forward[0] = backward[last] = best[0] = 0;
    edges.forEach(([a, b], e) => {
      forward[b] = logSum(forward[b], forward[a] + scores[e]);
      if (best[a] + scores[e] > best[b]) [best[b], by[b]] = [best[a] + scores[e], e];
    });
    for (let e = edges.length - 1; e >= 0; e--) {
      const [a, b] = edges[e];
      backward[a] = logSum(backward[a], backward[b] + scores[e]);
    }
    const all = forward[last];
    let wrong = 0;
    for (let at = last; at > 0; at = edges[by[at]][0]) wrong += !right.has(by[at]);
    exact += wrong === 0;
    loss += all;
    edges.forEach(([a, b], e) => {
      if (right.has(e)) loss -= scores[e];
      const p = Math.exp(forward[a] + scores[e] + backward[b] - all) - right.has(e);
      for (let f = 0; f < weights.length; f++) gradient[f] += p * x[e][f];
    });
  }
  for (let f = 0; f < weights.length; f++) {
    gradient[f] = gradient[f] / samples.length + 2e-4 * weights[f];
  }
  return { loss: loss / samples.length, exact: exact / samples.length };
}
const [m, v] = [weights.map(() => 0), weights.map(() => 0)];
const steps = Number(option("steps", 300));
for (let t = 1; t <= steps; t++) {
  const gradient = weights.map(() => 0);
  const { loss, exact } = step(gradient);
  if (t % 50 === 0 || t === 1) console.log(t, loss.toFixed(4), `${(100 * exact).toFixed(2)} % cut exactly`);
  const rate = 0.2 * (1 - t / steps) + 0.002;
  for (let f = 0; f < weights.length; f++) {
    m[f] = 0.9 * m[f] + 0.1 * gradient[f];
    v[f] = 0.99 * v[f] + 0.01 * gradient[f] ** 2;
    weights[f] -= (rate * m[f]) / (1 - 0.9 ** t) / (Math.sqrt(v[f] / (1 - 0.99 ** t)) + 1e-8);
  }
}
["log of what the share of the digit leaves", ...FEATURES].forEach((name, f) =>
  console.log(weights[f].toFixed(3), name),
);
console.log(`[${weights.map((w) => Number(w.toFixed(3))).join(", ")}]`);
