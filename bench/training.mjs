// Training speed of whole steps, beside the multiply-add peak measured in turn with them.
//   node bench/training.mjs [W4 L7]       (after npm run build)
import { arrayDataset, sequential } from "nabla";
import { CASES, flops, NETS } from "./nets.mjs";
import { median, peakMeter } from "./support.mjs";

const WINDOW = 60; // ms
const WINDOWS = 21;

/** Values between 0 and 1, four fifths of them 0, like images of digits. */
function pixels(n) {
  const x = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const h = Math.imul(i, 2654435761) >>> 0;
    x[i] = h % 5 === 0 ? h >>> 24 : 0;
  }
  return x;
}

/** Steps on one batch that lies in linear memory: what a framework's own loop over ready tensors measures. */
function steps(name, batch, peak) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
  const network = model.built;
  const { loss, update } = model.training;
  const plan = network.use(
    network.plan(
      "train",
      batch,
      { type: "float32", scale: 1 },
      { loss, update: update(network), target: "class" },
    ),
  );
  const { core } = network;
  const inputs = model.inputShape.reduce((a, b) => a * b);
  core.f32(plan.x.offset, batch * inputs).set(Float32Array.from(pixels(batch * inputs), (v) => v / 255));
  core.i32(plan.y.offset, batch).set(Int32Array.from({ length: batch }, (_, i) => i % 10));
  core.f32(plan.weight.offset, batch).fill(1);
  core.f32(plan.step, 2).set([1e-6, 1 / batch]);
  const run = (n) => {
    for (let i = 0; i < n; i++) network.run(plan, 0, plan.marks.end, batch);
  };
  for (const t = performance.now(); performance.now() - t < 600; ) run(10);
  let count = 10;
  {
    const t = performance.now();
    run(count);
    count = Math.max(1, Math.round((count * WINDOW) / (performance.now() - t)));
  }
  const rates = [];
  const shares = [];
  for (let w = 0; w < WINDOWS; w++) {
    const t = performance.now();
    run(count);
    const rate = (count * batch * 1000) / (performance.now() - t);
    rates.push(rate);
    shares.push((rate * flops(model)) / (peak() * 1e9));
  }
  return { rate: median(rates), share: median(shares) };
}

/** The whole of fit(): shuffling, reading uint8 rows, accuracy. Median over epochs. */
async function fit(name, batch) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile({ ...net.compile, metrics: ["accuracy"] });
  // enough for epochs of a tenth of a second
  const rows = Math.max(640, Math.ceil(4e9 / flops(model) / 640) * 640);
  const { inputShape } = model;
  const inputs = inputShape.reduce((a, b) => a * b);
  const data = arrayDataset(
    pixels(rows * inputs),
    Int32Array.from({ length: rows }, (_, i) => i % 10),
    { inputShape },
  );
  const rates = [];
  let t = performance.now();
  await model.fit(data, {
    epochs: 14,
    batchSize: batch,
    callbacks: [
      {
        onEpochEnd() {
          const now = performance.now();
          rates.push((rows * 1000) / (now - t));
          t = performance.now();
        },
      },
    ],
  });
  return median(rates.slice(4));
}

/** @param only names of nets; all by default */
export async function training(only = []) {
  const peak = peakMeter();
  const out = [];
  for (const [name, batch] of CASES) {
    if (only.length > 0 && !only.includes(name)) continue;
    const { rate, share } = steps(name, batch, peak);
    out.push({
      name,
      batch,
      what: NETS[name].what,
      rate,
      share,
      limit: rate / share,
      fit: await fit(name, batch),
    });
  }
  return out;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  for (const r of await training(process.argv.slice(2))) {
    const k = (v) => `${(v / 1000).toFixed(1)} k`;
    console.log(
      `${r.name} batch ${String(r.batch).padEnd(4)} steps ${k(r.rate).padStart(8)}/s = ${(100 * r.share).toFixed(0)} % of ${k(r.limit)} (multiplications alone)   fit() ${k(r.fit)}/s   ${r.what}`,
    );
  }
}
