/** The library runs where there is no Node: nothing it reaches asks for it, and neither does the core for anything. */
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import vm from "node:vm";
import { expect, test } from "vitest";
import { bundle } from "../support/bundle.ts";

/** Packages an entry's bundle is made of, and whatever was imported and is not in it. */
async function reached(entry: string): Promise<{ packages: Set<string>; missing: string[] }> {
  const { meta } = await bundle(entry);
  const packages = new Set<string>();
  for (const input of Object.keys(meta.inputs)) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input) ?? [];
    if (name) packages.add(name);
  }
  const missing = Object.values(meta.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { packages, missing };
}

test.each([
  ["src/index.ts", []],
  ["src/export/index.ts", ["fflate"]],
  ["src/import/index.ts", ["fflate"]],
  ["src/data/index.ts", ["fflate"]],
  ["src/data/arrow/index.ts", ["apache-arrow", "flatbuffers", "fzstd", "tslib"]],
  ["src/data/parquet/index.ts", ["fzstd", "hyparquet", "hyparquet-compressors", "hysnappy"]],
  ["src/sequences/index.ts", []],
  ["src/browser/index.ts", ["fflate"]],
])("%s reaches %j and no Node", async (entry, allowed) => {
  const { packages, missing } = await reached(entry);
  expect(missing).toEqual([]);
  expect([...packages].sort()).toEqual(allowed);
});

test("an entry that does reach Node is noticed", async () => {
  await expect(bundle({ code: 'import "./src/node/index.ts";' })).rejects.toThrow(/Could not resolve "node:/);
  expect(isBuiltin("node:fs")).toBe(true);
});

test.each(["simd", "debug"])("the %s core imports nothing", (target) => {
  const bytes = readFileSync(new URL(`../../build/core/${target}.wasm`, import.meta.url));
  expect(WebAssembly.Module.imports(new WebAssembly.Module(bytes))).toEqual([]);
});

test("trains, predicts, saves and loads with nothing but the language and WebAssembly", async () => {
  const code = `
    import { dense, load, sequential, weightsSha256 } from "./src/index.ts";
    globalThis.done = (async () => {
      const model = sequential([dense({ units: 4, activation: "tanh", inputShape: [2] }), dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
      model.compile({ loss: "binaryCrossentropy", optimizer: { name: "adam", learningRate: 0.1 }, metrics: ["accuracy"] });
      const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
      const { history } = await model.fit(x, [0, 1, 1, 0], { epochs: 200, batchSize: 4 });
      const other = load(model.save());
      return JSON.stringify([weightsSha256(model), weightsSha256(other), history.accuracy.at(-1), other.predict(x).shape]);
    })();
  `;
  const here = await import("../../src/index.ts");
  // what engines offer besides the language itself; no process, Buffer, require, setImmediate, fetch
  const host = { WebAssembly, performance, atob, TextEncoder, TextDecoder, MessageChannel, AbortController };
  const context = vm.createContext({ ...host });
  vm.runInContext((await bundle({ code }, "iife")).code, context);
  const [first, second, accuracy, shape] = JSON.parse(await context.done);
  expect([second, accuracy, shape]).toEqual([first, 1, [4, 1]]);
  // the same bits as in this process
  const { dense, sequential, weightsSha256 } = here;
  const model = sequential(
    [dense({ units: 4, activation: "tanh", inputShape: [2] }), dense({ units: 1, activation: "sigmoid" })],
    { seed: 1 },
  );
  model.compile({
    loss: "binaryCrossentropy",
    optimizer: { name: "adam", learningRate: 0.1 },
    metrics: ["accuracy"],
  });
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  await model.fit(x, [0, 1, 1, 0], { epochs: 200, batchSize: 4 });
  expect(weightsSha256(model)).toBe(first);
});
