// Checkpoints that were cut short or have other bits: they are refused in words, wherever they are read, and never give a number.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load, NablaError } from "nabla";
import { lastEvent } from "./disks.mjs";
import { FILE, place, wholes } from "./kills.mjs";
import { argumentsFor, Broken, CLI, chance, difference, each, must, readAll, start } from "./support.mjs";

/** @typedef {import("./kills.mjs").Whole} Whole */
/** @typedef {ReturnType<typeof chance>} Random */

/** Other bytes than were written, in one of the ways of disks and people. @type {Record<string, (bytes: Buffer, random: Random) => Buffer>} */
const DAMAGES = {
  "cut short": (bytes, random) => bytes.subarray(0, random.whole(0, bytes.length - 1)),
  "one bit": (bytes, random) => flipped(bytes, random.whole(0, 8 * bytes.length - 1)),
  "some bits": (bytes, random) => {
    const bits = Array.from({ length: random.whole(2, 40) }, () => random.whole(0, 8 * bytes.length - 1));
    return [...new Set(bits)].reduce(flipped, bytes);
  },
  "a block of zeros": (bytes, random) => {
    const copy = Buffer.from(bytes);
    // of a block that had other values: zeros over zeros are no damage
    const at = random.whole(0, bytes.length - 1);
    copy.fill(0, at, Math.min(bytes.length, at + 512));
    return copy.equals(bytes) ? flipped(bytes, 8 * at) : copy;
  },
  "more at the end": (bytes, random) => Buffer.concat([bytes, bytes.subarray(0, random.whole(1, 600))]),
  "nothing but zeros": (bytes) => Buffer.alloc(bytes.length),
};

/** Trainings whose files are small: every length and every bit. */
const WHOLLY = ["a table, plain text", "the optimizer sgd"];

/** @param {Buffer} bytes @param {number} bit */
function flipped(bytes, bit) {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = /** @type {number} */ (copy[bit >> 3]) ^ (1 << (bit & 7));
  return copy;
}

/** @param {Buffer} bytes @param {string} what */
function refused(bytes, what) {
  try {
    load(bytes, "damaged.safetensors");
  } catch (error) {
    must(error instanceof NablaError, `${what}: ${/** @type {Error} */ (error).stack}`);
    must(error.message.includes("damaged.safetensors"), `${what}: which file? ${error.message}`);
    return;
  }
  throw new Broken(`${what}: it was loaded`);
}

/**
 * In this process: every length and every bit of some small files, and random ones of all.
 *
 * @param {import("./run.mjs").Settings} settings
 */
export async function damagedFiles({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs);
  const sum = { files: 0, cut: 0, bits: 0, others: 0 };
  for (const { training, bytes } of all) {
    const random = chance(seed, "damage", training.name);
    await report.attempt(training.name, join(root, "none"), async () => {
      sum.files++;
      const small = WHOLLY.includes(training.name) && !short;
      const lengths = small
        ? bytes.keys()
        : Array.from({ length: short ? 60 : 5 * kills }, () => random.whole(0, bytes.length - 1));
      for (const length of lengths) {
        if (!timeLeft()) return;
        refused(bytes.subarray(0, length), `cut after ${length} of ${bytes.length} bytes`);
        sum.cut++;
      }
      const bits = small
        ? Array.from({ length: 8 * bytes.length }, (_, i) => i)
        : Array.from({ length: short ? 200 : 20 * kills }, () => random.whole(0, 8 * bytes.length - 1));
      for (const bit of bits) {
        if (!timeLeft()) return;
        refused(flipped(bytes, bit), `bit ${bit}`);
        sum.bits++;
      }
      for (let i = 0; i < (short ? 30 : 2 * kills); i++) {
        const name = random.one(Object.keys(DAMAGES));
        const damaged = /** @type {typeof DAMAGES[string]} */ (DAMAGES[name])(bytes, random);
        refused(damaged, `${name}, ${i}`);
        sum.others++;
      }
    });
  }
  return sum;
}

