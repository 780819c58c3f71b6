// npm run bench:accuracy: how well the networks of a book do on MNIST, each over several seeds. Days of computing in all, so it
// may be stopped and started again at any time: finished runs are in accuracy.json, others continue from their checkpoints.
//
//   node bench/accuracy.mjs --data mnist/ [--steps 5,6,best] [--seeds 1,2,3] [--variant book|modern]
//   node bench/accuracy.mjs --table                 only rewrites accuracy.md
//
// --out DIR puts accuracy.json, accuracy.md and checkpoints elsewhere; there, --epochs N may make runs short, to try things out.
import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadModel, openData } from "nabla/node";
import { internalsOf, median } from "../build/internals.js";
import { writeTable } from "./accuracyTable.mjs";
import { keyOf, STEPS, votersOf } from "./ladder.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: "string", default: "mnist" },
    steps: { type: "string" },
    seeds: { type: "string", default: "1,2,3" },
    variant: { type: "string" },
    out: { type: "string" },
    epochs: { type: "string" },
    table: { type: "boolean", default: false },
  },
});
if (options.epochs && !options.out) fail("--epochs: short runs are no results; give --out DIR as well");
const folder = options.out ?? here;
const checkpoints = options.out ? join(folder, "checkpoints") : join(here, "../build/ladder");
const results = join(folder, "accuracy.json");
mkdirSync(checkpoints, { recursive: true });

function fail(message) {
  process.stderr.write(`bench/accuracy: ${message}\n`);
  process.exit(1);
}

/** Finished runs by key. Read again each time: parts of the ladder may be under way side by side. */
const finished = () => (existsSync(results) ? JSON.parse(readFileSync(results, "utf8")) : {});

function record(key, run) {
  const sorted = Object.entries({ ...finished(), [key]: run }).sort(([a], [b]) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  writeFileSync(`${results}.new`, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  renameSync(`${results}.new`, results);
  writeTable(finished(), join(folder, "accuracy.md"));
}

function chosen() {
  const wanted = options.steps?.split(",").map((step) => step.trim());
  const known = new Set(STEPS.map(({ step }) => step));
  for (const step of wanted ?? [])
    if (!known.has(step)) fail(`--steps: there is no ${step}; expected some of ${[...known].join(",")}`);
  if (options.variant && !["book", "modern"].includes(options.variant))
    fail(`--variant: expected book or modern, got ${options.variant}`);
  return STEPS.filter(
    ({ step, variant }) =>
      (!wanted || wanted.includes(step)) && (!options.variant || options.variant === variant),
  );
}

const paths = (key) => ({
  model: join(checkpoints, `${key}.safetensors`),
  log: join(checkpoints, `${key}.jsonl`),
});
const percent = (share) => `${(100 * share).toFixed(2)} %`;

let child;
let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    stopping = true;
    child?.kill("SIGTERM"); // it saves where it is
  });
}

/** One training by the command line; it continues where an earlier one stopped. */
async function train(step, seed) {
  const key = keyOf(step, seed);
  const { model, log } = paths(key);
  const asked = ["--model", step.preset, "--seed", String(seed), "--test-each-epoch"];
  const args = [
    join(here, "../build/cli.js"),
    "train",
    options.data,
    ...asked,
    ...(options.epochs ? ["--epochs", options.epochs] : []),
    ...["--json", "--out", model, "--checkpoint-every", "1000"],
    ...(existsSync(model) ? ["--resume", model] : []),
  ];
  const begun = new Date().toISOString();
  process.stdout.write(
    `${begun} ${key}${existsSync(model) ? " (goes on)" : ""}: log in ${relative(process.cwd(), log)}\n`,
  );
  // straight into the file: the training continues, with its log, even if this process is killed
  const to = openSync(log, "a");
  const code = await new Promise((resolve, reject) => {
    child = spawn(process.execPath, args, { stdio: ["ignore", to, "inherit"] });
    child.on("error", reject).on("close", resolve);
  });
  closeSync(to);
  child = undefined;
  if (stopping) process.exit(130);
  if (code !== 0) fail(`${key}: nabla train ended with ${code}`);
  return { command: `nabla train mnist ${asked.join(" ")}`, ...(await figures(model, log)) };
}

/** A run that was killed may have left half a line, which the next one's first event then follows. */
function eventsOf(log) {
  return log.split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

/** What a finished training holds of its epochs. */
async function figures(path, log) {
  const model = await loadModel(path);
  const { history } = model.history;
  const { testAccuracy, valAccuracy } = history;
  // of equals the last, as the book's program does; a net that is trained on all rows has nothing to choose by
  const best = valAccuracy?.lastIndexOf(Math.max(...valAccuracy));
  const events = eventsOf(readFileSync(log, "utf8"));
  const rates = events
    .filter(({ event }) => event === "epoch")
    .map(({ samplesPerSecond }) => samplesPerSecond);
  return {
    epochs: testAccuracy.length,
    ...(valAccuracy && {
      bestEpoch: best + 1,
      validation: valAccuracy[best],
      testAtBestValidation: testAccuracy[best],
    }),
    testLast: testAccuracy.at(-1),
    testHighest: Math.max(...testAccuracy),
    secondsPerEpoch: Number((internalsOf(model).state.settings.rows / median(rates)).toPrecision(3)),
    weightsSha256: events.at(-1).weightsSha256,
    machine: `Node ${process.version}, ${process.arch}`,
  };
}

/** Step 10: the mean of five nets' probabilities, each as its last epoch left it. */
async function vote(seed) {
  const ninth = STEPS.find((each) => each.step === "9" && each.variant === "book");
  const seeds = votersOf(seed);
  for (const each of seeds) await run(ninth, each);
  const { test } = await openData(options.data);
  const width = test.target.classes;
  const sum = new Float64Array(test.length * width);
  for (const each of seeds) {
    const outputs = await (await loadModel(paths(keyOf(ninth, each)).model)).predict(test);
    outputs.data.forEach((p, i) => {
      sum[i] += p;
    });
  }
  let right = 0;
  for (let row = 0; row < test.length; row++) {
    const votes = sum.subarray(row * width, (row + 1) * width);
    if (votes.indexOf(Math.max(...votes)) === test.labels[row]) right++;
  }
  return {
    command: `node bench/accuracy.mjs --steps 10 --seeds ${seed}`,
    voters: seeds,
    testLast: right / test.length,
  };
}

async function run(step, seed) {
  if (stopping) process.exit(130);
  const key = keyOf(step, seed);
  if (finished()[key]) return;
  const figures = step.step === "10" ? await vote(seed) : await train(step, seed);
  record(key, figures);
  const { testAtBestValidation: best, testLast: last } = figures;
  process.stdout.write(
    `${new Date().toISOString()} ${key}: ${best === undefined ? "" : `${percent(best)} at best validation, `}${percent(last)} at the end\n`,
  );
}

const seeds = options.seeds.split(",").map(Number);
if (!seeds.every((seed) => Number.isInteger(seed) && seed >= 1))
  fail(`--seeds: expected whole numbers from 1 on like 1,2,3, got ${options.seeds}`);
if (options.table) writeTable(finished(), join(folder, "accuracy.md"));
else for (const step of chosen()) for (const seed of seeds) await run(step, seed);
