/** Models as ES modules: in every engine there is, without the library; and what they say to wrong input. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportModule, exportWasm, quantised } from "../../src/export/index.ts";
import { engineFiles } from "../bits/engines.mjs";
import { bytesFor, nets, rowsFor } from "./nets.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "nabla-esm-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const required = process.env.NABLA_REQUIRE_ALL === "1";

const model = nets["a convolutional net for digits"]!();
model.metadata = { classes: ["“zero”", "\\`$", "two"] };
const file = join(folder, "model.mjs");

type Predict = (x: Float32Array | Uint8Array) => Float32Array;
let exported: {
  predict: Predict;
  load(module?: WebAssembly.Module): Predict;
  metadata: Record<string, unknown>;
};
beforeAll(async () => {
  const { code, types } = exportModule(model, { rows: 4 });
  writeFileSync(file, code);
  writeFileSync(join(folder, "model.d.mts"), types);
  exported = await import(/* @vite-ignore */ pathToFileURL(file).href);
});

describe("predicts with the library's bits", () => {
  test.each([1, 4, 9])("%i rows, more than fit at once among them", (rows) => {
    const x = rowsFor(model, rows);
    expect(exported.predict(x)).toEqual(model.predict(x).data);
  });

  test("bytes", () => {
    const x = bytesFor(model, 2);
    expect(exported.predict(x)).toEqual(model.predict(x).data);
    expect(exported.predict(new Uint8ClampedArray(x) as unknown as Uint8Array)).toEqual(
      model.predict(x).data,
    );
  });

  test("a module that was compiled elsewhere, of other weights", () => {
    const x = rowsFor(model, 3);
    const predict = exported.load(new WebAssembly.Module(exportWasm(model, { rows: 2, weights: "int8" })));
    expect(predict(x)).toEqual(quantised(model, "int8").predict(x).data);
    expect(exported.predict(x)).toEqual(model.predict(x).data);
  });
});

test("says what it is", () => {
  expect(exported.metadata).toMatchObject({
    nabla: 1,
    input: { shape: [28, 28, 1], scale: 1 / 255 },
    output: { shape: [10], activation: "softmax" },
    maxRows: 4,
    classes: ["“zero”", "\\`$", "two"],
  });
});

test.each([
  [[1, 2], TypeError, "predict: expected a Float32Array or Uint8Array, got Array"],
  [undefined, TypeError, "predict: expected a Float32Array or Uint8Array, got Undefined"],
  [new Float64Array(784), TypeError, "predict: expected a Float32Array or Uint8Array, got Float64Array"],
  [
    new Float32Array(785),
    RangeError,
    "predict: expected rows of 784 values, one after the other, got 785 values",
  ],
  [
    new Float32Array(0),
    RangeError,
    "predict: expected rows of 784 values, one after the other, got 0 values",
  ],
] as const)("refuses wrong input", (x, kind, message) => {
  expect(() => exported.predict(x as unknown as Float32Array)).toThrow(kind);
  expect(() => exported.predict(x as unknown as Float32Array)).toThrow(message);
});

test("where bytes may not be compiled it says what to do", () => {
  const code = `import { predict } from ${JSON.stringify(pathToFileURL(file).href)};
    WebAssembly.Module = class { constructor() { throw new Error("not here"); } };
    try { predict(new Float32Array(784)); } catch (error) { console.log(error.message, "|", error.cause.message); }`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
    timeout: 60_000,
  });
  expect(printed).toContain("export the model as .wasm and call load(module)");
  expect(printed).toContain("| not here");
});

test("its types are those a program sees", () => {
  writeFileSync(
    join(folder, "program.mts"),
    `import { load, metadata, predict } from "./model.mjs";
     const y: Float32Array = predict(new Uint8Array(784));
     const names: readonly string[] | undefined = metadata.classes;
     // @ts-expect-error: plain arrays are not rows
     predict([1, 2, 3]);
     console.log(load()(y), names);`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2022,dom"];
  const { stdout, status } = spawnSync(process.execPath, [tsc, ...args, join(folder, "program.mts")], {
    encoding: "utf8",
    timeout: 120_000,
    cwd: folder,
  });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

describe("in other engines", () => {
  const files = engineFiles();
  test.each(Object.entries(files))("%s", (name, engine) => {
    if (!engine && required)
      throw new Error(`${name} is not installed: node scripts/engines.mjs installs it`);
    if (!engine) return console.warn(`skipped: ${name} is not installed (node scripts/engines.mjs)`);
    const program = join(folder, "print.mjs");
    writeFileSync(
      program,
      `import { predict } from "./model.mjs";
       const x = Float32Array.from({ length: 3 * 784 }, (_, i) => (((i * 7919) % 4001) - 2000) / 1000);
       console.log(JSON.stringify([...new Uint32Array(predict(x).buffer)]));`,
    );
    const args = name === "Deno" ? ["run", "--quiet", "--no-lock", program] : [program];
    const env = { ...process.env, DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1" };
    const printed = execFileSync(engine, args, { encoding: "utf8", timeout: 60_000, cwd: folder, env });
    const expected = new Uint32Array(model.predict(rowsFor(model, 3)).data.buffer);
    expect(JSON.parse(printed)).toEqual([...expected]);
  });
});
