/**
 * One training at a time to a file: `<file>.lock`, made when a training begins and removed when it ends. A lock that a crash has left does
 * not count. Whether its process runs is known where it can be seen (src/node/owner.ts); elsewhere, in another container or on another machine,
 * the lock says so itself: it is touched every second by a thread that no long step of training delays.
 */
import { randomUUID } from "node:crypto";
import { lstatSync, readFileSync, unlinkSync } from "node:fs";
import { type FileHandle, lstat, open, readFile, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { isMainThread, threadId } from "node:worker_threads";
import { NablaError } from "../errors.ts";
import { thread } from "../threads/start/thread.ts";
import { absent, codeOf, REAL, reasonOf } from "./fileSystem.ts";
import { isRunning, ownOwner, presumeGone } from "./owner.ts";
import { openTemporary, sweep } from "./temporary.ts";

/** How often a lock is touched, and after how long without it is abandoned, in ms. */
const [BEAT, PATIENCE] = [1000, 6000];
const LOOK = 200;
/** One that was not touched for so long by the clock of the file system itself counts without being watched, in ms. */
const LONG = 60_000;

export interface Lock {
  /** False when another process has taken it: one that found it abandoned, as after the machine was asleep. And after release(). */
  held(): Promise<boolean>;
  /** Removes it. Also done at the end of the process, whatever ends it but a kill. */
  release(): void;
}

export interface LockOptions {
  /** Called when it takes a few seconds to find out whether whoever made the lock still runs. */
  onWait?(who: string): void;
  /** How long a lock must be untouched to count as abandoned, in ms. Default 6000. */
  patience?: number;
}

interface Holder {
  readonly id: string;
  readonly owner: string;
  readonly pid?: number;
  readonly host?: string;
  readonly since?: string;
  /** A worker thread of its process: one that is terminated releases nothing, and its process runs on. */
  readonly thread?: number;
}

/**
 * Locks `path` for a training that will write to it.
 * @throws NablaError at once, or within seconds, when another process trains to this file: which, since when, and what to do
 */
export async function lockFile(path: string, options: LockOptions = {}): Promise<Lock> {
  const target = await REAL.realpath(path).catch(absent(path));
  const place = `${target}.lock`;
  try {
    for (;;) {
      const file = await open(place, "wx").catch((error) => {
        if (codeOf(error) === "EEXIST") return undefined;
        throw error;
      });
      if (file) {
        const lock = await take(file, place);
        // the lock is held whether or not what others left can be removed
        await tidy(place, target).catch(() => {});
        return lock;
      }
      const holder = await holderOf(place);
      if (holder && (await abandoned(place, holder, options, path))) await remove(place, holder);
    }
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw new NablaError(`cannot write ${place}: ${reasonOf(cause)}`, {
      cause,
      details: { code: codeOf(cause) },
    });
  }
}

/** What was being written when a lock was left is known to be left as well. */
async function tidy(place: string, target: string): Promise<void> {
  await dropTurn(`${place}.turn`);
  await sweep(REAL, target, (await stat(place)).mtimeMs, true);
}

async function take(file: FileHandle, place: string): Promise<Lock> {
  const id = randomUUID();
  const holder: Holder = {
    id,
    owner: ownOwner(),
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(!isMainThread && { thread: threadId }),
  };
  const text = `${JSON.stringify(holder)}\n`;
  try {
    await file.writeFile(text);
  } catch (error) {
    await file.close();
    await unlink(place).catch(() => {});
    throw error;
  }
  await file.close();
  const stop = beat(place, id);
  const drop = () => {
    try {
      if (lstatSync(place).isFile() && parse(readFileSync(place, "utf8")).id === id) unlinkSync(place);
    } catch {} // gone with its folder, or another's by now
  };
  const release = () => {
    if (!releases.has(id)) return;
    releasedAt(id);
    stop();
    drop();
  };
  heldUntil(id, release);
  const held = async (): Promise<boolean> => {
    const now = await holderOf(place);
    if (now || !releases.has(id)) return now?.id === id && releases.has(id);
    // somebody has tidied up: it is made again, if that can be
    await writeFile(place, text, { flag: "wx" }).catch(() => {});
    const then = (await holderOf(place)) ?? holder;
    if (releases.has(id)) return then.id === id;
    drop(); // released while it was being made
    return false;
  };
  return { held, release };
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** What removes the locks of this thread, by their ids. */
const releases = new Map<string, () => void>();

function heldUntil(id: string, release: () => void): void {
  if (releases.size === 0) {
    process.on("exit", releaseAll);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  releases.set(id, release);
}

function releasedAt(id: string): void {
  releases.delete(id);
  if (releases.size > 0) return;
  process.removeListener("exit", releaseAll);
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
}

function releaseAll(): void {
  for (const release of releases.values()) release();
}

/** Where nobody else does anything about a signal it ends the process, as without this. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  releaseAll();
  process.kill(process.pid, signal);
}

/** Runs in a thread: a step of training may keep this one busy for longer than anybody waits. */
const BEATING = `
Promise.all([import("node:worker_threads"), import("node:fs")]).then(([{ workerData: { place, id, every } }, fs]) => {
const { closeSync, futimesSync, openSync, readFileSync, writeSync } = fs;
function touch() {
  const file = openSync(place, "r+");
  try {
    const text = readFileSync(file, "utf8");
    if (!text.includes(id)) return;
    // the last byte as it is: that sets the time by the clock of the file system
    try { writeSync(file, "\\n", Buffer.byteLength(text) - 1); } catch { futimesSync(file, new Date(), new Date()); }
  } finally {
    closeSync(file);
  }
}
setInterval(() => { try { touch(); } catch {} }, every);
});`;

function beat(place: string, id: string): () => void {
  try {
    const worker = thread(BEATING, { workerData: { place, id, every: BEAT } });
    worker.unref();
    worker.on("error", () => {}); // the lock then counts where its process can be seen
    return () => void worker.terminate();
  } catch {
    return () => {}; // no more threads
  }
}

/** What is in a lock; undefined when there is none. @throws NablaError where it is none of ours */
async function holderOf(place: string): Promise<Holder | undefined> {
  return read(place).then((text) => (text === undefined ? undefined : parse(text)));
}

/** Reading a pipe or a device may never end, and a link that leads nowhere is there and is not. */
async function read(place: string): Promise<string | undefined> {
  const found = await lstat(place).catch(absent(undefined));
  if (!found) return undefined;
  const kind = found.isSymbolicLink() ? "a link" : found.isDirectory() ? "a folder" : "a device or pipe";
  if (!found.isFile())
    throw new NablaError(
      `${place} is ${kind}, not a lock that a training has made; remove it, or give another name`,
    );
  return readFile(place, "utf8").catch(absent(undefined));
}

/** One that is being written, or was cut short, is nobody's that is known. */
function parse(text: string): Holder {
  try {
    const { id, owner, pid, host, since, thread } = JSON.parse(text) as Holder;
    if (typeof id === "string" && typeof owner === "string") return { id, owner, pid, host, since, thread };
  } catch {}
  return { id: text, owner: "0" };
}

/** Waits until it is known whether a lock is abandoned. @throws NablaError when it is not; returns false when it is another by then */
async function abandoned(
  place: string,
  holder: Holder,
  { onWait, patience = PATIENCE }: LockOptions,
  path: string,
): Promise<boolean> {
  const running = isRunning(holder.owner);
  const mayBeGone = holder.thread !== undefined && !releases.has(holder.id);
  if (running && !mayBeGone) throw inUse(path, place, holder);
  if (running === false) return true;
  const touched = () => stat(place).then(({ mtimeMs }) => mtimeMs, absent(undefined));
  const first = await touched();
  if (await untouched(place)) return true;
  const until = performance.now() + patience;
  const since = performance.now();
  let said = false;
  while (performance.now() < until) {
    await wait(LOOK);
    const now = await touched();
    if (now === undefined || (await holderOf(place))?.id !== holder.id) return false;
    if (now !== first) throw inUse(path, place, holder);
    if (said || performance.now() - since < 2 * BEAT) continue;
    said = true;
    onWait?.(`${place}: left by ${called(holder)}; looking whether that still runs`);
  }
  if (holder.thread === undefined) presumeGone(holder.owner);
  return true;
}

/** Whether a file is so old, by the clock of the file system itself, that nobody need watch it. */
async function untouched(place: string, long = LONG): Promise<boolean> {
  const { path, file } = await openTemporary(REAL, place.replace(/\.lock(\.turn)?$/, ""), 0o666);
  try {
    await file.write(Uint8Array.of(0));
    const [now, then] = [await stat(path), await stat(place).catch(absent(undefined))];
    return then !== undefined && now.mtimeMs - then.mtimeMs > long;
  } finally {
    await file.close();
    await unlink(path).catch(() => {});
  }
}

/**
 * Removes an abandoned lock, unless another process was first and this is its lock by now. Of several that find one abandoned, one at
 * a time looks again and removes it: otherwise the second would remove the lock that the first has made since.
 */
async function remove(place: string, { id }: Holder): Promise<void> {
  const turn = `${place}.turn`;
  try {
    const file = await open(turn, "wx");
    await file.writeFile(ownOwner()).finally(() => file.close());
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    if (!(await dropTurn(turn))) await wait(LOOK / 10);
    return;
  }
  try {
    if ((await holderOf(place))?.id === id) await unlink(place);
  } finally {
    await unlink(turn).catch(() => {});
  }
}

/** Removes what a process has left that was killed while it had its turn. False where one may still have it. */
async function dropTurn(turn: string): Promise<boolean> {
  const owner = await read(turn);
  if (owner === undefined) return true;
  // nobody's name yet: that takes a moment, unless a kill came between
  const left = isRunning(owner) === false || (await untouched(turn, owner === "" ? BEAT : LONG));
  if (left) await unlink(turn).catch(() => {});
  return left;
}

const called = ({ pid, host, since }: Holder): string =>
  pid === undefined ? "another process" : `process ${pid} on ${host}, begun ${since}`;

function inUse(path: string, place: string, holder: Holder): NablaError {
  return new NablaError(
    `${path}: another training is writing to this file (${called(holder)}); wait for it to end, or give another name; if none is running, remove ${place}`,
    { details: { code: "locked", ...holder } },
  );
}
