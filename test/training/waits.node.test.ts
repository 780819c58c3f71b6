/** Waits end, whatever stays silent: locks, stores, what compiles, the host's own timers. Hosts are fakes; nothing is measured. */
import { afterEach, expect, test, vi } from "vitest";
import { listModels, loadModel, openData, saveModel } from "../../src/browser/index.ts";
import { openIndexedDb } from "../../src/browser/storage/indexeddb.ts";
import { locked } from "../../src/browser/storage/locks.ts";
import { openOpfs } from "../../src/browser/storage/opfs.ts";
import { loadCore } from "../../src/core/compile.ts";
import { fetchFile } from "../../src/data/urls.ts";
import { fromUtf8, toUtf8, wellFormed } from "../../src/host.ts";
import { dense, sequential } from "../../src/index.ts";
import { after, inTime, tasks, told } from "../../src/waits.ts";
import { stoppedTime } from "../support/stoppedTime.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
const model = () => sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 });
const never = () => new Promise<never>(() => {});

test("several waits at once all end", async () => {
  const nextTask = tasks();
  await Promise.all([nextTask(), nextTask(), nextTask()]);
  const first = nextTask();
  await Promise.resolve();
  await Promise.all([nextTask(), first]);
});

test("a way that stays silent is asked once; another that answers late ends the wait of then", async () => {
  const asked = { immediate: 0, timer: 0 };
  const timers: (() => void)[] = [];
  vi.stubGlobal("setImmediate", () => asked.immediate++);
  vi.stubGlobal("MessageChannel", undefined);
  vi.stubGlobal("setTimeout", (done: () => void) => timers.push(done) && ++asked.timer);
  const nextTask = tasks();
  // each of these is answered by the engine's compiler alone
  for (let i = 0; i < 5; i++) await nextTask();
  expect(asked).toEqual({ immediate: 1, timer: 1 });
  vi.spyOn(WebAssembly, "compile").mockImplementation(never);
  const waiting = nextTask();
  timers.shift()!();
  await waiting;
  const again = nextTask();
  expect(asked).toEqual({ immediate: 1, timer: 2 });
  timers.shift()!();
  await again;
});

test("where every way refuses, nothing is waited for", async () => {
  for (const name of ["setImmediate", "MessageChannel", "setTimeout"]) vi.stubGlobal(name, undefined);
  vi.spyOn(WebAssembly, "compile").mockImplementation(() => Promise.reject(new Error("not here")));
  const nextTask = tasks();
  for (let i = 0; i < 3; i++) await nextTask();
});

test("a time passes by the timer where it is answered, by the clock where it is not, by counts where that stands still", async () => {
  const pass = stoppedTime();
  let calls = 0;
  const stop = after(1000, () => calls++);
  after(1000, () => calls++);
  await pass(999);
  expect(calls).toBe(0);
  stop();
  await pass(1);
  expect(calls).toBe(1);
  vi.unstubAllGlobals();
  for (const clock of [performance, { now: () => 1 }]) {
    vi.stubGlobal("performance", clock);
    vi.stubGlobal("setTimeout", () => 1);
    await new Promise<void>((resolve) => after(5, resolve));
  }
});

test("an answer in time, late, or refused", async () => {
  const pass = stoppedTime();
  expect(await inTime(Promise.resolve(1), 1000, () => 2)).toBe(1);
  await expect(inTime(Promise.reject(new Error("no")), 1000, () => 2)).rejects.toThrow("no");
  const late = inTime(never(), 1000, () => 2);
  await pass(1000);
  expect(await late).toBe(2);
});

test("a long wait is told once, and goes on", async () => {
  const pass = stoppedTime();
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  let answer = (_: number) => {};
  const waiting = told(new Promise<number>((resolve) => (answer = resolve)), "a server");
  await pass(29_000);
  expect(warned).not.toHaveBeenCalled();
  await pass(100_000);
  expect(warned.mock.calls).toEqual([
    ["nabla: a server: no answer for half a minute; it is still waited for"],
  ]);
  answer(3);
  expect(await waiting).toBe(3);
});

