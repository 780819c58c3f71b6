// npm run bench: every figure of this folder's README in one run, as a page of tables and as JSON.
//   npm run bench -- --peers --python       installs what Nabla is compared with, first (some 800 MB, PyTorch besides); then measures
//   --only training,threads   some parts: products training predictions streaming threads wide start steady curves memory, or none
//   --nets W1,W4              some networks       --windows 5 --ms 60    how often and how long each is measured
//   --alone                   without peers       --out bench/results/NAME       default build/bench/bench
//   --go-on                   only what --out has not yet of this commit       --table   measures nothing, writes the table of --out anew
// What is not measured again stays in --out as it was, if it is of the same machine and engine. Each part is written when it is whole.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
    "go-on": { type: "boolean" },
    table: { type: "boolean" },
    only: { type: "string" },
    nets: { type: "string", default: "" },
    windows: { type: "string", default: "5" },
    ms: { type: "string", default: "60" },
    out: { type: "string", default: "build/bench/bench" },
  },
});
const { install, installPython, missing, players } = await import("./others/players.mjs");
if (asked.peers) install();
if (asked.python) installPython();
if (asked.only === "none") process.exit(0);

const { COMPARED, predictions, trainings } = await import("./compare.mjs");
const { curves, planMemory } = await import("./curves.mjs");
const { gemm } = await import("./gemm.mjs");
const { goalsOf } = await import("./goals.mjs");
const { allocations, start, streaming } = await import("./latency.mjs");
const { page } = await import("./report.mjs");
const { commit, packageVersion } = await import("./support.mjs");
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
async function taken() {
  taking ??= await players(!asked.alone);
  const now = taking.map(({ key, js, several, about }) => ({ key, js, several, about }));
  const others = result.head.players.filter(({ key }) => !now.some((one) => one.key === key));
  result.head.players = [...now, ...others];
  if (!asked.alone) result.head.missing = missing();
  return taking;
}
/** Says what is measured, and measures it. */
const told = (words, measure) => () => {
  say(words);
  return measure();
};
const PARTS = {
  products: told("products", () => gemm("", { windows: 2 * options.windows + 1, ms: options.ms / 5 })),
  async training(has = []) {
    const rows = has.filter(({ name, batch }) => COMPARED.some((one) => one[0] === name && one[1] === batch));
    const at = ({ name, batch }) => COMPARED.findIndex((one) => one[0] === name && one[1] === batch);
    const wanted = (name, batch) =>
      (nets.length === 0 || nets.includes(name)) &&
      !(
        asked["go-on"] && rows.some((row) => row.name === name && row.batch === batch && row.commit === here)
      );
    await trainings(await taken(), wanted, options, say, (row) => {
      const old = rows.findIndex((one) => at(one) === at(row));
      rows.splice(old < 0 ? rows.length : old, old < 0 ? 0 : 1, { ...row, commit: here });
      rows.sort((a, b) => at(a) - at(b));
      result.training = rows;
      write();
    });
    return rows;
  },
  predictions: async () => predictions(await taken(), options, say),
  streaming: told("one step of LSTM(64)", streaming),
  threads: told("threads", () => threads(nets, { windows: options.windows, ms: 8 * options.ms })),
  wide,
  start: told("start of a process", () => start(5 * options.windows)),
  steady: told("100,000 steps", () => allocations()),
  curves: () => curves({ windows: options.windows, ms: options.ms / 2 }, say),
  memory: planMemory,
};
const only = asked.table ? [] : (asked.only?.split(",") ?? Object.keys(PARTS));
const unknown = only.filter((name) => !(name in PARTS));
if (unknown.length > 0)
  throw new Error(`--only: there is no ${unknown.join(", ")}; there are ${Object.keys(PARTS).join(", ")}`);

const here = commit();
const machine = {
  cpu: cpus()[0]?.model.trim(),
  cores: availableParallelism(),
  memory: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()} ${release().split("-")[0]}`,
  node: process.versions.node,
  v8: process.versions.v8,
};
const file = `${asked.out}.json`;
const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
const same = before && Object.entries(machine).every(([key, value]) => before.head[key] === value);
if (before && !same) say(`${file} is of another machine or engine, and is written anew`);
const result = same ? before : { head: { parts: {} } };
result.head = {
  ...machine,
  nabla: packageVersion(),
  missing: result.head.missing,
  players: result.head.players ?? [],
  parts: result.head.parts,
};

function write() {
  result.goals = goalsOf(result);
  mkdirSync(dirname(file), { recursive: true });
  const short = (_, v) => (typeof v === "number" && !Number.isInteger(v) ? Number(v.toPrecision(6)) : v);
  writeFileSync(file, `${JSON.stringify(result, short, 1)}\n`);
  writeFileSync(`${asked.out}.md`, page(result));
}

const load = () => Number(loadavg()[0].toFixed(1));
for (const [name, measure] of Object.entries(PARTS)) {
  if (!only.includes(name)) continue;
  if (asked["go-on"] && result.head.parts[name]?.commit === here) continue;
  const [begun, loaded] = [performance.now(), load()];
  result[name] = await measure(result[name]);
  result.head.parts[name] = {
    date: new Date().toISOString().slice(0, 10),
    commit: here,
    load: [loaded, load()],
    windows: options.windows,
    ms: options.ms,
    seconds: Math.round((performance.now() - begun) / 1000),
  };
  write();
}
for (const { player } of taking ?? []) player.end();
if (asked.table) write();
console.log(page(result));
console.error(`bench: written to ${asked.out}.md and ${file}`);
process.exit(0);
