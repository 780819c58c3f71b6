// Everything that the set of networks and the trainings of the command line run in.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleWorker, serveWorker, workerdFile } from "../edge/workerd.mjs";
import { BROWSERS, findBrowser, howToGet } from "../support/browsers/index.mjs";
import { SHORTEST } from "./bits.mjs";
import { BUILDS, bundled, SHARES } from "./builds.mjs";
import { ARM_NODES, armNode, engineFiles, howToGetArm, NODES, root } from "./engines.mjs";
import { inBrowser } from "./pages.mjs";
import { run } from "./run.mjs";
import { hashIn, taskOf, writeTrainings } from "./trainings.mjs";
import { entry } from "./worker.mjs";

/**
 * What a host says: bits, or what went wrong.
 *
 * @typedef {object} Answers
 * @property {string} version
 * @property {Record<string, import("./bits.mjs").Bits | { error: string }>} networks
 * @property {Record<string, string>} trainings the hash of the weights
 */

/**
 * @typedef {object} Host
 * @property {string} name
 * @property {string} [missing] what it takes to have it, where it is not there
 * @property {"all" | "some" | "none"} short what of the networks runs in `npm test`
 * @property {boolean} trains whether it runs the command line's trainings, too
 * @property {(names: readonly string[], trainings: readonly string[], folder: string) => Promise<Answers>} ask
 */

const PROGRAM = join(root, "test/bits/program.mjs");
/** Where it takes long, these stand for all: every kind of randomness, all layers of images, extremes, a function of the program's own. */
export const SOME = [
  SHORTEST,
  "every activation and initializer",
  "extremes",
  "functions and weights of one's own",
];

/** @param {readonly string[]} names @param {(name: string) => Promise<string>} ask */
async function each(names, ask) {
  /** @type {Record<string, string>} */
  const answers = {};
  for (const name of names) answers[name] = await ask(name).catch((error) => `failed: ${error.message}`);
  return answers;
}

/** @param {string} folder @param {readonly string[]} trainings @returns {Promise<string[]>} what program.mjs is told of them */
async function tasksIn(folder, trainings) {
  if (trainings.length === 0) return [];
  /** @type {Record<string, import("./tasks.mjs").Task>} */
  const tasks = {};
  for (const name of trainings) tasks[name] = await taskOf(folder, name);
  const file = join(folder, "tasks.json");
  writeFileSync(file, JSON.stringify(tasks));
  return [`--tasks=${file}`];
}

/**
 * A program that runs files.
 *
 * @param {string} name
 * @param {readonly string[] | undefined} command
 * @param {Partial<Host> & { how?: string, env?: (folder: string) => Record<string, string>, file?: (folder: string) => Promise<string> }} [more]
 * @returns {Host}
 */
function program(name, command, { how = "node scripts/engines.mjs", env = () => ({}), file, ...more } = {}) {
  return {
    name,
    missing: command ? undefined : how,
    short: "none",
    trains: false,
    async ask(names, trainings, folder) {
      const own = env(folder);
      const line = command ?? [];
      const version = await run([...line, "--version"], own).catch(() => ({ stdout: "" }));
      const tasks = file ? await tasksIn(folder, trainings) : [];
      const said = await run([...line, file ? await file(folder) : PROGRAM, ...tasks, ...names], own);
      const answers = JSON.parse(said.stdout);
      const args = writeTrainings(folder);
      return {
        version: version.stdout.split("\n")[0],
        networks: answers.networks,
        // a program of its own is no command line
        trainings: file
          ? answers.trainings
          : await each(trainings, (training) => hashIn(line, args[training], own)),
      };
    },
    ...more,
  };
}

const files = engineFiles();
const here = process.execPath;
const lineOf = (/** @type {string | undefined} */ file) => (file ? [file] : undefined);
const denoLine = lineOf(files.Deno)?.concat("run", "--quiet", "--no-lock", "--allow-all");
const denoEnv = (/** @type {string} */ folder) => ({
  DENO_DIR: join(folder, "deno"),
  DENO_NO_UPDATE_CHECK: "1",
});
/** The newest there is: what flags are tried with. */
const newest = files[`Node ${NODES[NODES.length - 1]}`];
/** V8's other compilers, of WebAssembly and of JavaScript, other code for loads and stores, and processors that can do less or more. */
const FLAGS = [
  "--liftoff-only",
  "--no-liftoff --no-wasm-tier-up",
  "--no-wasm-opt",
  "--wasm-enforce-bounds-checks",
  "--max-opt=0",
  ...(process.arch === "x64"
    ? ["--no-enable-avx", "--no-enable-avx2", "--no-enable-fma3", "--no-enable-sse4-2"]
    : []),
];

