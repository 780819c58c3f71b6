// npm run bench: every figure of this folder's README in one run, as a page of tables and as JSON.
//   npm run bench -- --peers --python       installs what Nabla is compared with, first (some 800 MB, PyTorch besides); then measures
//   --only training,threads   some parts: products training predictions threads wide start steady curves memory, or none
//   --nets W1,W4              some networks       --windows 7 --ms 60    how often and how long each is measured
//   --alone                   without peers       --out bench/results/NAME       default build/bench/bench
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { engineFiles, NODES } from "../test/bits/engines.mjs";

const { values: asked } = parseArgs({
  options: {
    peers: { type: "boolean" },
    python: { type: "boolean" },
    alone: { type: "boolean" },
    only: { type: "string" },
    nets: { type: "string", default: "" },
    windows: { type: "string", default: "7" },
    ms: { type: "string", default: "60" },
    out: { type: "string" },
  },
});
const { install, installPython, missing, players } = await import("./others/players.mjs");
if (asked.peers) install();
if (asked.python) installPython();
if (asked.only === "none") process.exit(0);

const { predictions, trainings } = await import("./compare.mjs");
const { curves, planMemory } = await import("./curves.mjs");
const { gemm } = await import("./gemm.mjs");
const { goalsOf } = await import("./goals.mjs");
const { allocations, start } = await import("./latency.mjs");
const { page } = await import("./report.mjs");
const { packageVersion } = await import("./support.mjs");
const { threads } = await import("./threads.mjs");

const number = (name) => {
  const value = Number(asked[name]);
  if (!(value >= 1)) throw new Error(`--${name}: expected a number of at least 1, got ${asked[name]}`);
  return value;
};
const options = { windows: number("windows"), ms: number("ms"), warm: 5 * number("ms") };
const nets = asked.nets.split(",").filter(Boolean);
const say = (words) => console.error(`bench: ${words} …`);

/** Each Node that knows the flag, or a sentence. */
function wide() {
  const files = engineFiles();
  const here = Number.parseInt(process.versions.node, 10);
  const nodes = NODES.filter((major) => major >= 22).map((major) => ({
    major,
    file: major === here ? process.execPath : files[`Node ${major}`],
  }));
  const script = fileURLToPath(new URL("wide.mjs", import.meta.url));
  return nodes.map(({ major, file }) => {
    if (!file) return { error: `Node ${major} is not here: node scripts/engines.mjs` };
    say(`wide: Node ${major}`);
    try {
      return JSON.parse(execFileSync(file, [script, "--ms", asked.ms], { encoding: "utf8" }));
    } catch (error) {
      return { error: `Node ${major}: ${error.message.split("\n")[0]}` };
    }
  });
}

let taking;
const taken = async () => (taking ??= await players(!asked.alone));
/** Says what is measured, and measures it. */
const told = (words, measure) => () => {
  say(words);
  return measure();
};
const PARTS = {
  products: told("products", () => gemm("", { windows: 2 * options.windows + 1, ms: options.ms / 5 })),
  training: async () => trainings(await taken(), nets, options, say),
  predictions: async () => predictions(await taken(), options, say),
  threads: told("threads", () => threads(nets, { windows: options.windows, ms: 8 * options.ms })),
  wide,
  start: told("start of a process", () => start(3 * options.windows)),
  steady: told("100,000 steps", () => allocations()),
  curves: () => curves({ windows: options.windows, ms: options.ms / 2 }, say),
  memory: planMemory,
};
const only = asked.only?.split(",") ?? Object.keys(PARTS);
const unknown = only.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`--only: there is no ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);

const load = () => loadavg()[0].toFixed(1);
const before = load();
const result = {
  head: {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()} ${release().split("-")[0]}`,
    node: process.versions.node,
    v8: process.versions.v8,
    nabla: packageVersion(),
    ...options,
    ...(!asked.alone && { missing: missing() }),
  },
};
for (const [name, measure] of Object.entries(PARTS)) if (only.includes(name)) result[name] = await measure();
for (const { player } of taking ?? []) player.end();
result.head.players = (taking ?? []).map(({ key, js, several, about }) => ({ key, js, several, about }));
result.head.load = [before, load()];
// what is beyond what a run of its own makes
result.head.busy = Number(before) > 0.5;
result.goals = goalsOf(result);

const text = page(result);
const out = asked.out ?? "build/bench/bench";
mkdirSync(dirname(out), { recursive: true });
writeFileSync(
  `${out}.json`,
  `${JSON.stringify(result, (_, v) => (typeof v === "number" && !Number.isInteger(v) ? Number(v.toPrecision(6)) : v), 1)}\n`,
);
writeFileSync(`${out}.md`, text);
console.log(text);
console.error(`bench: written to ${out}.md and ${out}.json`);
process.exit(0);
