// What other programs do to the folder of a training while it runs, and trainings that want to write to one file.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nothingLost } from "./disks.mjs";
import { FILE, place, survive, wholes } from "./kills.mjs";
import { argumentsFor, chance, each, must, readAll, start } from "./support.mjs";

/** @typedef {import("./kills.mjs").Whole} Whole */
/** @typedef {import("./run.mjs").Settings} Settings */

const CHAIN = "a chain";

/** For `sh`, in the folder that out/ is in. @type {Record<string, string>} */
const CHANGES = {
  "the file becomes a folder": "rm -f out/m.safetensors && mkdir out/m.safetensors",
  "the file is removed": "rm -f out/m.safetensors",
  "the file becomes a link to itself": "rm -f out/m.safetensors && ln -s m.safetensors out/m.safetensors",
  "the folder is removed": "rm -rf out",
  "the folder is another one": "rm -rf out && mkdir out",
  "the folder becomes a file": "rm -rf out && echo 1 > out",
  "the folder has another name": "mv out moved",
  "everything in it is removed": "rm -rf out/* out/.[!.]*",
};

/** The last line of a trace that has `key`. @param {string} trace @param {string} key */
function traced(trace, key) {
  const lines = readFileSync(trace, "utf8").trim().split("\n");
  return lines
    .map((line) => JSON.parse(line))
    .filter((line) => key in line)
    .at(-1);
}

/** Folders and files that become something else. @param {Settings} settings */
export async function folders({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ command }) => command !== undefined);
  const names = Object.keys(CHANGES);
  const sum = { runs: 0, inItsPlace: 0, elsewhere: 0, refusedBeforeItBegan: 0, nothingLost: 0 };
  const cases = Array.from({ length: short ? names.length : kills }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "folders", i);
    const whole = /** @type {Whole} */ (all[(i + Math.floor(i / names.length)) % all.length]);
    const name = /** @type {string} */ (names[i % names.length]);
    // a model that was in its place and then taken away is nobody's fault
    const at = random.whole(Math.min(40, whole.calls), whole.placed);
    const cwd = place(root, `folder-${i}`);
    await report.attempt(`${whole.training.name}: ${name} at call ${at}`, cwd, async () => {
      sum.runs++;
      const trace = join(cwd, "trace");
      const words = ["sh", "-c", `cd '${cwd}' && ${CHANGES[name]}`];
      const faults = { folder: join(cwd, "out"), trace, run: { at, words } };
      const ended = await start(argumentsFor(whole.training, cwd, FILE), { cwd, faults }).ended;
      const changed = traced(trace, "code");
      must(changed?.code === 0, `the change was not made: ${JSON.stringify(changed)}`);
      const outcome = nothingLost(ended, cwd, whole);
      if (outcome === "in its place") sum.inItsPlace++;
      else if (outcome === "elsewhere") sum.elsewhere++;
      else sum.refusedBeforeItBegan++;
      sum.nothingLost++;
    });
  });
  return sum;
}

/** What makes a process the first one of a container, with other numbers than those outside; undefined where that may not be. */
function container() {
  const wrap = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];
  return spawnSync(/** @type {string} */ (wrap[0]), [...wrap.slice(1), "true"]).status === 0
    ? wrap
    : undefined;
}

/**
 * Two trainings that write to one file: the second is told, and the first is not disturbed. Also where neither sees the other's
 * process, as in containers; there, too, trainings are killed and go on, each with the same process number.
 *
 * @param {Settings} settings
 */
export async function writers({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ name }) => name === CHAIN);
  const whole = /** @type {Whole} */ (all[0]);
  const wrap = container();
  const sum = {
    pairs: 0,
    secondTold: 0,
    containers: wrap ? 0 : "not tried, which takes root and unshare",
    equal: 0,
  };
  const cases = Array.from({ length: short ? 4 : Math.ceil(kills / 4) }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "writers", i);
    const inside = wrap && i % 4 === 3 ? wrap : [];
    const at = random.whole(40, whole.calls - 40);
    const cwd = place(root, `writer-${i}`);
    await report.attempt(
      `a second writer at call ${at}${inside.length ? ", in containers" : ""}`,
      cwd,
      async () => {
        sum.pairs++;
        if (inside.length > 0) sum.containers = Number(sum.containers) + 1;
        const trace = join(cwd, "trace");
        const args = argumentsFor(whole.training, cwd, FILE);
        const words = [...inside, process.execPath, ...args];
        const faults = { folder: join(cwd, "out"), trace, run: { at, words } };
        const ended = await start(args, { cwd, faults, wrap: inside }).ended;
        const second = traced(trace, "code");
        must(second?.code === 1, `the second ended with ${second?.code}: ${second?.stderr}`);
        must(
          /m\.safetensors.*(another|other) (training|process)|in use|is being written/.test(second.stderr),
          `the second was told: ${second.stderr}`,
        );
        must(!second.stdout.includes('"event":"start"'), "the second began all the same");
        sum.secondTold++;
        must(nothingLost(ended, cwd, whole) === "in its place", `the first was disturbed: ${ended.stderr}`);
        sum.equal++;
      },
    );
  });
  return sum;
}

