// What nabla train --wide gains: 256 bits wide against 128, in one process, in turn. Needs a Node that knows the flag:
//   node bench/wide.mjs [--ms 60]         (after npm run build; Node 22 or newer)

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { load, loadCore } from "nabla";
import { CASES, inTurn, median, shades } from "../build/internals.js";
import { compiled } from "./fit.mjs";
import { products } from "./gemm.mjs";
import { classesOf } from "./nets.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Products alone: y = x·w, dx = dy·wᵀ with the transposition, dw = xᵀ·dy. */
const PRODUCTS = [
  [10, 784, 30],
  [32, 784, 100],
  [128, 784, 512],
  [128, 512, 512],
  [256, 256, 256],
];

/** The core as another module: of equal bytes an engine keeps one compiled module. */
function module(name) {
  const bytes = readFileSync(join(root, "build/core/simd.wasm"));
  const text = Buffer.from(name);
  return new WebAssembly.Module(Buffer.concat([bytes, Buffer.from([0, text.length + 1, text.length]), text]));
}
const flag = (on) => setFlagsFromString(`--${on ? "" : "no-"}experimental-wasm-revectorize`);
const cpu = async (call) => {
  const before = process.cpuUsage();
  await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The median of rounds in turn of how many times as fast the second is. */
async function ratio(one, other, rounds) {
  const [plain, broad] = await inTurn([() => cpu(one), () => cpu(other)], rounds);
  return median(plain.map((ms, i) => ms / broad[i]));
}

export async function wide({ windows, ms }) {
  const both = [module("plain"), module("wide")];
  const out = { node: process.version, v8: process.versions.v8, networks: [], products: [] };
  for (const [name, batch] of CASES) {
    const bytes = compiled(name).save();
    const rows = 8 * batch;
    const copies = [];
    for (const [i, core] of both.entries()) {
      flag(i === 1);
      await loadCore(core);
      const model = load(bytes);
      const inputs = model.inputShape.reduce((a, b) => a * b);
      const x = {
        data: shades(rows * inputs),
        shape: [rows, ...model.inputShape],
      };
      const y = classesOf(rows);
      const options = { batchSize: batch, threads: 1 };
      // the engine compiles what is hot while it runs
      for (const t = performance.now(); performance.now() - t < 500; ) await model.fit(x, y, options);
      const t = performance.now();
      await model.fit(x, y, options);
      const epochs = Math.max(1, Math.round(ms / (performance.now() - t)));
      copies.push({ model: load(bytes), x, y, options, epochs });
    }
    const epochs = Math.max(copies[0].epochs, copies[1].epochs);
    const [plain, broad] = copies.map(
      ({ model, x, y, options }) =>
        async () =>
          void (await model.fit(x, y, { ...options, epochs })),
    );
    const times = await ratio(plain, broad, windows);
    const [a, b] = copies.map(({ model }) => Buffer.from(model.save()).toString("base64"));
    out.networks.push({ name, batch, times, same: a === b });
  }
  for (const [m, k, n] of PRODUCTS) {
    const runs = both.map((core, i) => {
      flag(i === 1);
      return products(new WebAssembly.Instance(core).exports, m, k, n);
    });
    const row = { shape: `${m} × ${k} × ${n}` };
    for (const kind of ["forward", "input", "weights"]) {
      for (const [i, run] of runs.entries()) {
        flag(i === 1);
        for (const t = performance.now(); performance.now() - t < 250; ) run[kind]();
      }
      const count = Math.max(1, Math.round((ms * 2e7) / (m * k * n)));
      const many = (run) => () => {
        for (let i = 0; i < count; i++) run[kind]();
      };
      row[kind] = await ratio(many(runs[0]), many(runs[1]), windows);
    }
    out.products.push(row);
  }
  return out;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const at = process.argv.indexOf("--ms");
  const ms = at > 0 ? Number(process.argv[at + 1]) : 60;
  console.log(JSON.stringify(await wide({ windows: 5, ms })));
}
