// The three matrix products of dense layers in GFLOP/s, and the multiply-add peak, measured in turn.
//   node bench/gemm.mjs            (after npm run build)
import { readFileSync } from "node:fs";
import { compileBench, measured, peakMeter } from "./support.mjs";

const SHAPES = [
  [10, 784, 30, "W1 layer 1"],
  [10, 30, 10, "W1 layer 2"],
  [32, 784, 100, "W2 layer 1, batch 32"],
  [32, 100, 50, "W2 layer 2"],
  [32, 50, 10, "W2 layer 3"],
  [128, 784, 100, "W2 layer 1, batch 128"],
  [128, 784, 512, "W3 layer 1"],
  [128, 512, 512, "W3 layer 2"],
  [256, 256, 256, "square"],
  [512, 512, 512, "square"],
  [1024, 1024, 1024, "square"],
];

/** Runs of the products of a dense layer on a core of its own: y = x·w, dx = dy·wᵀ with the transposition, dw = xᵀ·dy. */
export function products(core, m, k, n) {
  const ld = (v) => (v + 3) & ~3;
  let at = 65536;
  const take = (bytes) => {
    const from = Math.ceil(at / 64) * 64;
    at = from + bytes;
    return from;
  };
  const floats = [m * ld(k), k * ld(n), m * ld(n), m * ld(n), m * ld(k), k * ld(n)];
  const [x, w, y, b, dx, dw] = floats.map((count) => take(count * 4));
  const [scratch, step] = [Math.max(core.OUTER_SCRATCH.value, n * core.TURNED_SCRATCH.value), 64].map(take);
  const records = take(1024);
  const missing = Math.ceil((at - core.memory.buffer.byteLength) / 65536) + 1;
  if (missing > 0) core.memory.grow(missing);
  const words = new Int32Array(core.memory.buffer);
  new Float32Array(core.memory.buffer, x, (at - x) >> 2).fill(0.5);
  words.fill(0, step / 4, step / 4 + 16);
  let r = records;
  const program = (list) => {
    const tape = r;
    r += list.length * 8;
    list.forEach(([kernel, fields], i) => {
      words.set([core[kernel].value, r], tape / 4 + 2 * i);
      words.set(fields, r / 4);
      r += fields.length * 4;
    });
    r = Math.ceil(r / 8) * 8;
    return () => core.run(tape, 0, list.length, m, step);
  };
  return {
    forward: program([["DENSE_FORWARD", [y, x, w, b, k, n]]]),
    input: program([["DENSE_BACK", [dx, y, w, scratch, k, n]]]),
    weights: program([["DENSE_WEIGHTS", [dw, 0, x, y, scratch, step, k, n]]]),
  };
}

/** @param only a part of what a shape is called @param options { windows, ms } */
export function gemm(only = "", options = { windows: 15, ms: 12 }) {
  const module = new WebAssembly.Module(readFileSync(compileBench()));
  const peak = peakMeter();
  return SHAPES.filter(([, , , what]) => what.includes(only)).map(([m, k, n, what]) => {
    const runs = products(new WebAssembly.Instance(module).exports, m, k, n);
    const figure = (run) => measured(run, options, peak, 2 * m * k * n);
    return {
      shape: `${m} × ${k} × ${n}`,
      what,
      forward: figure(runs.forward),
      input: figure(runs.input),
      weights: figure(runs.weights),
    };
  });
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const cell = (f) => `${f.rate.toFixed(1)} (${(100 * f.share).toFixed(0)} %)`.padStart(14);
  console.log(
    `${"shape".padEnd(20)} ${"y = x·w".padStart(14)} ${"dx = dy·wᵀ".padStart(14)} ${"dw = xᵀ·dy".padStart(14)}   peak  `,
  );
  for (const r of gemm(process.argv[2]))
    console.log(
      `${r.shape.padEnd(20)} ${cell(r.forward)} ${cell(r.input)} ${cell(r.weights)}   ${r.forward.peak.toFixed(1)}  ${r.what}`,
    );
}
