/** Realms that lack a feature, whose feature throws when it is called, or when it is read: the library trains there to the same bits. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext, Script } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../support/bundle.ts";

const PROGRAM = `
import { dense, flatten, load, sequential, weightsSha256 } from "./src/index.ts";
import { load as loadPredictor } from "./src/predict/index.ts";
import { arrayDataset } from "./src/data/index.ts";
import { listModels, persistStorage, saveModel } from "./src/browser/index.ts";
const images = (from) => arrayDataset(
  Array.from({ length: 24 }, (_, r) => Array.from({ length: 36 }, (_, i) => ((r + from) * 7 + i * i) % 11 / 11)),
  Array.from({ length: 24 }, (_, r) => r % 3), { inputShape: [6, 6, 1] });
globalThis.program = async (signal) => {
  const model = sequential([flatten(), dense({ units: 3, activation: "softmax" })], { seed: 4 });
  model.compile({ loss: "categoricalCrossentropy", metrics: ["accuracy", "f1"] });
  const reports = [];
  await model.fit(images(0), {
    epochs: 3, batchSize: 8, augment: { shift: 1 }, worker: false, signal,
    onProgress: ({ logs }) => reports.push(logs.loss),
  });
  await model.evaluate(images(5));
  const file = model.save();
  const row = new Float32Array(36).fill(0.5);
  const predicted = [model, load(file), loadPredictor(file)].map((each) => String(each.predict(row).data));
  return weightsSha256(model) + " " + reports.at(-1) + (new Set(predicted).size === 1 ? "" : " other predictions");
};
globalThis.store = async () => {
  const words = async (task) => { try { return String(await task()); } catch (error) { return error.name + ": " + error.message; } };
  const model = sequential([dense({ units: 1, inputShape: [1] })], { seed: 1 });
  return { kept: await words(persistStorage), saved: await words(() => saveModel(model, "a")), listed: await words(listModels) };
};`;

/** What a page has besides the language, and this realm needs. */
const BASE = () => ({ console, AbortController });
const FEATURES: Record<string, () => unknown> = {
  setImmediate: () => setImmediate,
  MessageChannel: () => MessageChannel,
  setTimeout: () => setTimeout,
  // each look finds a pause due
  performance: () => {
    let clock = 0;
    return { now: () => (clock += 13) };
  },
  document: () => ({ hidden: false, body: {}, createElement: () => ({}) }),
  requestAnimationFrame: () => (frame: () => void) => setTimeout(frame, 16),
  Worker: () => undefined,
  navigator: () => ({ userAgent: "realm" }),
  scheduler: () => undefined,
  TextEncoder: () => TextEncoder,
  TextDecoder: () => TextDecoder,
  URL: () => URL,
  Blob: () => Blob,
  crypto: () => crypto,
  indexedDB: () => undefined,
  localStorage: () => undefined,
  structuredClone: () => structuredClone,
  DecompressionStream: () => DecompressionStream,
  ReadableStream: () => ReadableStream,
  OffscreenCanvas: () => undefined,
  SharedArrayBuffer: () => SharedArrayBuffer,
  createImageBitmap: () => undefined,
  process: () => undefined,
  fetch: () => fetch,
  location: () => undefined,
  isSecureContext: () => true,
};
/** What may run anywhere: not the command line, not what Node alone runs. */
function sources(): [file: string, text: string][] {
  const root = fileURLToPath(new URL("../../src", import.meta.url));
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.ts$/.test(file) && !/^(cli|node)[\\/]|\.d\.ts$/.test(file))
    .map((file) => [file, readFileSync(join(root, file), "utf8")]);
}

type Damage =
  | "missing"
  | "throws when called"
  | "throws when read"
  | "does nothing"
  | "has members that throw";

function refuse(name: string): never {
  throw new Error(`${name} is not allowed here`);
}

/** A realm with every feature, but for those that are named. */
function realm(damaged: Readonly<Record<string, Damage>>): any {
  const globals: object = BASE();
  for (const [name, value] of Object.entries(FEATURES)) {
    const damage = damaged[name];
    const descriptor = { configurable: true, enumerable: true };
    if (damage === "missing") continue;
    if (damage === "throws when read")
      Object.defineProperty(globals, name, { ...descriptor, get: () => refuse(name) });
    else {
      const bad = new Proxy(function stub() {}, {
        apply: () => (damage === "does nothing" ? 1 : refuse(name)),
        construct: () => refuse(name),
        get: (_, key) =>
          damage === "has members that throw" ? refuse(`${name}.${String(key)}`) : () => refuse(name),
      });
      Object.defineProperty(globals, name, { ...descriptor, value: damage ? bad : value(), writable: true });
    }
  }
  return globals;
}

let code: Script;
let expected: string;
/** What it trains to, with a signal, which the time limit of callbacks after an abort is about; and what it says of storage. */
async function said(damaged: Record<string, Damage>) {
  const globals = realm(damaged);
  createContext(globals);
  code.runInContext(globals);
  const trained: string = await globals.program(new AbortController().signal);
  return { trained, ...(await globals.store()) } as Record<"trained" | "kept" | "saved" | "listed", string>;
}
beforeAll(async () => {
  code = new Script((await bundle({ code: PROGRAM }, "iife")).code);
  expected = (await said({})).trained;
  expect(expected).toMatch(/^[0-9a-f]{64} \d/);
});

