// SIGKILL at any moment: what is on the disk can be read, no step that was saved is lost, and the training that goes on from there
// ends with the weights, slots and history of the one that nobody killed, bit for bit.
import { existsSync, mkdirSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import {
  argumentsFor,
  Broken,
  chance,
  difference,
  each,
  empty,
  leftIn,
  must,
  readAll,
  start,
} from "./support.mjs";
import { trainings } from "./trainings.mjs";

/** @typedef {import("./trainings.mjs").Training} Training */
/** @typedef {import("./support.mjs").Ended} Ended */
/** @typedef {import("./run.mjs").Settings} Settings */

export const FILE = "out/m.safetensors";

/**
 * The training that nobody disturbs: its file, how many calls had to do with the folder, the one that put the model in its place,
 * which of them opened a file to write to, and how long it took.
 *
 * @typedef {{ training: Training, bytes: Buffer, calls: number, placed: number, opens: number[], milliseconds: number }} Whole
 */

/** Each is run once, however many parts need it. @type {Map<string, Promise<Whole>>} */
const known = new Map();

/**
 * Runs trainings to their ends.
 *
 * @param {string} root
 * @param {number} jobs
 * @param {(training: Training) => boolean} [wanted]
 */
export async function wholes(root, jobs, wanted = () => true) {
  const all = trainings(root).filter(wanted);
  /** @type {Whole[]} */
  const found = [];
  await each(all, jobs, async (training, i) => {
    const made = known.get(training.name) ?? whole(training, place(root, `whole-${i}`));
    known.set(training.name, made);
    found[i] = await made;
  });
  return found;
}

/** @param {Training} training @param {string} cwd @returns {Promise<Whole>} */
async function whole(training, cwd) {
  const trace = join(cwd, "trace");
  const faults = { folder: join(cwd, "out"), trace };
  const { code, stdout, stderr, milliseconds } = await start(argumentsFor(training, cwd, FILE), {
    cwd,
    faults,
  }).ended;
  if (code !== 0) throw new Error(`${training.name} does not run: ${stderr || stdout}`);
  const lines = readFileSync(trace, "utf8").trim().split("\n");
  const calls = lines.map((line) => JSON.parse(line));
  const opens = calls.filter(({ name, flags }) => name === "open" && flags !== "r").map(({ call }) => call);
  const placed = calls.filter(({ name, to }) => name === "rename" && to?.endsWith(FILE)).at(-1).call;
  const bytes = readFileSync(join(cwd, FILE));
  return { training, bytes, calls: calls.at(-1).calls, placed, opens, milliseconds };
}

/** A folder for one case, with the files that command lines name. @param {string} root @param {string} name */
export function place(root, name) {
  const cwd = empty(join(root, name));
  mkdirSync(join(cwd, "out"));
  trainings(cwd);
  return cwd;
}

/**
 * How a process is killed: at a call, at a moment after it began (milliseconds), or so many milliseconds after a temporary file was seen.
 *
 * @typedef {{ at: number, how: "before" | "during" | "after" } | { moment: number } | { seen: number, write: number }} Plan
 */

/** Starts or goes on, and kills. @param {Training} training @param {string} cwd @param {Plan} plan @param {readonly string[]} wrap @returns {Promise<Ended>} */
async function killed(training, cwd, plan, wrap) {
  const args = argumentsFor(training, cwd, FILE);
  const folder = join(cwd, "out");
  if ("at" in plan) return start(args, { cwd, faults: { folder, kill: plan } }).ended;
  const { child, ended } = start(args, { cwd, wrap });
  let timer = "moment" in plan ? setTimeout(() => child.kill("SIGKILL"), plan.moment) : undefined;
  let writes = 0;
  const watcher =
    "seen" in plan
      ? watch(folder, (_, name) => {
          if (timer || !name?.endsWith(".tmp") || ++writes < plan.write) return;
          timer = setTimeout(() => child.kill("SIGKILL"), plan.seen);
        })
      : undefined;
  const result = await ended;
  clearTimeout(timer);
  watcher?.close();
  return result;
}

/** What a case came to. @typedef {{ kills: number, inWrites: number, lost: number }} Outcome */

/**
 * Kills a training once or several times, resumes it each time, and compares its end.
 *
 * @param {Whole} whole
 * @param {string} cwd
 * @param {readonly Plan[]} plans
 * @param {readonly string[]} [wrap] a command that starts each process
 * @returns {Promise<{ kills: number, inWrites: number }>}
 */
export async function survive({ training, bytes }, cwd, plans, wrap = []) {
  const folder = join(cwd, "out");
  let kills = 0;
  let inWrites = 0;
  let saved = -1;
  for (const plan of plans) {
    const { signal, code, stderr, stdout } = await killed(training, cwd, plan, wrap);
    const found = readAll(folder);
    if (signal === "SIGKILL") {
      kills++;
      if (leftIn(folder, training.keep).some((name) => name.endsWith(".tmp"))) inWrites++;
    } else must(code === 0, `it ended with ${code} instead of being killed: ${stderr || stdout}`);
    const now = found["m.safetensors"];
    must(now || saved < 0, "the checkpoint that was there is gone");
    if (!now) continue;
    must(now.step >= saved, `the checkpoint went back from step ${saved} to ${now.step}`);
    saved = now.step;
    if (now.finished) break;
  }
  // of a process in another container nobody knows whether it still writes
  if ((await finish(training, cwd, wrap)) && wrap.length === 0) {
    const left = leftIn(folder, training.keep);
    must(left.length === 0, `there is still ${left.join(", ")}`);
  }
  const other = difference(readFileSync(join(cwd, FILE)), bytes);
  must(!other, `it does not end as the training that nobody killed: ${other}`);
  return { kills, inWrites };
}

/** Goes on to the end, where it is not there yet; then true. @param {Training} training @param {string} cwd @param {readonly string[]} [wrap] */
export async function finish(training, cwd, wrap = []) {
  const folder = join(cwd, "out");
  if (existsSync(join(cwd, FILE)) && readAll(folder)["m.safetensors"]?.finished) return false;
  const { code, signal, stderr, stdout } = await start(argumentsFor(training, cwd, FILE), { cwd, wrap })
    .ended;
  must(code === 0, `resuming ended with ${code ?? signal}: ${stderr || stdout}`);
  return true;
}

/** Up to three kills in one training. @param {Whole} whole @param {ReturnType<typeof chance>} random @returns {Plan[]} */
function plansFor({ calls, milliseconds }, random) {
  return Array.from({ length: random.whole(1, 3) }, (_, i) => {
    const kind = random.whole(0, 3);
    // a process that was started again has less to do
    if (kind < 2) {
      const how = random.one(/** @type {const} */ (["before", "during", "after"]));
      return { at: random.whole(1, Math.max(20, Math.floor(calls / (1 + i)))), how };
    }
    if (kind === 2) return { moment: (0.3 + 0.75 * random.next()) * milliseconds };
    return { seen: 4 * random.next() ** 2, write: random.whole(1, Math.max(1, Math.floor(calls / 20))) };
  });
}

/**
 * At random moments: a third by the clock, a third when a file is seen that is being written, a third at a call.
 *
 * @param {Settings} settings
 */
export async function randomKills({ root, jobs, seed, kills: wanted, report, timeLeft }) {
  const all = await wholes(root, jobs);
  const sum = { runs: 0, kills: 0, inWrites: 0, equal: 0 };
  let next = 0;
  const worker = async () => {
    while (sum.kills < wanted && timeLeft()) {
      const i = next++;
      const random = chance(seed, "kills", i);
      // every training has its turn
      const whole = /** @type {Whole} */ (all[i % all.length]);
      const plans = plansFor(whole, random);
      const cwd = place(root, `kill-${i}`);
      await report.attempt(`${whole.training.name}: ${JSON.stringify(plans)}`, cwd, async () => {
        sum.runs++;
        const { kills, inWrites } = await survive(whole, cwd, plans);
        sum.kills += kills;
        sum.inWrites += inWrites;
        sum.equal++;
      });
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return sum;
}

/**
 * At every call of a training that has to do with the folder, before it, during it and after it.
 *
 * @param {Settings} settings
 */
export async function everyCall({ root, jobs, seed, short, report, timeLeft }) {
  const names = ["a table, plain text", "the last two checkpoints and the best kept"];
  const all = await wholes(root, jobs, ({ name }) => names.includes(name));
  const cases = all.flatMap((whole, t) => {
    // the check at the start, the first save, and saves that replace a file and have one before
    const calls = Array.from({ length: short ? 60 : whole.calls }, (_, i) => i + 1);
    const hows = /** @type {const} */ (["before", "during", "after"]);
    // a short run takes a part of them, another one for another seed
    return calls
      .flatMap((at) => hows.map((how) => ({ whole, at, how })))
      .filter((_, i) => !short || (i + t + seed) % 7 === 0);
  });
  const sum = { runs: 0, kills: 0, inWrites: 0, equal: 0 };
  await each(cases, jobs, async ({ whole, at, how }, i) => {
    if (!timeLeft()) return;
    const cwd = place(root, `call-${i}`);
    await report.attempt(`${whole.training.name}, ${how} call ${at}`, cwd, async () => {
      sum.runs++;
      const { kills, inWrites } = await survive(whole, cwd, [{ at, how }]);
      if (kills !== 1) throw new Broken("it was not killed");
      sum.kills += kills;
      sum.inWrites += inWrites;
      sum.equal++;
    });
  });
  return sum;
}
