// Power cuts, without a plug to pull: what a training asked of the disk is played again, and after every call each state is looked at
// that a disk may be in when the power goes there. A disk may have lost what was written to a file and not flushed, and any of the
// changes of the folder since that was flushed, in whatever order they were made.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { load } from "nabla";
import { FILE, place, wholes } from "./kills.mjs";
import { argumentsFor, each, empty, must, partsOf, start } from "./support.mjs";

/** A file's bytes: those that are there, and whether all of them are on the disk. @typedef {{ bytes: Buffer, flushed: boolean }} Inode */

/** A change of the folder: names that become a file or nothing. @typedef {[name: string, inode: Inode | undefined][]} Change */

/** Which step a file holds; throws where it cannot be read. @type {WeakMap<Inode, number>} */
const steps = new WeakMap();

/** @param {Inode} inode @param {string} name */
function stepOf(inode, name) {
  must(inode.flushed, `${name} may hold what was not flushed`);
  const known = steps.get(inode);
  if (known !== undefined) return known;
  load(inode.bytes, name);
  const { step } = partsOf(inode.bytes).document.progress;
  steps.set(inode, step);
  return step;
}

/**
 * @param {{ name: string, where: string, flags?: string, to?: string, data?: string }[]} calls
 * @returns {{ saves: number, cuts: number, states: number }}
 */
function powerCuts(calls, file = "m.safetensors") {
  /** The folder as programs see it. @type {Map<string, Inode>} */
  const now = new Map();
  /** As it is on the disk for certain. @type {Map<string, Inode>} */
  let disk = new Map();
  /** What may or may not be on the disk. @type {Change[]} */
  let pending = [];
  const sum = { saves: 0, cuts: 0, states: 0 };
  let saved = -1;

  /** @param {Change} change */
  const make = (change) => {
    for (const [name, inode] of change) inode ? now.set(name, inode) : now.delete(name);
    pending.push(change);
  };
  const look = () => {
    sum.cuts++;
    // nothing else of the folder matters: of the lock there are other tests
    const changes = pending.filter((change) =>
      change.some(([name]) => name === file || name === `${file}.previous`),
    );
    for (let kept = 0; kept < 2 ** changes.length; kept++) {
      sum.states++;
      const found = new Map(disk);
      for (const [i, change] of changes.entries())
        if (kept & (1 << i))
          for (const [name, inode] of change) inode ? found.set(name, inode) : found.delete(name);
      const [last, previous] = [found.get(file), found.get(`${file}.previous`)];
      must(last || saved < 0, "there is no file, though one was saved");
      if (last) must(stepOf(last, file) >= saved, `step ${saved} was saved, and is gone`);
      if (previous) stepOf(previous, `${file}.previous`);
    }
  };
  for (const { name, where, flags, to, data } of calls) {
    const from = basename(where);
    const inode = now.get(from);
    if (name === "open" && flags && /[wx]/.test(flags)) {
      const is = now.get(file);
      // what was said to be saved outlasts whatever comes now
      if (from.endsWith(".tmp") && is) {
        must(disk.get(file) === is, "a save ended before the folder was flushed");
        saved = stepOf(is, file);
      }
      make([[from, { bytes: Buffer.alloc(0), flushed: false }]]);
    } else if (name === "write" && inode && data !== undefined) {
      inode.bytes = Buffer.concat([inode.bytes, Buffer.from(data, "base64")]);
      inode.flushed = false;
      steps.delete(inode);
    } else if (/^(sync|datasync|fsync|fdatasync)$/.test(name)) {
      if (inode) inode.flushed = true;
      else {
        disk = new Map(now);
        pending = [];
      }
    } else if (name === "rename" && inode && to !== undefined) {
      if (basename(to) === file) sum.saves++;
      // of two names of one file, rename leaves both
      if (now.get(basename(to)) !== inode)
        make([
          [from, undefined],
          [basename(to), inode],
        ]);
    } else if (name === "link" && inode && to !== undefined) make([[basename(to), inode]]);
    else if (/^(unlink|rm)$/.test(name) && inode) make([[from, undefined]]);
    look();
  }
  return sum;
}

/** What a training asks of the disk, cut off everywhere. @param {import("./trainings.mjs").Training} training @param {string} cwd */
export async function played(training, cwd) {
  const trace = join(cwd, "trace");
  const folder = empty(join(cwd, "out"));
  const faults = { folder, trace, contents: true };
  await start(argumentsFor(training, cwd, FILE), { cwd, faults }).ended;
  const lines = readFileSync(trace, "utf8").trim().split("\n");
  const found = powerCuts(lines.map((line) => JSON.parse(line)).filter(({ call }) => call !== undefined));
  must(found.saves > 3, `only ${found.saves} saves were seen`);
  return found;
}

/** @param {import("./run.mjs").Settings} settings */
export async function power({ root, jobs, short, report }) {
  const all = (await wholes(root, jobs)).slice(0, short ? 3 : undefined);
  const sum = { trainings: 0, saves: 0, cuts: 0, states: 0 };
  await each(all, jobs, async ({ training }, i) => {
    const cwd = place(root, `power-${i}`);
    await report.attempt(training.name, cwd, async () => {
      const { saves, cuts, states } = await played(training, cwd);
      sum.trainings++;
      sum.saves += saves;
      sum.cuts += cuts;
      sum.states += states;
    });
  });
  return sum;
}
