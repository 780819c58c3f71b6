/**
 * nabla train --wide: V8 merges neighbouring operations of 128 bits into ones of 256 where a flag tells it to. The flag is experimental, so its
 * results are compared with those of the plain core before the training begins, and so is its speed: it is slower in places.
 */
import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { decodeBytes } from "../../core/bytes.ts";
import { standIn } from "../../core/compile.ts";
import { fullBuild } from "../../core/full.ts";
import type { Dataset } from "../../data/dataset.ts";
import { subset } from "../../data/split.ts";
import { load } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { median } from "../bench/measure.ts";

/** What of `process` decides whether there is such a flag. */
export interface Engine {
  readonly arch: string;
  readonly versions: Readonly<Record<string, string | undefined>>;
}

const FLAG = "experimental-wasm-revectorize";
/** The first Node that knows the flag; an older one prints a complaint of its own. */
const SINCE = 22;

/** @returns why this engine has nothing to merge with, or undefined where it may */
export function whyNot({ arch, versions }: Engine): string | undefined {
  const other = ["bun", "deno"].find((name) => versions[name] !== undefined);
  if (other) return `it needs Node, and this is ${other} ${versions[other]}`;
  if (Number.parseInt(versions.node ?? "", 10) < SINCE)
    return `it needs Node ${SINCE} or newer, and this is Node ${versions.node}`;
  if (arch !== "x64") return `it is for processors with AVX2 (x64), and this one is ${arch}`;
  return undefined;
}

/** Two copies of a network that train alike: one with the plain core, one with what the flag makes of it. */
export interface Trial {
  /** Trains the copy once more. @returns milliseconds of processor time */
  run(wide: boolean): Promise<number>;
  /** What the copy has become. */
  hash(wide: boolean): string;
}

const ROUNDS = 7;
/** Below this the difference may as well be chance. */
const WORTH = 1.03;

/** @returns how many times as fast the wide core is, in medians of rounds that take turns, and whether both are the same to the bit */
export async function compare(trial: Trial): Promise<{ gain: number; same: boolean }> {
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // in turn, also which is first: what else the machine does meets both alike
    const first = round % 2 === 0;
    const one = await trial.run(first);
    const other = await trial.run(!first);
    ratios.push(first ? other / one : one / other);
  }
  return {
    gain: median(ratios),
    same: trial.hash(true) === trial.hash(false),
  };
}

/** What is to be done, and the sentence that says so. */
export function verdict({ gain, same }: { gain: number; same: boolean }): { use: boolean; text: string } {
  if (!same)
    return {
      use: false,
      text: "this engine computes other bits with it, so the training goes on without; please report the version of Node",
    };
  const times = `${gain.toFixed(2)} × as fast`;
  return gain < WORTH
    ? { use: false, text: `no gain for this network here (${times}), so the training goes on without` }
    : { use: true, text: `256 bits wide, the same bits, ${times} as 128 for this network here` };
}

/** Rows of a copy's epoch, in batches. */
const BATCHES = 8;
/** Milliseconds for the engine to compile what is hot once more; it does that while the code runs. */
const WARM = 500;

/**
 * Asks for 256 bits, if that is as good for `model` as it should be. The model and its data are as they were.
 *
 * @returns a sentence for the user, and whether it is used
 */
export async function widen(
  model: Model,
  train: Dataset,
  batchSize: number,
  engine: Engine = process,
): Promise<{ use: boolean; text: string }> {
  const why = whyNot(engine);
  if (why) return { use: false, text: `${why}; the training goes on without` };
  const told = verdict(await compare(await trialOf(model, train, batchSize)));
  if (!told.use) flag(false);
  return told;
}

/** What is compiled from here on is wide, or not; also what has run already and turns out to be hot. */
const flag = (on: boolean) => setFlagsFromString(`--${on ? "" : "no-"}${FLAG}`);

async function trialOf(model: Model, train: Dataset, batchSize: number): Promise<Trial> {
  const bytes = model.save();
  const rows = subset(
    train,
    Uint32Array.from({ length: Math.min(train.length, BATCHES * batchSize) }, (_, i) => i),
  );
  const options = { batchSize: Math.min(batchSize, rows.length), threads: 1 } as const;
  const copy = async (wide: boolean) => {
    // of equal bytes an engine keeps one compiled module, so each has a section of its own that says which it is
    const module = new WebAssembly.Module(marked(coreBytes(), wide ? "wide" : "plain"));
    flag(wide);
    standIn(module);
    try {
      const hot = load(bytes);
      for (const begun = performance.now(); performance.now() - begun < WARM; ) await hot.fit(rows, options);
      return load(bytes);
    } finally {
      standIn(undefined);
    }
  };
  const plain = await copy(false);
  const wide = await copy(true);
  const which = (asked: boolean) => (asked ? wide : plain);
  return {
    async run(asked) {
      const before = process.cpuUsage();
      await which(asked).fit(rows, options);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    },
    hash: (asked) => createHash("sha256").update(which(asked).save()).digest("hex"),
  };
}

const coreBytes = () => decodeBytes(fullBuild.code as string);

/** @returns the module with a custom section, which means nothing (WebAssembly core specification 2.0, 5.5.3) */
export function marked(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(name);
  const out = new Uint8Array(bytes.length + text.length + 3);
  out.set(bytes);
  out.set([0, text.length + 1, text.length], bytes.length);
  out.set(text, bytes.length + 3);
  return out;
}
