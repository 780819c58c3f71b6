/** Taking WebAssembly modules apart: nothing that was read is trusted. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ByteReader, s32, u32 } from "../../src/export/wasm/bytes.ts";
import { parseModule } from "../../src/export/wasm/module.ts";
import { remainingData } from "../../src/export/wasm/objects.ts";
import { strip } from "../../src/export/wasm/strip.ts";
import { NablaError } from "../../src/index.ts";

const build = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../build/core/${name}.wasm`, import.meta.url)));
const bytes = build("standalone");
const memoryBytes = 65536;
const custom = { name: "nabla", bytes: new Uint8Array(0) };
const nothing = { exports: [], table: [], data: [], memoryBytes, custom };

test("numbers are written as they are read", () => {
  for (const value of [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    expect(new ByteReader(Uint8Array.from(u32(value)), "x").u32()).toBe(value);
    for (const signed of [value | 0, -value | 0])
      expect(Number(new ByteReader(Uint8Array.from(s32(signed)), "x").signed(32))).toBe(signed);
  }
  expect(() => new ByteReader(Uint8Array.of(255, 255, 255, 255, 16), "x").u32()).toThrow("too large");
  expect(() => new ByteReader(Uint8Array.of(128), "x").u32()).toThrow("ends in the middle");
});

test.each(["simd", "debug", "standalone"])("every function of the %s build is read to its end", (name) => {
  const module = parseModule(build(name), name);
  expect(module.functions.length).toBeGreaterThan(50);
  for (const { code } of module.functions) expect(code.at(-1)!.opcode).toBe(0x0b);
});

test("any build can be stripped, and what it still does is what it did", () => {
  for (const name of ["simd", "debug"]) {
    const module = parseModule(build(name), name);
    const small = strip({ ...nothing, module, exports: ["mapExp", "fillUniform"] });
    expect(small.length).toBeLessThan(module.bytes.length / 10);
    const values = [module.bytes as Uint8Array<ArrayBuffer>, small].map((wasm) => {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
      const { memory, mapExp, fillUniform } = exports as Record<string, (...args: number[]) => void> & {
        memory: WebAssembly.Memory;
      };
      fillUniform!(8192, 100, 1, 2, 3, 4, -3, 3);
      mapExp!(16384, 8192, 100);
      return new Uint32Array(memory.buffer, 8192, 2200).slice();
    });
    expect(values[1]).toEqual(values[0]);
    expect(new Set(values[0]).size).toBeGreaterThan(150);
  }
});

test("a module cut off anywhere is refused by a NablaError, or is still whole sections", () => {
  for (let length = 0; length < bytes.length; length += length < 700 ? 1 : 97) {
    try {
      parseModule(bytes.subarray(0, length), "the module");
    } catch (error) {
      expect(error).toBeInstanceOf(NablaError);
      expect((error as Error).message).toMatch(/^the module: not a WebAssembly module as expected: /);
    }
  }
});

test("bytes changed anywhere: a NablaError, or a module that a host checks itself", () => {
  let refused = 0;
  for (let at = 0; at < bytes.length; at += 211) {
    const changed = bytes.slice();
    changed[at] = changed[at]! ^ 0xff;
    try {
      strip({ ...nothing, module: parseModule(changed, "the module"), exports: ["predict", "predictBytes"] });
    } catch (error) {
      expect(error, `byte ${at}`).toBeInstanceOf(NablaError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(20);
});

test("constants in memory go with the object nobody asks for, and only with it", () => {
  const at = (offset: number, length: number) => ({ offset, bytes: new Uint8Array(length) });
  const segments = [at(268, 1), at(280, 9), at(300, 1), at(312, 9), at(1000, 50)];
  const objects = [
    { from: 268, to: 296 },
    { from: 300, to: 328 },
  ];
  expect(remainingData(segments, objects, new Set([64, 1000]))).toEqual([at(1000, 50)]);
  // code that still names an address within an object keeps it
  expect(remainingData(segments, objects, new Set([320]))).toEqual([at(300, 1), at(312, 9), at(1000, 50)]);
  expect(remainingData(segments, [], new Set())).toEqual(segments);
});

test("what cannot be stripped is named", () => {
  expect(() => parseModule(new Uint8Array(8), "x")).toThrow("no WebAssembly of version 1");
  const threads = () =>
    strip({ ...nothing, module: parseModule(build("threads"), "threads"), exports: ["run"] });
  expect(threads).toThrow("threads imports env.memory; expected a module that imports nothing");
  const module = parseModule(bytes, "the module");
  expect(() => strip({ ...nothing, module, exports: ["fly"] })).toThrow("the module has no function fly");
  expect(() => strip({ ...nothing, module, table: [9999] })).toThrow("its table has no function 9999");
});
