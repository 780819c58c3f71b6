// What every part of the fault test needs: places to work in, processes that are made to fail, random choices that can be made again,
// and what is in a folder afterwards.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "nabla";

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
export const CLI = here("../../build/cli.js");
const PRELOAD = here("preload.mjs");
const PROGRAM = here("program.mjs");

/** @typedef {import("./trainings.mjs").Training} Training */
/** @typedef {Omit<import("./preload.mjs").Faults, "folder">} Faults */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string, milliseconds: number }} Ended */
/** @typedef {{ child: import("node:child_process").ChildProcess, ended: Promise<Ended> }} Running */

/** Random numbers of [0, 1): the same for the same words. @param {...(string | number)} words */
export function chance(...words) {
  let state = 2166136261;
  for (const character of words.join("/")) state = Math.imul(state ^ character.charCodeAt(0), 16777619);
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    /** A whole number of [from, to]. @param {number} from @param {number} to */
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    /** @template T @param {readonly T[]} list @returns {T} */
    one: (list) => /** @type {T} */ (list[Math.floor(next() * list.length)]),
  };
}

/** What went wrong, in a sentence. The run goes on with the next case. */
export class Broken extends Error {}

/** @param {unknown} truth @param {string} otherwise @returns {asserts truth} */
export function must(truth, otherwise) {
  if (!truth) throw new Broken(otherwise);
}

/**
 * Node with a program.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, faults?: Faults & { folder: string }, wrap?: readonly string[], env?: Record<string, string> }} options
 *   wrap: a command that starts it
 * @returns {Running}
 */
export function start(args, { cwd, faults, wrap = [], env = {} }) {
  const [file, ...words] = [...wrap, process.execPath, ...(faults ? ["--import", PRELOAD] : []), ...args];
  const begun = performance.now();
  const child = spawn(/** @type {string} */ (file), words, {
    cwd,
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      ...env,
      ...(faults && { NABLA_FAULTS: JSON.stringify(faults) }),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) =>
      resolve({ code, signal, stdout, stderr, milliseconds: performance.now() - begun }),
    );
  });
  return { child, ended };
}

/**
 * Arguments that begin a training, or go on with what is there.
 *
 * @param {Training} training
 * @param {string} cwd
 * @param {string} file seen from there
 */
export function argumentsFor({ command, program, every, how, keep }, cwd, file) {
  if (!command) return [PROGRAM, /** @type {string} */ (program), file, String(every), ...(how ? [how] : [])];
  // where several are kept, the folder says which is the newest
  const goesOn = existsSync(join(cwd, file)) ? ["--resume", keep ? dirname(file) : file] : [];
  return [CLI, ...command, "--out", file, "--checkpoint-every", String(every), ...goesOn];
}

/** How far a model's file is. @typedef {{ step: number, finished: boolean }} Progress */

/** A file's parts as they are. @param {Buffer} bytes */
export function partsOf(bytes) {
  const length = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__, ...tensors } = JSON.parse(bytes.toString("utf8", 8, length));
  return { document: JSON.parse(__metadata__["nabla.checkpoint"]), tensors, data: bytes.subarray(length) };
}

/** What a file says of itself; throws where it is not one that loads, checksum included. @param {string} path @returns {Progress} */
export function readModel(path) {
  const bytes = readFileSync(path);
  load(bytes, basename(path));
  const { progress } = partsOf(bytes).document;
  return { step: progress.step, finished: progress.finished === true };
}

/** JSON with keys in the order of the alphabet. @param {unknown} value @returns {string} */
const sorted = (value) =>
  JSON.stringify(value, (_, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/**
 * The first difference between two models' files, undefined where there is none: every bit of weights and optimizer slots, and all that
 * is known of the training, history included. Keys of the document may have another order: a graph's layers that were loaded have
 * their names first.
 *
 * @param {Buffer} a
 * @param {Buffer} b
 */
export function difference(a, b) {
  if (a.equals(b)) return undefined;
  const [one, other] = [partsOf(a), partsOf(b)];
  if (sorted(one.tensors) !== sorted(other.tensors)) return "it has other tensors";
  for (const [name, { data_offsets }] of Object.entries(one.tensors)) {
    const [from, to] = data_offsets;
    if (!one.data.subarray(from, to).equals(other.data.subarray(from, to))) return `${name} has other bits`;
  }
  const key = Object.keys({ ...one.document, ...other.document }).find(
    (key) => sorted(one.document[key]) !== sorted(other.document[key]),
  );
  return key && `${key} is not the same`;
}

/** Models of a folder by their names; throws for one that cannot be read. @param {string} folder */
export function readAll(folder) {
  /** @type {Record<string, Progress>} */
  const found = {};
  for (const name of readdirSync(folder)) {
    if (name.endsWith(".tmp") || !name.includes(".safetensors") || name.includes(".lock")) continue;
    if (name.startsWith(".")) continue;
    try {
      found[name] = readModel(join(folder, name));
    } catch (error) {
      throw new Broken(`${name} cannot be read: ${/** @type {Error} */ (error).message}`);
    }
  }
  return found;
}

/** Names of checkpoints with the step they are of. */
const NAMED = /^m(\.best)?\.epoch\d+-step\d+\.safetensors$/;

/** What is in a folder that a training should not have left there. @param {string} folder @param {number} [keep] */
export function leftIn(folder, keep = 0) {
  const all = readdirSync(folder);
  const kept = all.filter((name) => NAMED.test(name) && !name.includes(".best."));
  const others = all.filter(
    (name) => !/^m\.safetensors(\.previous)?$/.test(name) && !(keep && NAMED.test(name)),
  );
  return kept.length > keep ? [...others, ...kept] : others;
}

/** An empty folder. @param {string} path */
export function empty(path) {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

/** Runs `work` for all `items`, so many at a time. @template T @param {readonly T[]} items @param {number} jobs @param {(item: T, i: number) => Promise<void>} work */
export async function each(items, jobs, work) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      await work(/** @type {T} */ (items[i]), i);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
