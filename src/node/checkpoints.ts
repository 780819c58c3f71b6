/**
 * The checkpoints of a training, next to the file it is saved to:
 *
 *     model.safetensors                                      the newest
 *     model.safetensors.previous                             the one before
 *     model.epoch0012-step0004800.safetensors                with `keep`: the last so many
 *     model.best.epoch0007-step0002800.safetensors           with `keep`: the best
 *
 * The newest has two names with `keep`, and takes its place on the disk once. Nothing older is removed before the newer is durable. Which of
 * them a training goes on from is decided when they are read: the newest that is whole.
 */
import { basename, dirname, join } from "node:path";
import { messageOf, NablaError } from "../errors.ts";
import type { LoadOptions } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { absent, codeOf, type FileSystem, fileSystem, REAL } from "./fileSystem.ts";
import { type Content, nameAgain, syncDirectory, writeFileAtomic } from "./files.ts";
import { type Location, pathOf } from "./location.ts";
import { loadModel, readStored } from "./models.ts";

/** Counts since compile(). */
interface Position {
  readonly epoch: number;
  readonly step: number;
}

interface Named extends Position {
  readonly path: string;
  readonly best: boolean;
}

const ENDING = ".safetensors";
const PREVIOUS = ".previous";
const NAMED = /^(.+?)(\.best)?\.epoch(\d+)-step(\d+)(\.safetensors)?$/s;

const stemOf = (path: string) => (path.endsWith(ENDING) ? path.slice(0, -ENDING.length) : path);

/** Digits so many that the order of names is that of steps. */
function nameOf(path: string, { epoch, step }: Position, best: boolean): string {
  const digits = (n: number, width: number) => String(n).padStart(width, "0");
  const stem = stemOf(path);
  return `${stem}${best ? ".best" : ""}.epoch${digits(epoch, 4)}-step${digits(step, 7)}${path.slice(stem.length)}`;
}

/** The file a training is saved to, of any of its checkpoints. */
export function savedTo(path: string): string {
  const [, stem, , , , ending = ""] = NAMED.exec(path) ?? [];
  if (stem !== undefined) return `${stem}${ending}`;
  return path.endsWith(PREVIOUS) ? path.slice(0, -PREVIOUS.length) : path;
}

/** Those with a name of their own, by steps. */
async function namedOf(path: string, fs: Pick<FileSystem, "readdir"> = REAL): Promise<Named[]> {
  const found: Named[] = [];
  for (const name of await fs.readdir(dirname(path)).catch(absent([]))) {
    const [, stem, best, epoch, step, ending = ""] = NAMED.exec(name) ?? [];
    if (stem === undefined || `${stem}${ending}` !== basename(path)) continue;
    const at = join(dirname(path), name);
    found.push({ path: at, best: best !== undefined, epoch: Number(epoch), step: Number(step) });
  }
  return found.sort((a, b) => a.step - b.step || Number(a.best) - Number(b.best));
}

/** What is kept besides the newest. */
export interface KeepOptions {
  /** How many of the last checkpoints, each under its own name. Default: the newest and the one before, which is `<path>.previous`. */
  keep?: number;
  fs?: Partial<FileSystem>;
}

/** Writes the checkpoints of one training. */
export class Checkpoints {
  private readonly fs: FileSystem;
  private readonly keep: number | undefined;
  /** Those that this training has written, by their order. */
  private readonly written: string[] = [];
  /** Whether the file that was there before is known to be whole or not to be kept. */
  private known = false;

  constructor(
    readonly path: string,
    options: KeepOptions = {},
  ) {
    this.fs = fileSystem(options.fs);
    this.keep = options.keep;
  }

  /**
   * Writes the newest.
   * @param at where the training stands; undefined for what is no checkpoint to keep, such as the model at the end
   * @param best whether it is the best so far
   */
  async write(content: Content, at?: Position, best = false): Promise<void> {
    const { fs, keep } = this;
    const target = await fs.realpath(this.path).catch(absent(this.path));
    const keepPrevious = !this.known ? await this.worthKeeping(target) : keep === undefined;
    await writeFileAtomic(this.path, content, { keepPrevious, fs });
    this.known = true;
    if (keep === undefined || at === undefined) return;
    const names = [nameOf(target, at, false), ...(best ? [nameOf(target, at, true)] : [])];
    for (const name of names)
      if (!(await nameAgain(fs, target, name))) await writeFileAtomic(name, content, { fs });
    await syncDirectory(fs, dirname(target));
    this.written.push(names[0]!);
    await this.removeOlder(target, names[1]);
  }