test("a lock that another tab never gives back", async () => {
  const pass = stoppedTime();
  let granted = () => {};
  vi.stubGlobal("navigator", {
    locks: {
      request: (_: string, __: object, given: () => void) => {
        granted = given;
        return never();
      },
    },
  });
  let runs = 0;
  const done = locked("a", "exclusive", async () => ++runs);
  await pass(14_000);
  expect(runs).toBe(0);
  await pass(1000);
  expect(await done).toBe(1);
  // its turn comes after all: it is given back
  expect(granted()).toBe(undefined);
  expect(runs).toBe(1);
});

test("stores that never open are told apart from those that are empty", async () => {
  const pass = stoppedTime();
  vi.stubGlobal("indexedDB", { open: () => ({}) });
  vi.stubGlobal("navigator", { storage: { getDirectory: never } });
  const failed = [openIndexedDb(), openOpfs(false)].map((each) =>
    each.catch((error) => `${error.name}: ${error.message}`),
  );
  await pass(10_000);
  expect(await Promise.all(failed)).toEqual([
    expect.stringMatching(/^Unavailable: IndexedDB did not answer within 10 seconds; close other tabs/),
    expect.stringMatching(/^Unavailable: .*did not answer within 10 seconds/),
  ]);
});

test("what is fetched, opened or read, and does not come, is told by its name", async () => {
  const pass = stoppedTime();
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  const nothing = () => new Response(new ReadableStream());
  const file = (name: string) => Object.assign(new File([], name), { arrayBuffer: never });
  const sliced = Object.assign(new File(["a"], "sliced"), { slice: () => file("") });
  const handle = (name: string) => ({ kind: "file", name, getFile: never, createWritable: never }) as never;
  const entry = { isFile: false, name: "dropped", createReader: () => ({ readEntries: () => {} }) };
  const dropped = { files: [], items: [{ kind: "file", webkitGetAsEntry: () => entry }] };
  Object.defineProperty(dropped, Symbol.toStringTag, { value: "DataTransfer" });
  vi.stubGlobal("fetch", never);
  vi.stubGlobal("navigator", { storage: { getDirectory: async () => ({ getDirectoryHandle: never }) } });
  const waits: Record<string, () => Promise<unknown>> = {
    "loadCore: http://x/core": () => loadCore("http://x/core"),
    "loadCore: the response": () => loadCore(nothing()),
    "http://x/model": () => loadModel(new URL("http://x/model")),
    model: () => loadModel(nothing()),
    sliced: () => loadModel(sliced),
    "opened.safetensors": () => loadModel(handle("opened.safetensors")),
    "written.safetensors": () => saveModel(model().save(), handle("written.safetensors")),
    "http://x/rows.csv": () => fetchFile({ url: "http://x/rows.csv" }),
    "http://x/table.csv": () => openData(new URL("http://x/table.csv")),
    dropped: () => openData(dropped as never),
    "the origin private file system (another tab of this site may be writing)": () => listModels(),
  };
  for (const [what, wait] of Object.entries(waits)) {
    warned.mockClear();
    let failed: unknown;
    wait().catch((error) => (failed = error));
    await pass(29_000);
    expect(warned, what).not.toHaveBeenCalled();
    await pass(2000);
    expect(failed, what).toBeUndefined();
    expect(warned.mock.calls, what).toEqual([
      [`nabla: ${what}: no answer for half a minute; it is still waited for`],
    ]);
  }
});

test("UTF-8 without the platform's coders is that of the platform", () => {
  const texts = ["", "a%41", "é→𝄞\ufeff", "\u0000\u007f\u0080\u07ff\u0800\uffff", '{"k": [1]}'];
  const coded = texts.map((text) => new TextEncoder().encode(text));
  const broken = [[0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82]];
  for (const here of [TextEncoder, undefined]) {
    vi.stubGlobal("TextEncoder", here);
    expect(texts.map(toUtf8)).toEqual(coded);
  }
  vi.unstubAllGlobals();
  expect([...toUtf8(wellFormed("a\ud800b"))]).toEqual([...new TextEncoder().encode("a\ud800b")]);
  for (const here of [TextDecoder, undefined]) {
    vi.stubGlobal("TextDecoder", here);
    expect(coded.map(fromUtf8)).toEqual(texts);
    for (const bytes of broken) expect(() => fromUtf8(Uint8Array.from(bytes))).toThrow();
  }
});
