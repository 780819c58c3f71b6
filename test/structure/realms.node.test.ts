/** In another realm (a frame, node:vm, tests under jsdom) the platform's classes are others: values are told by their tags. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { build } from "esbuild";
import { beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const source = join(root, "src");

/** `instanceof` of classes that a realm has its own of. */
const OF_A_REALM =
  /\binstanceof\s+(?:\w*(?:Array|ArrayBuffer)|DataView|Map|Set|Weak\w+|Date|RegExp|Promise|(?:Range|Type|Syntax|Aggregate)?Error|Abort\w+|Blob|File\w*|URL\w*|Request|Response|WebAssembly\.\w+|Image\w+|HTML\w+)\b/;

test("nothing is told by instanceof that may come from another realm", () => {
  const found = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      return readFileSync(path, "utf8")
        .split("\n")
        .flatMap((line, i) =>
          OF_A_REALM.test(line) ? [`${relative(source, path)}:${i + 1}: ${line.trim()}`] : [],
        );
    });
  // the loader asks for this realm's module, which is made one of it there
  expect(found.filter((line) => !/^core\/compile\.ts.*setPrototypeOf/.test(line))).toEqual([]);
});

/** A program as a bundler makes it for pages. */
let program: string;
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { sequential, dense, earlyStopping, arrayDataset, load } from "./src/index.ts";
        export { load as loadPredictor } from "./src/predict/index.ts";`,
      resolveDir: root,
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "nabla",
    platform: "browser",
    conditions: ["browser"],
    target: "es2022",
    define: { DOCS: "false", TRAINING: "true", "import.meta.url": '"http://localhost/program.js"' },
    logLevel: "silent",
  });
  program = outputFiles[0]!.text;
});

test("a program that runs in a realm of its own, as tests under jsdom do, is given what Node makes", async () => {
  // what jsdom's window has of a page, and what Node's own modules hand to it from outside
  const context = vm.createContext({
    console,
    performance,
    setTimeout,
    clearTimeout,
    TextEncoder,
    TextDecoder,
    atob,
    btoa,
    queueMicrotask,
    structuredClone,
    bytes: Buffer.from([255, 255, 0, 255, 0, 0, 255, 0]),
    later: (value: unknown) => Promise.resolve(value),
    signal: new AbortController().signal,
    weights: new Map([[1, 3]]),
  });
  vm.runInContext(program, context);
  const found = await vm.runInContext(
    `(async () => {
      const { sequential, dense, arrayDataset, load, loadPredictor, earlyStopping } = nabla;
      const { inputType, inputScale } = arrayDataset(bytes, [0, 1]);
      const model = sequential([dense({ units: 2, activation: "softmax" })], { seed: 1 });
      model.compile({ loss: "categoricalCrossentropy" });
      const data = arrayDataset(bytes, [0, 1]);
      // a promise of Node's own, as its file system gives
      const slow = { ...data, read: (...rest) => later(data.read(...rest)) };
      const { history } = await model.fit(slow, {
        epochs: 2, worker: false, signal, classWeight: weights, callbacks: [earlyStopping({ monitor: "loss", patience: 5 })],
      });
      const file = model.save();
      const own = [...model.predict(new Uint8Array([255, 255, 0, 255])).data];
      const outer = [model, load(file), loadPredictor(file)].map((each) => [...each.predict(bytes.subarray(0, 4)).data]);
      let refused = "";
      try { arrayDataset([["a"]], [0]); } catch (error) { refused = error.message; }
      return JSON.stringify({ inputType, inputScale, epochs: history.loss.length, own, outer, refused });
    })()`,
    context,
  );
  const { inputType, inputScale, epochs, own, outer, refused } = JSON.parse(found);
  expect([inputType, inputScale, epochs]).toEqual(["uint8", 1 / 255, 2]);
  expect(outer).toEqual([own, own, own]);
  expect(refused).toBe('data: x: expected a number, got "a"');
});
