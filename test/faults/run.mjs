// `npm run test:faults`: trainings that are killed, interrupted and kept from saving, and what is left of them.
//
//   npm run test:faults -- [PART …] [--kills N] [--seed S] [--minutes M] [--jobs J] [--short] [--json] [--keep-folder]
//
// It prints what it did and ends with 1 where anything was lost. A case that fails says how to run it again.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { control } from "./control.mjs";
import { damagedCheckpoints, damagedFiles } from "./damage.mjs";
import { failingDisks } from "./disks.mjs";
import { containers, folders, smallDisks, writers } from "./folders.mjs";
import { everyCall, randomKills } from "./kills.mjs";
import { power } from "./power.mjs";
import { signals } from "./signals.mjs";
import { Broken, empty } from "./support.mjs";

/**
 * @typedef {object} Settings
 * @property {string} root a folder of the part's own
 * @property {number} jobs processes at a time
 * @property {number} seed
 * @property {number} kills how many SIGKILLs at random moments
 * @property {boolean} short
 * @property {() => boolean} timeLeft
 * @property {Report} report
 */

/** Counts that a part came to. @typedef {Record<string, number | string>} Counts */

/** @type {Record<string, { title: string, run: (settings: Settings) => Promise<Counts> }>} */
const PARTS = {
  control: { title: "Programs that save carelessly", run: control },
  kills: { title: "SIGKILL at random moments, resumed", run: randomKills },
  signals: { title: "SIGINT, SIGTERM and SIGHUP at random moments, resumed", run: signals },
  disks: { title: "Full and failing disks, at random calls", run: failingDisks },
  folders: { title: "Folders and files that become something else", run: folders },
  writers: { title: "Two trainings to one file", run: writers },
  containers: { title: "SIGKILL of processes that all have the number 1, resumed", run: containers },
  tmpfs: { title: "Small disks that are full or read-only", run: smallDisks },
  power: {
    title: "Power cuts after every call, played on a disk that loses what was not flushed",
    run: power,
  },
  files: { title: "Damaged files, loaded", run: damagedFiles },
  damaged: { title: "Damaged checkpoints on the command line", run: damagedCheckpoints },
  calls: { title: "SIGKILL before, during and after every call of the file system, resumed", run: everyCall },
};

class Report {
  /** @type {string[]} */
  failures = [];

  /** @param {string} name @param {string} folder @param {() => Promise<void>} run */
  async attempt(name, folder, run) {
    try {
      await run();
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      const said = error instanceof Broken ? error.message : /** @type {Error} */ (error).stack;
      this.failures.push(`${name}\n    ${said}\n    its folder: ${folder}`);
    }
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: "string" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string", default: "60" },
    jobs: { type: "string", default: "2" },
    short: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    "keep-folder": { type: "boolean", default: false },
  },
});

/** @param {string} name @param {string} text */
function number(name, text) {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0) return value;
  console.error(`test:faults: --${name}: expected a number ≥ 0, got ${JSON.stringify(text)}`);
  process.exit(1);
}

const unknown = positionals.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(
    `test:faults: there is no part ${JSON.stringify(unknown)}; there are ${Object.keys(PARTS).join(", ")}`,
  );
  process.exit(1);
}

const end = performance.now() + 60_000 * number("minutes", values.minutes);
const root = mkdtempSync(join(tmpdir(), "nabla-faults-"));
let failed = 0;
for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
  const { title, run } = /** @type {typeof PARTS[string]} */ (PARTS[name]);
  const report = new Report();
  const begun = performance.now();
  const counts = await run({
    root: empty(join(root, name)),
    jobs: Math.max(1, Math.floor(number("jobs", values.jobs))),
    seed: number("seed", values.seed),
    kills: number("kills", values.kills ?? (values.short ? "15" : "200")),
    short: values.short,
    timeLeft: () => performance.now() < end,
    report,
  });
  const seconds = Math.round((performance.now() - begun) / 1000);
  failed += report.failures.length;
  if (values.json) console.log(JSON.stringify({ part: name, ...counts, failures: report.failures, seconds }));
  else {
    const figures = Object.entries(counts).map(
      ([what, count]) => `${count} ${what.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`)}`,
    );
    console.log(`${title}: ${figures.join(", ")}; ${report.failures.length} failed (${seconds} s)`);
    for (const failure of report.failures) console.log(`  ${failure}`);
  }
}
if (failed === 0 && !values["keep-folder"]) rmSync(root, { recursive: true, force: true });
else console.error(`test:faults: folders are in ${root}; --seed ${values.seed} repeats the run`);
process.exitCode = failed > 0 ? 1 : 0;
