/** `npm run fuzz`: every target for its share of the time, then a table. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { flippedBits } from "./flips.ts";
import { nameOf } from "./kept.ts";
import { planted } from "./planted.ts";
import { targets } from "./targets/index.ts";
import { PATIENCE, type Result, watched } from "./watch.ts";

const USAGE = `npm run fuzz -- [--minutes N] [--inputs N] [--target NAME,NAME…] [--seed N] [--jobs N] [--found FOLDER]

  --minutes N     how long, for all targets together (default 5)
  --inputs N      so many inputs for each target instead, always the same ones for a seed; 0: only those that once failed
  --target NAMES  ${targets.map(({ name }) => name).join(", ")}
  --seed N        where chance begins (default: the time, which is printed)
  --jobs N        processes at once (default: one for each core)
  --patience S    seconds after which a reading is ended, and tried again alone (default 4)
  --found FOLDER  where inputs that fail are put, in a folder for each target (default test/fuzz/corpus)`;

const { values } = parseArgs({
  options: {
    minutes: { type: "string" },
    inputs: { type: "string" },
    target: { type: "string" },
    seed: { type: "string" },
    jobs: { type: "string" },
    found: { type: "string" },
    patience: { type: "string" },
    planted: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const wrong = (what: string): never => {
  console.error(`fuzz: ${what}\n\n${USAGE}`);
  process.exit(2);
};
const numberOf = (
  name: "minutes" | "inputs" | "seed" | "jobs" | "patience",
  otherwise: number | undefined,
): number | undefined => {
  const text = values[name];
  if (text === undefined) return otherwise;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 && text.trim() !== ""
    ? value
    : wrong(`--${name}: expected a number ≥ 0, got ${text}`);
};

const inputs = numberOf("inputs", undefined);
const minutes = numberOf("minutes", 5)!;
const seed = numberOf("seed", Math.floor(Date.now() / 1000) % 1_000_000)!;
const jobs = Math.max(1, numberOf("jobs", availableParallelism())!);
const patience = numberOf("patience", PATIENCE / 1000)! * 1000;
const asked = values.target?.split(",");
// for the test of the fuzzer itself
const all = values.planted ? planted : targets;
const unknown = asked?.find((name) => !all.some((target) => target.name === name));
if (unknown !== undefined) wrong(`--target: there is no ${unknown}`);
const chosen = all.filter(({ name }) => asked?.includes(name) ?? true);

const corpus = join("test", "fuzz", "corpus");
const pool = join("build", "fuzz", "pool");
const share = (minutes * 60_000 * Math.min(jobs, chosen.length)) / chosen.length;

const began = performance.now();
const results = new Map<string, Result>();
const queue = [...chosen];
const worker = async () => {
  for (let target = queue.shift(); target; target = queue.shift()) {
    const { name } = target;
    const order = {
      seed,
      corpus: join(process.cwd(), corpus, name),
      // the same inputs for a seed: nothing of earlier runs
      ...(inputs === undefined ? { pool: join(process.cwd(), pool, name), milliseconds: share } : { inputs }),
    };
    const result = await watched(target, order, patience);
    results.set(name, result);
    const { structure, coverage } = result.counts;
    console.error(`${name}: ${structure + coverage} inputs, ${result.findings.length} failures`);
  }
};
console.error(`fuzzing ${chosen.length} targets with ${jobs} processes, seed ${seed}`);
await Promise.all(Array.from({ length: jobs }, worker));

const number = (n: number) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
const columns = [
  "target",
  "by structure",
  "by coverage",
  "kept",
  "taken",
  "blocks",
  "most MB",
  "most s",
  "late",
  "failures",
];
const rows = chosen.map(({ name }) => {
  const { counts, findings, late } = results.get(name)!;
  const { structure, coverage, kept, taken, blocks, bytes, seconds } = counts;
  return [
    name,
    ...[structure, coverage, kept, taken, blocks].map(number),
    (bytes / 1e6).toFixed(1),
    seconds.toFixed(2),
    ...[late, findings.length].map(number),
  ];
});
const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
const line = (cells: readonly string[]) =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  ");
console.log([columns, ...rows].map(line).join("\n"));

let failures = 0;
for (const { name } of chosen) {
  for (const { kind, says, bytes } of results.get(name)!.findings) {
    failures++;
    const folder = join(values.found ?? corpus, name);
    mkdirSync(folder, { recursive: true });
    const file = join(folder, nameOf(kind, bytes));
    if (!existsSync(file)) writeFileSync(file, bytes);
    console.log(`\n${name}: ${kind}\n  ${says.replaceAll("\n", "\n  ")}\n  ${bytes.length} bytes: ${file}`);
  }
}
if (!values.planted && !asked) {
  // all of them, or in a short run one of each byte
  const { flipped, found, missed } = await flippedBits(inputs === undefined ? 1 : 9);
  console.log(`\nflipped bits of checkpoints: ${number(found)} of ${number(flipped)} found`);
  if (missed !== undefined) {
    failures++;
    console.log(`  not found: ${missed}`);
  }
}
const total = [...results.values()].reduce(
  (sum, { counts }) => sum + counts.structure + counts.coverage + counts.kept,
  0,
);
const once = chosen.reduce(
  (sum, { name }) => sum + (existsSync(join(corpus, name)) ? readdirSync(join(corpus, name)).length : 0),
  0,
);
console.log(
  `\n${number(total)} inputs to ${chosen.length} readers in ${((performance.now() - began) / 60_000).toFixed(1)} minutes (${number(once)} of them had failed before): ${failures} failures`,
);
process.exitCode = failures > 0 ? 1 : 0;
