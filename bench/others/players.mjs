// Who takes part in the comparison, and how what is missing gets here.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Player } from "./turns.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "../peers");
const script = (file, ...words) => [process.execPath, [join(here, file), ...words]];

/** `js`: a JavaScript or WebAssembly library, in one thread; `native`: outside of them. */
const NABLA = [
  { key: "steps", run: script("nabla.mjs", "steps") },
  { key: "fit", run: script("nabla.mjs", "fit") },
  { key: "auto", run: script("nabla.mjs", "auto"), several: true },
];
const JAVASCRIPT = [
  { key: "jax", js: true, run: script("jax.mjs") },
  { key: "jaxThreads", several: true, run: script("jax.mjs", "threads") },
  { key: "tfjsWasm", js: true, run: script("tfjs.mjs", "wasm") },
  { key: "tfjsCpu", js: true, run: script("tfjs.mjs", "cpu") },
  { key: "ml5", js: true, run: script("tfjs.mjs", "ml5") },
  { key: "brain", js: true, run: script("brain.mjs") },
];
const RUNTIMES = [
  { key: "ortWeb", js: true, run: script("onnx.mjs", "web"), predicts: true },
  { key: "ortNode", run: script("onnx.mjs", "node"), predicts: true },
];

/** The python that is asked for PyTorch and NumPy: NABLA_PYTHON, or what `--python` has made. */
export function python() {
  const made = join(folder, "venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  return process.env.NABLA_PYTHON || (existsSync(made) ? made : undefined);
}

function pythons() {
  const program = python();
  if (!program) return [];
  const all = String(availableParallelism());
  const one = (key, how, threads, more = {}) => ({
    key,
    run: [program, [join(here, "peers.py"), how, threads]],
    ...more,
  });
  return [
    one("torch", "torch", "1"),
    one("torchCompiled", "compiled", "1"),
    ...(all === "1" ? [] : [one("torchThreads", "torch", all, { several: true })]),
    one("numpy", "numpy", "1"),
  ];
}

/** What is not here, as sentences. */
export function missing() {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const absent = Object.keys(dependencies).filter(
    (name) => !existsSync(join(folder, "node_modules", name, "package.json")),
  );
  return [
    ...(absent.length > 0
      ? [`${absent.join(", ")}: not installed; npm run bench -- --peers installs them`]
      : []),
    ...(python()
      ? []
      : [
          "PyTorch, NumPy: no python; NABLA_PYTHON=… names one that has torch, npm run bench -- --python makes one",
        ]),
  ];
}

/** Installs the pinned packages next to bench/peers/package.json, where the package's own modules do not look. */
export function install() {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const quiet = ["--no-package-lock", "--no-audit", "--no-fund", "--loglevel", "error"];
  spawnSync(npm, ["install", "--ignore-scripts", ...quiet], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
}

/** Makes bench/peers/venv with PyTorch, its build for processors where that can be reached, and NumPy. */
export function installPython() {
  const venv = join(folder, "venv");
  const run = (program, ...words) => execFileSync(program, words, { stdio: ["ignore", 2, 2] });
  try {
    run("python3", "-m", "venv", venv);
    const pip = [join(venv, "bin/python"), "-m", "pip", "install", "--quiet"];
    run(...pip, "numpy");
    try {
      run(...pip, "torch==2.*", "--index-url", "https://download.pytorch.org/whl/cpu");
    } catch {
      run(...pip, "torch==2.*");
    }
  } catch (error) {
    console.error(`bench: no python with torch could be made: ${error.message.split("\n")[0]}`);
  }
}

/** A player's process; a new one where a network was too much for it. */
export function running(one) {
  if (one.player.ended) one.player = new Player(...one.run);
  return one.player;
}

/**
 * Starts them. @param peers whether others than Nabla take part
 * @returns each with who it says it is; `player.end()` ends it
 */
export async function players(peers) {
  const list = peers ? [...NABLA, ...JAVASCRIPT, ...pythons(), ...RUNTIMES] : NABLA;
  const started = [];
  for (const each of list) {
    const player = new Player(...each.run);
    const about = await player.ask({ do: "hello" });
    if (about.error) player.end();
    started.push({ ...each, player, about });
  }
  return started;
}
