// Training speed of whole steps, and the multiply-add peak, measured in turn.
//   node bench/training.mjs [W4 L7]       (after npm run build)
import { sequential } from "nabla";
import { internalsOf } from "../build/internals.js";
import { answers, fitRates, pixels } from "./fit.mjs";
import { CASES, flops, NETS } from "./nets.mjs";
import { median, peakMeter } from "./support.mjs";

const WINDOW = 60; // ms
const WINDOWS = 21;

/** Steps on one batch that lies in linear memory: what a framework's own loop over ready tensors measures. */
function steps(name, batch, peak) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
  const network = internalsOf(model).built;
  const { loss, update } = internalsOf(model).state.required;
  const plan = network.use(
    network.plan("train", batch, [{ type: "float32", scale: 1 }], {
      objectives: [{ loss, target: "class" }],
      update: update(network),
    }),
  );
  const { core } = network;
  const inputs = model.inputShape.reduce((a, b) => a * b);
  core
    .f32(plan.inputs[0].x.offset, batch * inputs)
    .set(Float32Array.from(pixels(batch * inputs), (v) => v / 255));
  const labels = batch * answers(model);
  core.i32(plan.outputs[0].y.offset, labels).set(Int32Array.from({ length: labels }, (_, i) => i % 10));
  core.f32(plan.outputs[0].weight.offset, batch).fill(1);
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
      fit: median(await fitRates(name, batch)),
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
