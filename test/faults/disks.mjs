// Disks that are full, fail or may no longer be written, and folders that change under a training on the command line. It trains on; at
// the end the model is where it should be or where the message says, with the weights of a training that nothing disturbed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FILE, place, wholes } from "./kills.mjs";
import { argumentsFor, chance, difference, each, must, readAll, start } from "./support.mjs";

/** @typedef {import("./kills.mjs").Whole} Whole */
/** @typedef {import("./support.mjs").Ended} Ended */
/** @typedef {import("./support.mjs").Faults} Faults */

/** What became of a training. @typedef {"in its place" | "elsewhere" | "refused before it began"} Outcome */

/** The line of JSON that a training ends with. @param {string} stdout @returns {{ event?: string, out?: string }} */
export const lastEvent = (stdout) => JSON.parse(stdout.trim().split("\n").at(-1) || "{}");

/**
 * Checks that nothing is lost. A training that is refused at its start must not have begun; any other must have saved the whole model, and
 * say where.
 *
 * @param {Ended} ended
 * @param {string} cwd
 * @param {Whole} whole
 * @returns {Outcome}
 */
export function nothingLost({ code, signal, stdout, stderr }, cwd, { bytes }) {
  const said = stderr.trim();
  must(code === 0 || code === 1, `it ended with ${code ?? signal}: ${said}`);
  must(!/an error in nabla itself| {4}at /.test(said), `it does not know what happened: ${said}`);
  if (!stdout.includes('"event":"epoch"') && lastEvent(stdout).event !== "done") {
    must(
      code === 1 && /cannot write|cannot be written/.test(said),
      `it ended before it began: ${said || stdout}`,
    );
    return "refused before it began";
  }
  const { event, out } = lastEvent(stdout);
  must(event === "done" && out !== undefined, `it ended with ${code} and no model: ${said || stdout}`);
  const other = difference(readFileSync(join(cwd, out)), bytes);
  must(!other, `${out} is not the model: ${other}`);
  if (out === FILE) {
    must(code === 0, `it ended with ${code}, though its model is where it should be: ${said}`);
    return "in its place";
  }
  must(code === 1, "its model is elsewhere, and it ended with 0");
  must(said.includes(out), `it does not say that its model is in ${out}: ${said}`);
  return "elsewhere";
}

/** Errors of a file system, and what a message must say of them. @type {Record<string, RegExp>} */
const FAILURES = {
  EROFS: /the file system is read-only/,
  EIO: /the disk reports an error/,
  EDQUOT: /disk quota used up/,
  EACCES: /permission denied/,
};

/** @param {Whole} whole @param {ReturnType<typeof chance>} random @returns {{ faults: Faults, says: RegExp }} */
function failure({ calls, bytes }, random) {
  const from = random.whole(1, calls);
  // a while, or for ever
  const times = random.whole(0, 1) ? { times: random.whole(1, 4) } : {};
  if (random.whole(0, 1))
    return {
      faults: { full: { from, room: random.whole(0, 2 * bytes.length), ...times } },
      says: /disk full/,
    };
  const code = random.one(Object.keys(FAILURES));
  return { faults: { fail: { from, code, ...times } }, says: /** @type {RegExp} */ (FAILURES[code]) };
}

/**
 * Full and failing disks, made by the preload: anywhere, at random calls.
 *
 * @param {import("./run.mjs").Settings} settings
 */
export async function failingDisks({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ command }) => command !== undefined);
  const sum = { runs: 0, disturbed: 0, inItsPlace: 0, elsewhere: 0, refusedBeforeItBegan: 0, nothingLost: 0 };
  const cases = Array.from({ length: short ? 12 : kills }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "disks", i);
    const whole = /** @type {Whole} */ (all[i % all.length]);
    const { faults, says } = failure(whole, random);
    const cwd = place(root, `disk-${i}`);
    const folder = join(cwd, "out");
    await report.attempt(`${whole.training.name}: ${JSON.stringify(faults)}`, cwd, async () => {
      sum.runs++;
      const trace = join(cwd, "trace");
      const args = argumentsFor(whole.training, cwd, FILE);
      const ended = await start(args, { cwd, faults: { folder, trace, ...faults } }).ended;
      const { refused } = JSON.parse(readFileSync(trace, "utf8").trim().split("\n").at(-1) ?? "");
      const outcome = nothingLost(ended, cwd, whole);
      // whatever is in the folder can be read
      readAll(folder);
      if (refused > 0) sum.disturbed++;
      if (outcome !== "in its place") must(says.test(ended.stderr), `it does not say why: ${ended.stderr}`);
      if (outcome === "in its place") sum.inItsPlace++;
      else if (outcome === "elsewhere") sum.elsewhere++;
      else sum.refusedBeforeItBegan++;
      sum.nothingLost++;
    });
  });
  return sum;
}
