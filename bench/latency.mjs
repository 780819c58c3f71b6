// One prediction, the start of a process, and whether a long training allocates.
//   node bench/latency.mjs         (after npm run build)
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sequential } from "nabla";
import { NETS } from "./nets.mjs";
import { median } from "./support.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "build/bench");

/** Rows a second of predict() on 256 rows of float32. */
export function predictMany(name = "W4") {
  const model = sequential(NETS[name].layers(), { seed: 1 });
  const rows = Float32Array.from({ length: 256 * 784 }, (_, i) => (i % 7) / 7);
  const rounds = [];
  for (let r = 0; r < 25; r++) {
    const t = performance.now();
    for (let i = 0; i < 10; i++) model.predict(rows);
    rounds.push(2_560_000 / (performance.now() - t));
  }
  return median(rounds.slice(4));
}

/** µs for one predict() of one row of float32: from a typed array to a typed array. */
export function predictLatency(name = "W2") {
  const model = sequential(NETS[name].layers(), { seed: 1 });
  const row = Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7);
  const n = 20_000;
  const rounds = [];
  for (let r = 0; r < 15; r++) {
    const t = performance.now();
    for (let i = 0; i < n; i++) model.predict(row);
    rounds.push(((performance.now() - t) * 1000) / n);
  }
  return median(rounds.slice(4));
}

/** ms from process start to the first prediction of a model loaded from a file, and of a bare Node, in turn. */
export function start(rounds = 21) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "w2.safetensors");
  const model = sequential(NETS.W2.layers(), { seed: 1 }).compile(NETS.W2.compile);
  writeFileSync(file, model.save());
  const script = join(folder, "start.mjs");
  writeFileSync(
    script,
    `import { readFileSync } from "node:fs";
import { load } from "../index.js";
const model = load(readFileSync(${JSON.stringify(file)}));
if (model.predict(new Float32Array(784)).data.length !== 10) process.exit(1);
`,
  );
  const bare = join(folder, "bare.mjs");
  writeFileSync(bare, `import { readFileSync } from "node:fs";\nreadFileSync(${JSON.stringify(file)});\n`);
  const time = (path) => {
    const t = performance.now();
    const { status } = spawnSync(process.execPath, [path]);
    if (status !== 0) throw new Error(`${path} failed`);
    return performance.now() - t;
  };
  const ours = [];
  const node = [];
  const more = [];
  time(script);
  for (let r = 0; r < rounds; r++) {
    const a = time(bare);
    const b = time(script);
    node.push(a);
    ours.push(b);
    more.push(b - a);
  }
  return { node: median(node), ours: median(ours), more: median(more) };
}

/** Growth over so many steps after warming up: of linear memory and of the JavaScript heap, in bytes. */
export function allocations(steps = 100_000) {
  const epochs = steps / 10;
  const script = join(folder, "allocations.mjs");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    script,
    `import { arrayDataset, sequential } from "nabla";
import { NETS } from ${JSON.stringify(join(root, "bench/nets.mjs"))};
import { internalsOf } from ${JSON.stringify(join(root, "build/internals.js"))};
const data = arrayDataset(new Uint8Array(320 * 784).fill(7), new Int32Array(320), { inputShape: [784] });
const model = sequential(NETS.W2.layers(), { seed: 1 }).compile(NETS.W2.compile);
let before, buffer;
const heap = () => { gc(); gc(); return process.memoryUsage().heapUsed; };
await model.fit(data, { epochs: ${epochs + 300}, batchSize: 32, callbacks: [{ onEpochEnd(epoch) {
  if (epoch === 299) { before = heap(); buffer = internalsOf(model).built.core.exports.memory.buffer; }
} }] });
const after = heap();
console.log(JSON.stringify({ steps: ${steps}, epochs: ${epochs}, sameBuffer: buffer === internalsOf(model).built.core.exports.memory.buffer, heapGrowth: after - before }));
`,
  );
  return JSON.parse(execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" }));
}

if (import.meta.url === `file://${process.argv[1]}`) {
  console.log(`one prediction of 784-100-50-10: ${predictLatency().toFixed(2)} µs`);
  console.log(
    `W4: one prediction ${predictLatency("W4").toFixed(2)} µs; 256 at once ${(predictMany("W4") / 1000).toFixed(1)} k/s`,
  );
  const { node, ours, more } = start();
  console.log(
    `process start to first prediction: ${ours.toFixed(1)} ms; Node alone ${node.toFixed(1)} ms; difference ${more.toFixed(1)} ms`,
  );
  const a = allocations();
  console.log(
    `${a.steps} steps: linear memory ${a.sameBuffer ? "the same buffer" : "GREW"}, JavaScript heap ${a.heapGrowth} bytes more (history of ${a.epochs} epochs included)`,
  );
}