/** @type {Host} */
const workerd = {
  name: "workerd",
  missing: workerdFile() ? undefined : "node scripts/tools.mjs edge",
  short: "all",
  trains: true,
  async ask(names, trainings, folder) {
    const out = join(folder, "workerd");
    const main = join(folder, "worker.mjs");
    writeFileSync(main, entry(root));
    // the package's own files, which a bundle has from outside of it, are not to be warned of
    await bundleWorker(main, out, { logLevel: "error" });
    const served = await serveWorker(out);
    const post = async (/** @type {unknown} */ body) => {
      const response = await fetch(served.url, { method: "POST", body: JSON.stringify(body) });
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    };
    try {
      return {
        version: (await run([/** @type {string} */ (workerdFile()), "--version"])).stdout.trim(),
        networks: await post({ names }),
        trainings: await each(trainings, async (name) => post({ task: await taskOf(folder, name) })),
      };
    } finally {
      await served.stop();
    }
  },
};

/** @type {(name: typeof BROWSERS[number]) => Host} */
const browser = (name) => ({
  name,
  missing: findBrowser(name) ? undefined : howToGet(name),
  short: "all",
  trains: true,
  async ask(names, trainings, folder) {
    /** @type {Record<string, import("./tasks.mjs").Task>} */
    const tasks = {};
    for (const training of trainings) tasks[training] = await taskOf(folder, training);
    return inBrowser(name, names, tasks);
  },
});

/** The same Node, with another build of the core, or with each instruction divided. @type {Host[]} */
const builds = [undefined, ...BUILDS].flatMap((build) =>
  SHARES.flatMap((shares) => {
    // that is this Node as it is
    if (!build && shares === 1) return [];
    const name = `${build ?? "own builds"}, ${shares === 1 ? "1 share" : `${shares} shares`}`;
    return program(name, [here], {
      short: (build === "debug" && shares === 1) || (build === "threads" && shares === 3) ? "all" : "none",
      trains: true,
      env: () => ({ NABLA_SHARES: String(shares) }),
      file: (folder) => bundled(folder, build),
    });
  }),
);

/** What nabla train --wide asks for, where there is such a flag; compiled at once, as what runs briefly would not be. */
const WIDE = ["--experimental-wasm-revectorize", "--wasm-tiering-budget=1000"];
/** @type {Host[]} */
const wide = (process.arch === "x64" ? NODES.filter((major) => major >= 22) : []).map((major) => {
  const file = files[`Node ${major}`];
  return program(`Node ${major}, 256 bits wide`, file ? [file, ...WIDE] : undefined, { short: "some" });
});

/** Every engine that has threads, with some. @type {Host[]} */
const threaded = [
  { name: "Deno", line: denoLine },
  { name: "Bun", line: lineOf(files.Bun) },
  ...NODES.map((major) => ({ name: `Node ${major}`, line: lineOf(files[`Node ${major}`]) })),
].map(({ name, line }, i) =>
  program(`${name}, ${2 + (i % 2)} threads`, line, {
    short: "some",
    env: (folder) => ({ ...denoEnv(folder), NABLA_THREADS: String(2 + (i % 2)) }),
  }),
);

/** Bun's engine is WebKit's, on whose compilers its environment has a say. @param {string} name @param {Record<string, string>} env */
const bun = (name, env = {}) => program(name, lineOf(files.Bun), { env: () => env });

/** @type {Host[]} */
export const HOSTS = [
  program("this Node", [here], { short: "all", trains: true }),
  ...NODES.map((major) => {
    return program(`Node ${major}`, lineOf(files[`Node ${major}`]), { short: "all", trains: true });
  }),
  program("Deno", denoLine, { short: "all", trains: true, env: denoEnv }),
  { ...bun("Bun"), short: "all", trains: true },
  workerd,
  ...BROWSERS.map(browser),
  ...(process.platform === "linux" && process.arch !== "arm64" ? ARM_NODES : []).map((major, i) =>
    program(`Node ${major} on Arm`, armNode(major), {
      how: howToGetArm,
      short: i === 0 ? "none" : "some",
      trains: false,
    }),
  ),
  ...builds,
  ...wide,
  ...threaded,
  // other compilers, and processors that can do less
  ...FLAGS.map((flags) => program(`Node, ${flags}`, newest ? [newest, ...flags.split(" ")] : undefined)),
  bun("Bun, interpreter alone", { BUN_JSC_useBBQJIT: "0", BUN_JSC_useOMGJIT: "0", BUN_JSC_useJIT: "0" }),
  bun("Bun, first compiler alone", { BUN_JSC_useOMGJIT: "0" }),
  bun("Bun, last compiler at once", {
    BUN_JSC_useWasmIPInt: "0",
    BUN_JSC_thresholdForOMGOptimizeAfterWarmUp: "1",
  }),
];
