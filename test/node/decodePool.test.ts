/** The threads that decode pictures, where one ends, or says what cannot be read: whoever waits is told, and the next job gets another. */
import type { EventEmitter } from "node:events";
import { beforeEach, expect, test, vi } from "vitest";
import type { RowFormat } from "../../src/data/images/imageSet.ts";
import { NablaError } from "../../src/errors.ts";
import { DecodePool } from "../../src/node/images/pool.ts";

interface Job {
  readonly paths: readonly string[];
}
/** A thread that does with a job what the test says. */
const { made, behave } = vi.hoisted(() => ({
  made: [] as unknown[],
  behave: { as: (_thread: EventEmitter, _job: Job): void => {} },
}));
vi.mock("node:worker_threads", async () => {
  const { EventEmitter: Emitter } = await import("node:events");
  class Worker extends Emitter {
    constructor() {
      super();
      made.push(this);
    }
    postMessage(job: Job) {
      queueMicrotask(() => behave.as(this, job));
    }
    ref() {}
    unref() {}
    async terminate() {
      this.emit("exit", 1);
    }
  }
  return { Worker, parentPort: null, workerData: undefined, isMainThread: true };
});

const format = {} as RowFormat;
const answer = (thread: EventEmitter) => thread.emit("message", { data: new Uint8Array(1), failed: [] });
beforeEach(() => {
  made.length = 0;
});

const ends: [string, (thread: EventEmitter) => void, RegExp][] = [
  ["ends without a word", (thread) => thread.emit("exit", 0), /^decoding a\.png: its thread has ended$/],
  [
    "runs out of memory",
    (thread) => {
      thread.emit("error", new Error("no memory"));
      thread.emit("exit", 1);
    },
    /^decoding a\.png: no memory$/,
  ],
  ["says what cannot be read", (thread) => thread.emit("messageerror", new Error("garbled")), /garbled$/],
];
test.each(ends)("one that %s", async (_, end, message) => {
  const pool = new DecodePool(1);
  behave.as = end;
  const error = await pool.each(["a.png"], format, () => {}).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(NablaError);
  expect((error as Error).message).toMatch(message);
  behave.as = answer;
  const rows: number[] = [];
  await pool.each(["b.png"], format, (from) => rows.push(from));
  expect(rows).toEqual([0]);
  expect(made).toHaveLength(2);
});

test("the others' jobs are done by another thread", async () => {
  const pool = new DecodePool(1);
  let jobs = 0;
  behave.as = (thread) => (jobs++ === 0 ? thread.emit("exit", 0) : answer(thread));
  const [first, second] = await Promise.allSettled([
    pool.each(["a.png"], format, () => {}),
    pool.each(["b.png"], format, () => {}),
  ]);
  expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
});

test("closed while it decodes: whoever waits is told", async () => {
  const pool = new DecodePool(1);
  behave.as = () => void pool.close();
  await expect(pool.each(["a.png"], format, () => {})).rejects.toThrow(
    "decoding a.png: its thread has ended",
  );
});
