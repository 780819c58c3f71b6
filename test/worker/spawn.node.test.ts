/** How a page comes to its worker: by its file or by its code, and each that is tried has an answer. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { spawn } from "../../src/worker/spawn/web.ts";

interface Made {
  url: string;
  options?: WorkerOptions | undefined;
  ended: boolean;
  onmessage(event: unknown): void;
  onmessageerror(): void;
  onerror(event: unknown): void;
}
let made: Made[];
/** What constructing one does besides, by its address. */
let refuse: (url: string) => void;

class Fake implements Made {
  url: string;
  ended = false;
  onmessage = () => {};
  onmessageerror = () => {};
  onerror = () => {};
  constructor(
    url: URL | string,
    readonly options?: WorkerOptions,
  ) {
    this.url = String(url);
    refuse(this.url);
    made.push(this);
  }
  addEventListener() {}
  postMessage() {}
  terminate() {
    this.ended = true;
  }
}

const message = vi.fn();
const error = vi.fn();
/** The page's origin, as the worker's file has it or not. */
const page = (origin: string) => {
  vi.stubGlobal("self", { origin });
  vi.stubGlobal("location", { href: "file:///page.html" });
};
/** Until what was begun has gone as far as it can without an answer. */
const settled = () => vi.waitFor(() => expect(made.length + error.mock.calls.length).toBeGreaterThan(0));
const count = (workers: number) => vi.waitFor(() => expect(made).toHaveLength(workers));

beforeEach(() => {
  made = [];
  refuse = () => {};
  message.mockReset();
  error.mockReset();
  vi.stubGlobal("Worker", Fake);
  page("null");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("its file, where that speaks; the page's Worker is its own again", async () => {
  spawn({ message, error });
  await settled();
  expect(made.map(({ url, options }) => [url.replace(/^.*\//, ""), options])).toEqual([
    ["worker.js", { type: "module", name: "nabla" }],
  ]);
  expect(globalThis.Worker).toBe(Fake);
  made[0]!.onmessage({ data: "ready" });
  await vi.waitFor(() => expect(message.mock.calls).toEqual([["ready"]]));
  made[0]!.onmessage({ data: "more" });
  expect(message).toHaveBeenLastCalledWith("more");
  made[0]!.onerror({ message: "out of memory" });
  expect(error.mock.calls).toEqual([["out of memory"]]);
  expect(made).toHaveLength(1);
});

test.each([
  ["is not there", () => made[0]!.onerror({ message: "" })],
  ["is refused at once", () => {}],
])("its code, where the file %s", async (how, answer) => {
  if (how.includes("refused"))
    refuse = (url) => {
      if (!url.startsWith("blob:")) throw new Error("SecurityError");
    };
  const worker = spawn({ message, error });
  await settled();
  answer();
  await vi.waitFor(() => expect(made.at(-1)?.url).toMatch(/^blob:/));
  const code = made.at(-1)!;
  // a script as old browsers know them
  expect(code.options).toEqual({ name: "nabla" });
  code.onmessage({ data: "ready" });
  await vi.waitFor(() => expect(message.mock.calls).toEqual([["ready"]]));
  expect(made.filter(({ ended }) => !ended)).toEqual([code]);
  worker.terminate();
  expect(code.ended).toBe(true);
  expect(error).not.toHaveBeenCalled();
});

test("a file that says nothing: whichever speaks first, and the other ends", async () => {
  vi.useFakeTimers();
  spawn({ message, error });
  await vi.advanceTimersByTimeAsync(3900);
  expect(made).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  vi.useRealTimers();
  await count(2);
  const [file, code] = made;
  expect(file!.ended).toBe(false);
  file!.onmessage({ data: "ready" });
  await vi.waitFor(() => expect(message.mock.calls).toEqual([["ready"]]));
  expect([file!.ended, code!.ended]).toEqual([false, true]);
});

test("neither: both reasons, in one sentence, and nothing is left running", async () => {
  const worker = spawn({ message, error });
  await count(1);
  made[0]!.onerror({ message: "404" });
  await count(2);
  made[1]!.onerror({ message: "" });
  await vi.waitFor(() => expect(error).toHaveBeenCalledTimes(1));
  expect(error.mock.calls[0]![0]).toMatch(/^its file: 404; its code from a blob: .*worker-src/);
  worker.terminate();
  expect(made.map(({ ended }) => ended)).toEqual([true, true]);
});

test("one that is given up before it speaks ends when it comes up, and nobody hears of it", async () => {
  const worker = spawn({ message, error });
  worker.terminate();
  await settled();
  expect(made[0]!.ended).toBe(true);
  made[0]!.onmessage({ data: "ready" });
  await new Promise((resolve) => setTimeout(resolve));
  expect(message).not.toHaveBeenCalled();
  expect(error).not.toHaveBeenCalled();
});

test("where there is no Worker at all: an error at once", () => {
  vi.stubGlobal("Worker", undefined);
  expect(() => spawn({ message, error })).toThrow(/^this bundle was made for pages; bundle it for Node \(/);
  vi.stubGlobal("process", undefined);
  expect(() => spawn({ message, error })).toThrow("this host has no Worker");
});

test("what the page's own text forbids is not tried, and the reason says what is missing", async () => {
  const metas = [{ httpEquiv: "Content-Security-Policy", content: "worker-src blob:" }];
  vi.stubGlobal("document", {
    querySelectorAll: (selector: string) => (selector.startsWith("head") ? metas : []),
  });
  spawn({ message, error });
  await count(1);
  expect(made[0]!.url).toMatch(/^blob:/);
  metas[0]!.content = "worker-src 'none'";
  spawn({ message, error });
  await vi.waitFor(() => expect(error).toHaveBeenCalledTimes(1));
  expect(error.mock.calls[0]![0]).toBe(
    "its file: the page's policy (worker-src) lacks 'self'; its code from a blob: the page's policy (worker-src) lacks blob:",
  );
  expect(made).toHaveLength(1);
});
