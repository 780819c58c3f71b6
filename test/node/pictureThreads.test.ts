/** Threads that decode pictures, where they cannot be started, break down or do not answer. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";
import { encode } from "fast-png";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";

let start: (code: string, options?: WorkerOptions) => Worker;
let started = 0;
vi.mock("../../src/threads/start/thread.ts", () => ({
  thread: (code: string, options?: WorkerOptions) => {
    started++;
    return start(code, options);
  },
}));
/** What a thread runs instead. */
const running = (code: string) => () => new Worker(code, { eval: true });

const folder = mkdtempSync(join(tmpdir(), "nabla-threads-"));
afterAll(() => rmSync(folder, { recursive: true }));
const files = Array.from({ length: 40 }, (_, i) => join(folder, `${i}.png`));
for (const [i, file] of files.entries())
  writeFileSync(file, encode({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(i) }));
const format = { width: 2, height: 2, channels: 1, fit: "pad" } as const;
const rows = files.flatMap((_, i) => [i, i, i, i]);

let warn: ReturnType<typeof vi.spyOn>;
/** What was said is remembered: each test gets a library of its own. */
let DecodePool: typeof import("../../src/node/images/pool.ts").DecodePool;
beforeEach(async () => {
  started = 0;
  warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.resetModules();
  ({ DecodePool } = await import("../../src/node/images/pool.ts"));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** All files, decoded. */
async function decoded(pool: InstanceType<typeof DecodePool>): Promise<number[]> {
  const all = new Uint8Array(rows.length);
  await pool.each(files, format, (from, { data, failed }) => {
    expect(failed).toEqual([]);
    all.set(data, from * 4);
  });
  return [...all];
}

test("in threads: nothing is said", async () => {
  start = (code, options) => new Worker(code, { ...options, eval: true });
  const pool = new DecodePool(2);
  expect(await decoded(pool)).toEqual(rows);
  expect(started).toBe(2);
  expect(warn).not.toHaveBeenCalled();
  await pool.close();
});

const IN_THIS = (why: string) =>
  `nabla: no thread could be started to decode pictures (${why}). They are decoded in this one, which takes longer.`;

test("where none can be started this thread decodes, and it is said once", async () => {
  start = () => {
    throw new Error("forbidden here");
  };
  for (const pool of [new DecodePool(3), new DecodePool(1)]) {
    expect(await decoded(pool)).toEqual(rows);
    expect(await decoded(pool)).toEqual(rows);
  }
  expect(warn.mock.calls).toEqual([[IN_THIS("forbidden here")]]);
  // each pool tries once
  expect(started).toBe(2);
});

test.each([
  ["throws", 'throw new Error("no such file")', "no such file"],
  ["ends", "process.exit(3)", "its thread ended with code 3"],
])("where one %s before it is there this thread decodes", async (_, code, why) => {
  start = running(code);
  const pool = new DecodePool(2);
  expect(await decoded(pool)).toEqual(rows);
  expect(warn.mock.calls).toEqual([[IN_THIS(why)]]);
});

test("one that does not answer is not waited for", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  start = running("setInterval(() => {}, 1000)");
  const pool = new DecodePool(1);
  const all = decoded(pool);
  await vi.waitFor(() => expect(started).toBe(1));
  vi.advanceTimersByTime(10_000);
  expect(await all).toEqual(rows);
  expect(warn.mock.calls).toEqual([[IN_THIS("it did not answer within 10 seconds")]]);
});

test("where some cannot be started the others do their work", async () => {
  start = (code, options) => {
    if (started > 1) throw new Error("no more threads");
    return new Worker(code, { ...options, eval: true });
  };
  const pool = new DecodePool(4);
  expect(await decoded(pool)).toEqual(rows);
  expect(warn).not.toHaveBeenCalled();
  await pool.close();
});

test("closed while it decodes: whoever waits is told, and the next files are decoded", async () => {
  start = running(
    'require("node:worker_threads").parentPort.postMessage("ready"); setInterval(() => {}, 1000)',
  );
  const pool = new DecodePool(2);
  const all = decoded(pool);
  await vi.waitFor(() => expect(started).toBe(2));
  await Promise.all([expect(all).rejects.toThrow(/^decoding .*0\.png.*: it was ended$/), pool.close()]);
  start = (code, options) => new Worker(code, { ...options, eval: true });
  expect(await decoded(pool)).toEqual(rows);
  await pool.close();
});

test("one whose words cannot be read fails its files, by name", async () => {
  const made: { worker: Worker; ready: Promise<unknown> }[] = [];
  start = () => {
    const worker = running(
      'const { parentPort } = require("node:worker_threads"); parentPort.postMessage("ready"); parentPort.on("message", () => {})',
    )();
    made.push({ worker, ready: new Promise((resolve) => worker.once("message", resolve)) });
    return worker;
  };
  const pool = new DecodePool(1);
  const all = decoded(pool);
  await vi.waitFor(() => expect(made).toHaveLength(1));
  const { worker, ready } = made[0]!;
  await ready;
  worker.emit("messageerror", new Error("garbled"));
  await expect(all).rejects.toThrow(/^decoding .*0\.png.*: garbled$/);
});

test("one that ends in the midst of its work fails its files, by name", async () => {
  start = running(
    'const { parentPort } = require("node:worker_threads"); parentPort.postMessage("ready"); parentPort.on("message", () => process.exit(4));',
  );
  const pool = new DecodePool(1);
  await expect(decoded(pool)).rejects.toThrow(/^decoding .*0\.png.*: its thread ended with code 4$/);
  await pool.close();
});

test("a pool that was closed starts threads again", async () => {
  start = (code, options) => new Worker(code, { ...options, eval: true });
  const pool = new DecodePool(1);
  expect(await decoded(pool)).toEqual(rows);
  await pool.close();
  expect(await decoded(pool)).toEqual(rows);
  expect(started).toBe(2);
  await pool.close();
});
