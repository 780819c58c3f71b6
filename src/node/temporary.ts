/** Temporary files next to the file they are to become: names that no other process has, and removing what crashes left. */
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { codeOf, type FileSystem, type OpenFile } from "./fileSystem.ts";
import { isRunning, OWNER, ownOwner } from "./owner.ts";

/** Bytes a name may have on most file systems are 255; what is added here takes less than the difference. */
const LONGEST = 170;
/** How old a file must be to be taken for abandoned, where nothing is known of the process that made it. In ms. */
const ABANDONED = 3_600_000;
/** How often a folder is looked through at most, for each file that is written. In ms. */
const EVERY = 600_000;
/** A name is random in 48 bits: a second collision is something else. */
const TRIES = 5;

/** A name for a temporary file of `target`: `.<name>.<process>.<random>.tmp` */
export function temporaryName(target: string): string {
  return join(dirname(target), `.${stem(target)}.${ownOwner()}.${randomBytes(6).toString("hex")}.tmp`);
}

/** As long as it may be in a longer name. */
function stem(target: string): string {
  let name = basename(target);
  while (Buffer.byteLength(name) > LONGEST) name = name.slice(0, -1);
  return name;
}

/** Makes something under a new name; where there is a file of this name already, under another. @returns what it is called */
export async function underNewName<T>(
  target: string,
  make: (path: string) => Promise<T>,
): Promise<{ path: string; made: T }> {
  for (let tries = 1; ; tries++) {
    const path = temporaryName(target);
    try {
      return { path, made: await make(path) };
    } catch (error) {
      if (codeOf(error) !== "EEXIST" || tries === TRIES) throw error;
    }
  }
}

/** Opens a new file next to `target`. Nothing but this file may be removed when writing it fails. */
export async function openTemporary(
  fs: FileSystem,
  target: string,
  mode: number,
): Promise<{ path: string; file: OpenFile }> {
  const { path, made } = await underNewName(target, (name) => fs.open(name, "wx", mode));
  return { path, file: made };
}

const swept = new Map<string, number>();

/**
 * Removes temporary files of `target` whose processes run no more, and old ones of processes that cannot be seen from here. What
 * another process is writing stays; should one be taken for abandoned all the same (a process that was stopped for an hour), it
 * writes the file again: see writeFileAtomic().
 * @param now by the clock of the file system, in ms
 */
export async function sweep(fs: FileSystem, target: string, now: number, always = false): Promise<void> {
  const last = swept.get(target);
  const { timeOrigin } = performance;
  const here = timeOrigin + performance.now();
  if (!always && last !== undefined && here - last < EVERY) return;
  swept.delete(target);
  swept.set(target, here);
  if (swept.size > 1000) swept.delete(swept.keys().next().value!);
  const folder = dirname(target);
  const isOurs = patternOf(target);
  for (const name of await fs.readdir(folder).catch(() => [])) {
    const match = isOurs.exec(name);
    if (!match) continue;
    const path = join(folder, name);
    const running = isRunning(match[1] ?? "0");
    if (running) continue;
    const left = running === false || (await ageOf(fs, path, now)) > ABANDONED;
    if (left) await fs.unlink(path).catch(() => {});
  }
}

async function ageOf(fs: FileSystem, path: string, now: number): Promise<number> {
  return fs.stat(path).then(
    ({ mtimeMs }) => now - mtimeMs,
    () => 0,
  );
}

/** Also the names that earlier versions gave them: `.<name>.<number>-<number>.tmp` */
function patternOf(target: string): RegExp {
  const name = stem(target).replaceAll(/[^\w]/g, "\\$&");
  return new RegExp(
    `^\\.${name}\\.(?:(${OWNER.source})\\.[0-9a-f]{12}\\.tmp|\\d+-\\d+\\.tmp(?:\\.previous)?)$`,
  );
}