  /** Only now, when what was written is durable. What cannot be removed now is removed after the next. */
  private async removeOlder(target: string, best: string | undefined): Promise<void> {
    const { fs, written } = this;
    const all = await namedOf(target, fs);
    const first = all.find(({ path }) => path === written[0])?.step ?? 0;
    // of trainings before this one: what lies after its beginning could not be read, or was another's
    const rank = ({ path, step }: Named) =>
      written.includes(path) ? written.lastIndexOf(path) : step < first ? -1 : -2;
    const last = all.filter((each) => !each.best).sort((a, b) => rank(a) - rank(b) || a.step - b.step);
    const surplus = last.slice(0, Math.max(0, last.length - this.keep!));
    const worse = best === undefined ? [] : all.filter((each) => each.best && each.path !== best);
    for (const { path } of [...surplus, ...worse]) await fs.unlink(path).catch(() => {});
  }

  /** Whether the file of an earlier training is kept as the previous one: not where it would replace a whole one and is damaged itself. */
  private async worthKeeping(target: string): Promise<boolean> {
    const { fs, keep } = this;
    const old = await fs.stat(target).catch(() => undefined);
    if (!old) return false;
    if (keep !== undefined)
      for (const { path } of await namedOf(target, fs))
        if ((await fs.stat(path).catch(() => undefined))?.ino === old.ino) return false;
    const there = await fs.stat(`${target}${PREVIOUS}`).catch(() => undefined);
    return !there || (await isWhole(target)) || !(await isWhole(`${target}${PREVIOUS}`));
  }
}

const isWhole = (path: string): Promise<boolean> =>
  readStored(path).then(
    () => true,
    () => false,
  );

/** A checkpoint that could be read, and newer ones that could not. */
export interface Newest {
  readonly model: Model;
  /** Where it was found. */
  readonly path: string;
  readonly passed: readonly { readonly path: string; readonly problem: string }[];
}

/**
 * The newest checkpoint of a training that can be read.
 *
 * @param location the file that the training was saved to, or the folder it is in; one of its checkpoints is read itself, or not at all
 * @throws NablaError when none can be read, and for a folder with checkpoints of several trainings
 */
export async function loadNewest(location: Location, options: LoadOptions = {}): Promise<Newest> {
  const path = pathOf("loadCheckpoint", location);
  const base = await trainingAt(path);
  const passed: { path: string; problem: string }[] = [];
  let first: unknown;
  for (const each of base === path && savedTo(path) !== path ? [path] : await newestFirst(base)) {
    try {
      return { model: await loadModel(each, options), path: each, passed };
    } catch (error) {
      // whole, and still not to be loaded (of a newer version, say): an older one would hide that
      if (!(error instanceof NablaError) || (await isWhole(each))) throw error;
      first ??= error;
      passed.push({ path: each, problem: messageOf(error).replace(`${each}: `, "") });
    }
  }
  if (passed.length <= 1) throw first;
  const all = passed.map(({ path: each, problem }) => `${each}: ${problem}`).join("; ");
  throw new NablaError(`${base}: none of its checkpoints can be read: ${all}`, { cause: first });
}

/** The file that a training is saved to, where a folder is given. @throws NablaError where there is none, or several are */
export async function trainingAt(path: string): Promise<string> {
  const names = await REAL.readdir(path).catch((error) => {
    if (["ENOTDIR", "ENOENT"].includes(codeOf(error))) return undefined;
    throw new NablaError(`${path}: cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (names === undefined) return path;
  const files = names.filter((name) => /^[^.].*\.safetensors(\.previous)?$/s.test(name));
  const trainings = [...new Set(files.map(savedTo))].sort();
  if (trainings.length === 1) return join(path, trainings[0]!);
  if (trainings.length === 0)
    throw new NablaError(`${path}: expected a folder with checkpoints (.safetensors), found none in it`);
  const some = trainings.slice(0, 5).join(", ") + (trainings.length > 5 ? ", …" : "");
  throw new NablaError(
    `${path}: there are checkpoints of ${trainings.length} trainings (${some}); name the one to go on with`,
  );
}

async function newestFirst(base: string): Promise<string[]> {
  const real = await REAL.realpath(base).catch(absent(undefined));
  // checkpoints lie beside the file itself, wherever a symbolic link is; without one they are called as they were asked for
  const direct = real === undefined || real === join(await REAL.realpath(dirname(base)), basename(base));
  const target = direct ? base : real;
  const named = (await namedOf(target)).reverse().map(({ path }) => path);
  const previous = `${target}${PREVIOUS}`;
  const there = (path: string) => REAL.stat(path).then(() => true, absent(false));
  const all = [...named, ...((await there(previous)) ? [previous] : [])];
  // the first is read first also where it is missing: then it is said
  return [base, ...all];
}
