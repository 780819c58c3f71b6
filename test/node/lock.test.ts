/** One training at a time to a file. */
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { lockFile } from "../../src/node/lock.ts";
import { isRunning, ownOwner } from "../../src/node/owner.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nabla-lock-"));
  path = join(folder, "model.safetensors");
});
afterEach(() => rmSync(folder, { recursive: true }));

const ELSEWHERE = "0123456789ab-4026531836-1-77";
/** A lock as another process would have left it. */
const leave = (owner: string, id = "theirs") =>
  writeFileSync(
    `${path}.lock`,
    `${JSON.stringify({ id, owner, pid: 1, host: "container", since: "2026-11-27T22:00:00.000Z" })}\n`,
  );

async function refused(run: Promise<unknown>): Promise<NablaError> {
  const error = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(NablaError);
  return error as NablaError;
}

test("the second is refused at once, and told who has it and what to do; then it is free again", async () => {
  const lock = await lockFile(path);
  const { message, details } = await refused(lockFile(path));
  expect(message).toContain(`${path}: another training is writing to this file (process ${process.pid} on `);
  expect(message).toContain(`if none is running, remove ${path}.lock`);
  expect(message).not.toContain("\n");
  expect(details?.code).toBe("locked");
  expect(await lock.held()).toBe(true);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
  (await lockFile(path)).release();
});

test("what a process that has ended left does not wait", async () => {
  const gone = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => gone.on("close", resolve));
  const [boot, space] = ownOwner().split("-");
  leave(`${boot}-${space}-${gone.pid}-1`);
  const lock = await lockFile(path, { onWait: () => expect.unreachable(), patience: 1e9 });
  expect(await lock.held()).toBe(true);
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each(["", "gone"])(
  "a turn at an abandoned lock that a kill has left goes as well: %j",
  async (whose) => {
    const [boot, space] = ownOwner().split("-");
    const gone = `${boot}-${space}-${process.pid}-1`;
    const turn = `${path}.lock.turn`;
    for (const lockThere of [false, true]) {
      writeFileSync(turn, whose && gone);
      // one without a name is a moment old, but not an hour
      const then = new Date(Date.now() - 5000);
      utimesSync(turn, then, then);
      if (lockThere) leave(gone);
      const lock = await lockFile(path, { onWait: () => expect.unreachable(), patience: 1e9 });
      expect(readdirSync(folder)).toEqual(["model.safetensors.lock"]);
      lock.release();
    }
  },
);

test("one of another container: refused while it is touched, taken when it is not", async () => {
  leave(ELSEWHERE);
  const touching = setInterval(() => utimesSync(`${path}.lock`, new Date(), new Date()), 100);
  const { message } = await refused(lockFile(path, { patience: 1e9 }));
  expect(message).toContain("(process 1 on container, begun 2026-11-27T22:00:00.000Z)");
  clearInterval(touching);
  const half = `${path.replace("model", ".model")}.${ELSEWHERE}.0123456789ab.tmp`;
  writeFileSync(half, "half of");
  const lock = await lockFile(path, { patience: 500 });
  expect(await lock.held()).toBe(true);
  expect(existsSync(half)).toBe(false); // nobody is writing it any more
  lock.release();
});

test("a lock that somebody has removed is made again", async () => {
  const lock = await lockFile(path);
  rmSync(`${path}.lock`);
  expect(await lock.held()).toBe(true);
  await refused(lockFile(path));
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test("after it is released it is held no more, and nothing makes it again", async () => {
  const lock = await lockFile(path);
  lock.release();
  expect(await lock.held()).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test("one that is released while it is being looked at, or made again, leaves nothing", async () => {
  for (let turns = 0; turns < 40; turns++) {
    const lock = await lockFile(path);
    rmSync(`${path}.lock`);
    const held = lock.held();
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    lock.release();
    await held;
    expect(readdirSync(folder), `after ${turns} turns`).toEqual([]);
  }
});

test("a thread's does not outlast it by more than anybody's, though its process runs on", async () => {
  const theirs = (owner: string) =>
    writeFileSync(
      `${path}.lock`,
      `${JSON.stringify({ id: "theirs", owner, pid: 7, host: "h", thread: 3 })}\n`,
    );
  for (const owner of [ownOwner(), ELSEWHERE.replace("0123", "4567")]) {
    theirs(owner);
    const touching = setInterval(() => utimesSync(`${path}.lock`, new Date(), new Date()), 100);
    await refused(lockFile(path, { patience: 1e9 }));
    clearInterval(touching);
    const lock = await lockFile(path, { patience: 500 });
    expect(await lock.held()).toBe(true);
    lock.release();
    // nothing else of this process has gone with it
    theirs(owner);
    expect(isRunning(owner)).toBe(owner === ownOwner() ? true : undefined);
    rmSync(`${path}.lock`);
  }
});

const mkfifo = (place: string) => void execFileSync("mkfifo", [place]);
test.runIf(process.platform !== "win32").each([
  ["a link", "a device", (place: string) => symlinkSync("/dev/zero", place)],
  ["a link", "nothing", (place: string) => symlinkSync(join(folder, "absent"), place)],
  ["a link", "a file", (place: string) => symlinkSync("/etc/hosts", place)],
  ["a folder", "a folder", (place: string) => mkdirSync(place)],
  ["a device or pipe", "a pipe", mkfifo],
])("%s in its place (%s) is named, and neither read nor removed", async (kind, _, make) => {
  make(`${path}.lock`);
  const { message } = await refused(lockFile(path));
  expect(message).toBe(
    `${path}.lock is ${kind}, not a lock that a training has made; remove it, or give another name`,
  );
  expect(readdirSync(folder)).toEqual(["model.safetensors.lock"]);
});

test("one that was last touched long ago is not even watched", async () => {
  leave("fedcba987654-4026531836-1-77");
  const hour = Date.now() / 1000 - 3600;
  utimesSync(`${path}.lock`, hour, hour);
  (await lockFile(path, { patience: 1e9 })).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("one that a crash cut short", async () => {
  writeFileSync(`${path}.lock`, "");
  (await lockFile(path, { patience: 300 })).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("of many who find an abandoned one, one has it", async () => {
  for (let round = 0; round < 10; round++) {
    leave(`${ownOwner().split("-").slice(0, 2).join("-")}-${process.pid}-1`);
    const all = await Promise.allSettled(Array.from({ length: 8 }, () => lockFile(path)));
    const got = all.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(got).toHaveLength(1);
    expect(await got[0]!.held()).toBe(true);
    got[0]!.release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test("whoever has lost it sees that, and does not remove the other's", async () => {
  const lock = await lockFile(path);
  leave(ELSEWHERE);
  expect(await lock.held()).toBe(false);
  lock.release();
  expect(existsSync(`${path}.lock`)).toBe(true);
});

test("it is touched also while this thread is busy, and reads the same after", async () => {
  const lock = await lockFile(path);
  const text = readFileSync(`${path}.lock`, "utf8");
  const first = statSync(`${path}.lock`).mtimeMs;
  const until = performance.now() + 60_000;
  let now = first;
  while (now === first && performance.now() < until) now = statSync(`${path}.lock`).mtimeMs;
  expect(now).toBeGreaterThan(first);
  expect(readFileSync(`${path}.lock`, "utf8")).toBe(text);
  lock.release();
});

test("a folder that is not there", async () => {
  const { message } = await refused(lockFile(join(folder, "absent", "m")));
  expect(message).toContain("its directory does not exist; create it first");
});