/** Kills of processes that all have the same number, resumed. @param {Settings} settings */
export async function containers({ root, jobs, seed, kills, short, report, timeLeft }) {
  const wrap = container();
  if (!wrap) return { runs: 0, skipped: "containers take root and unshare" };
  const all = await wholes(root, jobs, ({ name }) => name === CHAIN);
  const whole = /** @type {Whole} */ (all[0]);
  const sum = { runs: 0, kills: 0, inWrites: 0, equal: 0 };
  const cases = Array.from({ length: short ? 2 : Math.ceil(kills / 5) }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "containers", i);
    const plans = [1, 2].map(() => ({ seen: 3 * random.next() ** 2, write: random.whole(2, 6) }));
    const cwd = place(root, `container-${i}`);
    await report.attempt(`process 1: ${JSON.stringify(plans)}`, cwd, async () => {
      sum.runs++;
      const { kills, inWrites } = await survive(whole, cwd, plans, wrap);
      sum.kills += kills;
      sum.inWrites += inWrites;
      sum.equal++;
    });
  });
  return sum;
}

/** Whether a small disk of memory can be mounted. @param {string} at */
function mounted(at, size = "64k") {
  return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", at]).status === 0;
}

/**
 * Disks that really are full or read-only: small ones, in memory.
 *
 * @param {Settings} settings
 */
export async function smallDisks({ root, jobs, seed, kills, short, report, timeLeft }) {
  const all = await wholes(root, jobs, ({ command }) => command !== undefined);
  const probe = place(root, "probe");
  if (!mounted(join(probe, "out")))
    return { runs: 0, skipped: "mounting a small disk takes root; failing disks are tried all the same" };
  spawnSync("umount", [join(probe, "out")]);
  const sum = { runs: 0, inItsPlace: 0, elsewhere: 0, refusedBeforeItBegan: 0, nothingLost: 0 };
  const kinds = {
    "too small": undefined,
    "filled by others": "dd if=/dev/zero of=out/fill bs=1024 2>/dev/null; true",
    "read-only": "for i in 1 2 3 4 5 6 7 8 9; do mount -o remount,ro out && exit 0; sleep 0.1; done; exit 1",
  };
  const cases = Array.from({ length: short ? 3 : Math.ceil(kills / 2) }, (_, i) => i);
  await each(cases, jobs, async (i) => {
    if (!timeLeft()) return;
    const random = chance(seed, "small disks", i);
    const whole = /** @type {Whole} */ (all[i % all.length]);
    const [name, script] = /** @type {[string, string | undefined]} */ (Object.entries(kinds)[i % 3]);
    // not while a file is open for writing: then a disk cannot be made read-only
    const at = random.one(whole.opens.filter((call) => call > 30));
    // with room for the old file, the new one and a part of another, or not even for one
    const room = whole.bytes.length * (script ? 4 : random.next() * 4);
    const size = `${Math.max(8, Math.ceil(room / 4096) * 4)}k`;
    const cwd = place(root, `small-${i}`);
    const folder = join(cwd, "out");
    await report.attempt(
      `${whole.training.name}: a disk of ${size}, ${name} at call ${at}`,
      cwd,
      async () => {
        must(mounted(folder, size), "it cannot be mounted");
        try {
          sum.runs++;
          const trace = join(cwd, "trace");
          const run = script && { at, words: ["sh", "-c", `cd '${cwd}' && ${script}`] };
          const faults = { folder, trace, ...(run && { run }) };
          const ended = await start(argumentsFor(whole.training, cwd, FILE), { cwd, faults }).ended;
          if (script) must(traced(trace, "code")?.code === 0, "the disk was not changed");
          const outcome = nothingLost(ended, cwd, whole);
          if (existsSync(folder)) readAll(folder);
          if (outcome !== "in its place")
            must(/disk full|read-only/.test(ended.stderr), `it does not say why: ${ended.stderr}`);
          if (outcome === "in its place") sum.inItsPlace++;
          else if (outcome === "elsewhere") sum.elsewhere++;
          else sum.refusedBeforeItBegan++;
          sum.nothingLost++;
        } finally {
          spawnSync("umount", [folder]);
        }
      },
    );
  });
  return sum;
}
