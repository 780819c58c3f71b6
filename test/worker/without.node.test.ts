/** Hosts where workers cannot be started, or break down. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dense, type Model, NablaError, sequential, weightsSha256 } from "../../src/index.ts";
import type { FromPage } from "../../src/worker/protocol.ts";
import type { Listeners, Worker } from "../../src/worker/spawn/types.ts";
import { clouds, dataset } from "../support/problems.ts";

let spawn: (listeners: Listeners) => Worker;
vi.mock("#worker", () => ({ spawn: (listeners: Listeners) => spawn(listeners) }));

const data = dataset(clouds(30, 4, 3));
const fresh = (): Model =>
  sequential([dense({ units: 3, activation: "softmax" })], { seed: 1, inputShape: [4] }).compile({
    loss: "categoricalCrossentropy",
  });

/** The pool remembers whether workers can be had: each test gets a library of its own. */
let library: typeof import("../../src/index.ts");
const make = (): Model => library.load(fresh().save());
beforeEach(async () => {
  vi.resetModules();
  library = await import("../../src/index.ts");
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const refuse = () => {
  throw new Error("forbidden here");
};

test("where a worker was asked for: an error that says why", async () => {
  spawn = refuse;
  if (typeof document !== "undefined") return expect(typeof Worker).toBe("function");
  await expect(make().fit(data, { worker: true })).rejects.toThrow(
    "fit: worker: no worker could be started (forbidden here); pass worker: false to train without one",
  );
});

describe("where the file that trains in a worker is not there", () => {
  beforeEach(async () => {
    vi.doMock("../../src/worker/train.ts", () => {
      throw new Error("404");
    });
    vi.resetModules();
    library = await import("../../src/index.ts");
  });
  afterEach(() => void vi.doUnmock("../../src/worker/train.ts"));

  test("and a worker was asked for: an error that says so", async () => {
    await expect(make().fit(data, { worker: true })).rejects.toThrow(
      /^fit: worker: what trains in a worker could not be loaded \(.*\); pass worker: false/,
    );
  });

  test("on a page: it trains there, and says so once", async () => {
    vi.stubGlobal("document", {});
    vi.stubGlobal("Worker", class {});
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [page, plain] = [make(), make()];
    await page.fit(data, { epochs: 2 });
    await page.fit(data, { epochs: 2 });
    await plain.fit(data, { epochs: 2, worker: false });
    await plain.fit(data, { epochs: 2, worker: false });
    expect(weightsSha256(page)).toBe(weightsSha256(plain));
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe("where the file that trains here is not there", () => {
  beforeEach(async () => {
    vi.doMock("../../src/training/trainer.ts", () => {
      throw new Error("404");
    });
    vi.resetModules();
    library = await import("../../src/index.ts");
  });
  afterEach(() => void vi.doUnmock("../../src/training/trainer.ts"));

  test("an error that says so, and a model that can be used and trained again", async () => {
    const model = make();
    const before = weightsSha256(model);
    const lost = () =>
      expect(model.fit(data)).rejects.toThrow(
        /^fit: its code could not be loaded \(.*add import "nabla\/static"$/,
      );
    await lost();
    expect(weightsSha256(model)).toBe(before);
    // not "is being trained already"
    await lost();
  });
});

test.each([
  ["cannot be started", refuse],
  [
    "does not load",
    ({ error }: Listeners) => {
      setTimeout(() => error("404"));
      return { post() {}, terminate() {}, rest() {} };
    },
  ],
])("on a page whose worker %s training goes on in the page, and says so once", async (_, how) => {
  spawn = vi.fn(how);
  vi.stubGlobal("document", globalThis.document ?? {});
  vi.stubGlobal("Worker", globalThis.Worker ?? class {});
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const [a, b] = [make(), make()];
  await a.fit(data, { epochs: 2 });
  await b.fit(data, { epochs: 2 });
  expect(weightsSha256(a)).toBe(weightsSha256(b));
  expect(a.history.epoch.length).toBe(2);
  expect(spawn).toHaveBeenCalledTimes(1);
  expect(warn).toHaveBeenCalledTimes(1);
  expect(warn.mock.calls[0]![0]).toMatch(/^nabla: no worker could be started \((forbidden here|404)\)\. /);
  const alone = make();
  await alone.fit(data, { epochs: 2, worker: false });
  expect(weightsSha256(a)).toBe(weightsSha256(alone));
});

test("one that breaks down: the model is as it was last seen, and can be trained again", async () => {
  let listeners!: Listeners;
  const terminate = vi.fn();
  spawn = (given) => {
    listeners = given;
    setTimeout(() => given.message({ kind: "ready" }));
    const post = (message: unknown) => {
      if ((message as FromPage).kind === "train") setTimeout(() => given.error("out of memory"));
    };
    return { post, terminate, rest() {} };
  };
  const model = make();
  const before = weightsSha256(model);
  vi.stubGlobal("document", globalThis.document ?? {});
  vi.stubGlobal("Worker", globalThis.Worker ?? class {});
  const error = await model.fit(data).catch((error) => error);
  expect(error.name).toBe(new NablaError("").name);
  expect(error.message).toMatch(
    /^fit: the training worker was lost \(out of memory\); the model is as of step 0: fit\(…, \{ resume: true \}\) continues/,
  );
  expect(terminate).toHaveBeenCalled();
  expect(weightsSha256(model)).toBe(before);
  expect(listeners).toBeDefined();
  await model.fit(data, { worker: false });
  expect(weightsSha256(model)).not.toBe(before);
});
