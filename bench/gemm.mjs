// The three matrix products of dense layers in GFLOP/s, and the multiply-add peak, measured in turn.
//   node bench/gemm.mjs            (after npm run build)
import { readFileSync } from "node:fs";
import { compileBench, median } from "./support.mjs";

const ONLY = process.argv[2];
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
const WINDOW = 12; // ms
const WINDOWS = 15;

export function gemm() {
  const core = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(compileBench()))).exports;
  const ld = (n) => (n + 3) & ~3;
  const align = (n) => Math.ceil(n / 64) * 64;
  core.memory.grow(600);
  new Float32Array(core.memory.buffer, 4096).fill(0.5);
  const rows = [];
  const peakRate = () => {
    const n = 400_000;
    const t = performance.now();
    core.peak(n, 8192);
    return (128 * n) / (performance.now() - t) / 1e6;
  };
  peakRate();
  for (const [m, k, n, what] of SHAPES.filter((s) => !ONLY || s[3].includes(ONLY))) {
    let at = 65536;
    const take = (bytes) => (at = align(at)) && (at += bytes) - bytes;
    const x = take(m * ld(k) * 4),
      w = take(k * ld(n) * 4),
      y = take(m * ld(n) * 4),
      b = take(ld(n) * 4),
      dx = take(m * ld(k) * 4);
    const dw = take(k * ld(n) * 4),
      scratch = take(Math.max(core.OUTER_SCRATCH.value, n * core.TURNED_SCRATCH.value)),
      record = take(128),
      tape = take(64),
      step = take(64);
    new Int32Array(core.memory.buffer, step, 16).fill(0);
    const program = (list) => {
      let r = record;
      const t = new Int32Array(core.memory.buffer, tape, 16);
      list.forEach(([kernel, fields], i) => {
        t[2 * i] = core[kernel].value;
        t[2 * i + 1] = r;
        new Int32Array(core.memory.buffer, r, fields.length).set(fields);
        r += fields.length * 4;
      });
      return () => core.run(tape, 0, list.length, m, step);
    };
    const figure = (list) => {
      const run = program(list);
      const flops = 2 * m * k * n;
      let count = 1;
      for (let t = performance.now(); performance.now() - t < 60; ) run();
      for (;;) {
        const t = performance.now();
        for (let i = 0; i < count; i++) run();
        const took = performance.now() - t;
        if (took > WINDOW / 2) {
          count = Math.max(1, Math.round((count * WINDOW) / took));
          break;
        }
        count *= 2;
      }
      const rates = [],
        peaks = [];
      for (let i = 0; i < WINDOWS; i++) {
        const t = performance.now();
        for (let j = 0; j < count; j++) run();
        rates.push((flops * count) / (performance.now() - t) / 1e6);
        peaks.push(peakRate());
      }
      return { rate: median(rates), peak: median(peaks), share: median(rates.map((r, i) => r / peaks[i])) };
    };
    const forward = figure([["DENSE_FORWARD", [y, x, w, b, k, n]]]);
    const input = figure([["DENSE_BACK", [dx, y, w, scratch, k, n]]]);
    const weights = figure([["DENSE_WEIGHTS", [dw, 0, x, y, scratch, step, k, n]]]);
    rows.push({ shape: `${m} × ${k} × ${n}`, what, forward, input, weights });
  }
  return rows;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const cell = (f) => `${f.rate.toFixed(1)} (${(100 * f.share).toFixed(0)} %)`.padStart(14);
  console.log(
    `${"shape".padEnd(20)} ${"y = x·w".padStart(14)} ${"dx = dy·wᵀ".padStart(14)} ${"dw = xᵀ·dy".padStart(14)}   peak  `,
  );
  for (const r of gemm())
    console.log(
      `${r.shape.padEnd(20)} ${cell(r.forward)} ${cell(r.input)} ${cell(r.weights)}   ${r.forward.peak.toFixed(1)}  ${r.what}`,
    );
}