/**
 * On the command line: --resume and predict refuse a damaged file, name it, and leave it as it is; or they say that they took another
 * one that can be read, and the training ends as it would have.
 *
 * @param {import("./run.mjs").Settings} settings
 */
export async function damagedCheckpoints({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ command }) => command !== undefined);
  const sum = { runs: 0, resumeRefused: 0, resumedFromAnother: 0, predictRefused: 0, predictedByAnother: 0 };
  const cases = Array.from({ length: short ? 4 : Math.ceil(kills / 2) }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "damaged", i);
    const whole = /** @type {Whole} */ (all[i % all.length]);
    const name = /** @type {string} */ (Object.keys(DAMAGES)[i % Object.keys(DAMAGES).length]);
    const cwd = place(root, `damaged-${i}`);
    await report.attempt(`${whole.training.name}: ${name}`, cwd, async () => {
      sum.runs++;
      const { training } = whole;
      const path = join(cwd, FILE);
      // a training that was killed leaves a file, and one that was before it
      const at = random.whole(Math.floor(whole.calls / 2), whole.calls - 20);
      const folder = join(cwd, "out");
      await start(argumentsFor(training, cwd, FILE), { cwd, faults: { folder, kill: { at, how: "after" } } })
        .ended;
      const damaged = /** @type {typeof DAMAGES[string]} */ (DAMAGES[name])(readFileSync(path), random);
      // where it has a name of its own as well, there too; and once in a while whatever is there
      const names = Object.keys(readAll(folder));
      for (const name of i % 4 === 3 ? names : ["m.safetensors"]) writeFileSync(join(folder, name), damaged);
      // killed between giving the old file a second name and replacing it, both names are of one file
      const everything = names.every((name) => readFileSync(join(folder, name)).equals(damaged));
      const rows = training.command?.[1] ?? "";
      const predicted = await start([CLI, "predict", FILE, `${rows}#1`, "--json"], { cwd }).ended;
      if (predicted.code === 0) {
        must(
          /m\.safetensors\.\S+/.test(predicted.stderr),
          `it predicts from a damaged file: ${predicted.stdout}`,
        );
        sum.predictedByAnother++;
      } else {
        must(
          predicted.code === 1 && predicted.stdout === "",
          `predict ended with ${predicted.code}: ${predicted.stderr}`,
        );
        must(predicted.stderr.includes(FILE), `predict: which file? ${predicted.stderr}`);
        must(!/an error in nabla itself/.test(predicted.stderr), predicted.stderr);
        sum.predictRefused++;
      }
      must(readFileSync(path).equals(damaged), "predict changed the file");
      const resumed = await start(argumentsFor(training, cwd, FILE), { cwd }).ended;
      if (resumed.code === 0) {
        must(
          /m\.safetensors is passed over: /.test(resumed.stderr),
          `it resumed and did not say that the file is damaged: ${resumed.stderr}`,
        );
        must(lastEvent(resumed.stdout).event === "done", `it ended with ${resumed.stdout}`);
        const other = difference(readFileSync(path), whole.bytes);
        must(!other, `it does not end as the training that nobody disturbed: ${other}`);
        must(!everything, "there was nothing to resume from");
        sum.resumedFromAnother++;
        return;
      }
      must(
        resumed.code === 1 && resumed.stdout === "",
        `--resume ended with ${resumed.code}: ${resumed.stderr}`,
      );
      must(resumed.stderr.includes("m.safetensors"), `--resume: which file? ${resumed.stderr}`);
      must(!/an error in nabla itself/.test(resumed.stderr), resumed.stderr);
      must(readFileSync(path).equals(damaged), "--resume changed the file");
      must(everything, `another one is there that can be read: ${resumed.stderr}`);
      sum.resumeRefused++;
    });
  });
  return sum;
}
