// Training speed of whole steps, and the multiply-add peak, measured in turn.
//   node bench/training.mjs [W4 L7]       (after npm run build)
import { sequential } from "nabla";
import { median } from "../build/internals.js";
import { fitRates } from "./fit.mjs";
import { CASES, flops, NETS } from "./nets.mjs";
import { stepsOf } from "./steps.mjs";
import { measured, peakMeter } from "./support.mjs";

const WINDOW = 60; // ms
const WINDOWS = 21;

function steps(name, batch, peak) {
  const net = NETS[name];
  const model = sequential(net.layers(), { seed: 1 }).compile(net.compile);
  const { step } = stepsOf(model, batch);
  const { us, share } = measured(step, { windows: WINDOWS, ms: WINDOW }, peak, flops(model) * batch);
  return { rate: (batch * 1e6) / us, share };
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
