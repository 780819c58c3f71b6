/** Where records' fields lie, as every build of the core says. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compiledCore, loadCore } from "../../src/core/compile.ts";
import { type Field, type Layout, layoutOf } from "../../src/core/layouts.ts";
import type { Kernels } from "../../src/core/records.ts";

const root = new URL("../../", import.meta.url);
const bytesOf = (build: string) => readFileSync(new URL(`build/core/${build}.wasm`, root));
const { readRecords } = await import(new URL("scripts/records.mjs", root).href);
const { records, kernels } = readRecords("assembly") as {
  records: Map<string, [string, Field["type"]][]>;
  kernels: Map<keyof Kernels, string>;
};
const layout = (record: string): Layout =>
  Object.fromEntries(records.get(record)!.map(([field, type], i) => [field, { at: i * 4, type }]));

describe.each(["simd", "full", "images", "dense", "predict", "threads", "debug", "standalone"])(
  "%s",
  (build) => {
    const module = new WebAssembly.Module(bytesOf(build));
    const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));

    test("the record of every kernel it has, and of no other", () => {
      for (const [kernel, record] of kernels)
        expect(layoutOf(module, kernel), kernel).toEqual(names.has(kernel) ? layout(record) : undefined);
    });

    test("the step record; of exported models' records only what exports are made of", () => {
      expect(layoutOf(module, "Step")).toEqual(layout("Step"));
      for (const record of ["Standalone", "Unpack"] as const)
        expect(layoutOf(module, record)).toEqual(build === "standalone" ? layout(record) : undefined);
    });

    test("in memory order, read once", () => {
      expect(Object.keys(layoutOf(module, "DENSE_FORWARD"))).toEqual(["y", "x", "w", "b", "inputs", "units"]);
      expect(layoutOf(module, "DENSE_FORWARD")).toBe(layoutOf(module, "DENSE_FORWARD"));
    });
  },
);

/** The module without its first section, which is the one about records. */
function stripped(): Uint8Array<ArrayBuffer> {
  const bytes = bytesOf("simd");
  let at = 9;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    size |= (bytes[at] & 127) << shift;
    if (bytes[at++] < 128) break;
  }
  return Uint8Array.from([...bytes.subarray(0, 8), ...bytes.subarray(at + size)]);
}

test("a core that a tool has stripped is refused with what to do", async () => {
  const refusal = "this core has no section nabla.records";
  await expect(loadCore(stripped())).rejects.toThrow(refusal);
  expect(() => layoutOf(compiledCore({ code: stripped() }), "Step")).toThrow(refusal);
});
