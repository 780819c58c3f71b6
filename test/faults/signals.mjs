// SIGINT, SIGTERM and SIGHUP at any moment of a training on the command line: it saves, says where, and goes on from there to the same end.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FILE, finish, place, wholes } from "./kills.mjs";
import { argumentsFor, chance, difference, each, must, readAll, start } from "./support.mjs";

/** @typedef {import("./kills.mjs").Whole} Whole */

/**
 * How a training is interrupted: at a moment after it said that it starts (milliseconds), or at a call that has to do with the
 * folder, once or twice.
 *
 * @typedef {{ signal: "SIGINT" | "SIGTERM" | "SIGHUP", moment?: number, at?: number, how?: "before" | "after", twice?: boolean }} Plan
 */

/** @param {Whole} whole @param {string} cwd @param {Plan} plan */
async function interrupted({ training }, cwd, { signal, moment, at, how = "before", twice }) {
  const args = argumentsFor(training, cwd, FILE);
  const faults = at === undefined ? undefined : { folder: join(cwd, "out"), kill: { at, how, signal } };
  const { child, ended } = start(args, { cwd, faults });
  let begun = false;
  if (moment !== undefined)
    child.stdout?.on("data", () => {
      if (begun) return;
      begun = true;
      setTimeout(() => {
        child.kill(signal);
        if (twice) setTimeout(() => child.kill(signal), 3);
      }, moment);
    });
  return ended;
}

/** @param {import("./run.mjs").Settings} settings */
export async function signals({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ command }) => command !== undefined);
  const sum = { runs: 0, saved: 0, finishedBefore: 0, endedAtOnce: 0, equal: 0 };
  const cases = Array.from({ length: short ? 8 : kills }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "signals", i);
    const whole = /** @type {Whole} */ (all[i % all.length]);
    const signal = random.one(/** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]));
    const how = random.one(/** @type {const} */ (["before", "after"]));
    const twice = random.whole(0, 9) === 0;
    /** @type {Plan} */
    const plan = random.whole(0, 1)
      ? { signal, moment: random.next() * 0.6 * whole.milliseconds, twice }
      : { signal, at: random.whole(1, whole.calls), how };
    const cwd = place(root, `signal-${i}`);
    await report.attempt(`${whole.training.name}: ${JSON.stringify(plan)}`, cwd, async () => {
      sum.runs++;
      const { code, signal: died, stdout, stderr } = await interrupted(whole, cwd, plan);
      const began = stdout.includes('"event":"start"');
      const model = readAll(join(cwd, "out"))["m.safetensors"];
      if (code === 130 && stdout.includes('"event":"interrupted"')) {
        sum.saved++;
        const { step, out } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
        must(
          out === FILE && model?.step === step,
          `it says that step ${step} is in ${out}; there is ${JSON.stringify(model)}`,
        );
        must(stderr.includes(`saved ${FILE}. To go on: `), `it says: ${stderr}`);
      } else if (code === 0) {
        sum.finishedBefore++;
        must(model?.finished, "it ended well, and its model is not there");
      } else {
        sum.endedAtOnce++;
        // before anything was trained, or when everything was saved; told twice at once, perhaps just after that
        must(
          !began || model?.finished || (plan.twice && model !== undefined),
          `it ended with ${code ?? died} and saved nothing: ${stderr}`,
        );
      }
      await finish(whole.training, cwd);
      must(existsSync(join(cwd, FILE)), "there is no model");
      const other = difference(readFileSync(join(cwd, FILE)), whole.bytes);
      must(!other, `it does not end as the training that nobody interrupted: ${other}`);
      sum.equal++;
    });
  });
  return sum;
}
