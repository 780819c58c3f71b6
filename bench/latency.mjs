// One prediction, the start of a process, and whether a long training allocates.
//   node bench/latency.mjs         (after npm run build)
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lstm, sequential } from "nabla";
import { inTurn, median, shades, took } from "../build/internals.js";
import { flops, NETS } from "./nets.mjs";
import { measured, peakMeter } from "./support.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const folder = join(root, "build/bench");

/** µs for one predict() of so many rows of float32: from a typed array to a typed array. */
export function predictTime(name = "W2", rows = 1) {
  const model = sequential(NETS[name].layers(), { seed: 1 });
  const x = shades(rows * 784);
  return measured(() => model.predict(x), { windows: 11, ms: 60 }).us;
}

/** One step of LSTM(64) on 16 features with the state it holds: µs, and the share of the peak that its multiplications reach. */
export function streaming() {
  const model = sequential([lstm({ units: 64, inputShape: [100, 16] })], { seed: 1 });
  const stream = model.stream();
  const x = shades(16);
  const work = flops(model, 1) / 100;
  return measured(() => stream.push(x), { windows: 15, ms: 40 }, peakMeter(), work);
}

/** ms from process start to the first prediction of a model loaded from a file, and of a bare Node, in turn. */
export async function start(rounds = 21) {
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
  const run = (path) => () => {
    const { status } = spawnSync(process.execPath, [path]);
    if (status !== 0) throw new Error(`${path} failed`);
  };
  const [node, ours] = await inTurn([() => took(run(bare)), () => took(run(script))], rounds);
  return { node: median(node), ours: median(ours), more: median(ours.map((ms, i) => ms - node[i])) };
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
  console.log(`one prediction of 784-100-50-10: ${predictTime().toFixed(2)} µs`);
  console.log(
    `W4: one prediction ${predictTime("W4").toFixed(2)} µs; 256 at once ${(256_000 / predictTime("W4", 256)).toFixed(1)} k/s`,
  );
  console.log(`one streaming step of LSTM(64): ${streaming().us.toFixed(2)} µs`);
  const { node, ours, more } = await start();
  console.log(
    `process start to first prediction: ${ours.toFixed(1)} ms; Node alone ${node.toFixed(1)} ms; difference ${more.toFixed(1)} ms`,
  );
  const a = allocations();
  console.log(
    `${a.steps} steps: linear memory ${a.sameBuffer ? "the same buffer" : "GREW"}, JavaScript heap ${a.heapGrowth} bytes more (history of ${a.epochs} epochs included)`,
  );
}