async function check(damaged: Record<string, Damage>): Promise<void> {
  const { trained, kept, saved, listed } = await said(damaged);
  expect(trained).toBe(expected);
  expect(kept).toBe("false");
  expect(saved).toMatch(/^NablaError: saveModel: a: /);
  expect(listed).toMatch(/^NablaError: |^$/);
}

const DAMAGES = [
  "missing",
  "throws when called",
  "throws when read",
  "does nothing",
  "has members that throw",
] as const;
/** Alone: others take their places. */
const WAITING = [
  "setImmediate",
  "MessageChannel",
  "setTimeout",
  "performance",
  "document",
  "requestAnimationFrame",
];
describe.each(DAMAGES)("%s", (damage) => {
  test.each(WAITING)("%s", (name) => check({ [name]: damage }));
  const many = (names: string[]) => check(Object.fromEntries(names.map((name) => [name, damage])));
  test("all others", () => many(Object.keys(FEATURES).filter((name) => !WAITING.includes(name))));
  test("all", () => many(Object.keys(FEATURES)));
});

/** What answers later: never, or once and then never again. */
const ANSWERING = [
  "setImmediate",
  "MessageChannel",
  "setTimeout",
  "requestAnimationFrame",
  "compile",
] as const;
function silent(name: (typeof ANSWERING)[number], times: number, globals: any): void {
  let left = times;
  const answers = () => left-- > 0;
  if (name === "compile") {
    globals.answers = answers;
    runInContext(
      `{ const { compile } = WebAssembly;
      WebAssembly.compile = (bytes) => (answers() ? compile.call(WebAssembly, bytes) : new Promise(() => {})); }`,
      globals,
    );
  } else if (name === "MessageChannel")
    globals.MessageChannel = class {
      port1 = { postMessage: () => answers() && setImmediate(() => this.port2.onmessage()) };
      port2 = { onmessage: () => {}, close: () => {} };
    };
  else {
    const real = globals[name];
    globals[name] = (done: () => void, milliseconds: number) => (answers() ? real(done, milliseconds) : 7);
  }
}

describe.each([0, 1, 3])("answers %i times and then never again", (times) => {
  const trained = async (names: readonly (typeof ANSWERING)[number][]) => {
    const globals = realm({});
    createContext(globals);
    for (const name of names) silent(name, times, globals);
    code.runInContext(globals);
    expect(await globals.program(new AbortController().signal)).toBe(expected);
  };
  test.each(ANSWERING)("%s", (name) => trained([name]));
  // as with fake timers
  test("all timers", () => trained(["setImmediate", "setTimeout", "requestAnimationFrame"]));
  test.each(ANSWERING)("all but %s", (name) =>
    name === "requestAnimationFrame" ? undefined : trained(ANSWERING.filter((each) => each !== name)),
  );
});

test.each(["compile", "instantiate", "validate", "compileStreaming"])("WebAssembly.%s", async (name) => {
  for (const damage of ["undefined", "() => { throw new Error('no'); }", "() => new Promise(() => {})"]) {
    const globals = realm({});
    createContext(globals);
    runInContext(`WebAssembly.${name} = ${damage};`, globals);
    code.runInContext(globals);
    expect(await globals.program(), damage).toBe(expected);
  }
});

test("WebAssembly: an error of ours", async () => {
  for (const hidden of ["undefined", "{}", "null"]) {
    const globals = realm({});
    createContext(globals);
    runInContext(`WebAssembly = ${hidden};`, globals);
    code.runInContext(globals);
    await expect(globals.program()).rejects.toThrow(/^there is no WebAssembly in this engine/);
  }
  const globals = realm({});
  createContext(globals);
  runInContext(
    `Object.defineProperty(globalThis, "WebAssembly", { get() { throw new Error("no"); } });`,
    globals,
  );
  code.runInContext(globals);
  await expect(globals.program()).rejects.toThrow(/^there is no WebAssembly in this engine/);
});

test("a global object that takes nothing new", async () => {
  const globals = realm({});
  createContext(globals);
  runInContext(
    `Object.defineProperty(globalThis, Symbol.for("nabla.descriptions"), { set() { throw new Error("frozen"); }, get() {} });`,
    globals,
  );
  code.runInContext(globals);
  expect(await globals.program()).toBe(expected);
});

/** Names of what only some hosts have. */
const HOST =
  "setImmediate|MessageChannel|TextEncoder|TextDecoder|scheduler|Worker|performance|crypto|navigator|structuredClone|DecompressionStream|OffscreenCanvas|" +
  "createImageBitmap|indexedDB|localStorage|SharedArrayBuffer|document|requestAnimationFrame|location|WebAssembly";

test("no source asks whether a feature is there but by attempt()", () => {
  const found = sources().flatMap(([file, text]) =>
    [
      ...text.matchAll(
        new RegExp(
          `typeof (?:${HOST})\\b(?! *>|\\.)|globalThis(?:\\?)?\\.(?:${HOST})|"(?:${HOST})" in `,
          "g",
        ),
      ),
    ].map(([hit]) => `${file}: ${hit}`),
  );
  // one reads it within try, for it tells two cases apart; the other puts a class in the place of the one that is there
  expect(
    found.filter(
      (each) => !/^browser\/storage\/indexeddb|^worker\/spawn\/web.ts: globalThis.Worker$/.test(each),
    ),
  ).toEqual([]);
});
