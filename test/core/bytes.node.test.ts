/** WebAssembly as text: every build comes back byte for byte; of those the library starts from, without the numbers of kernels. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { decodeBytes } from "../../src/core/bytes.ts";
import { layoutOf, numberOf } from "../../src/core/layouts.ts";
import type { Kernels } from "../../src/core/records.ts";

const root = new URL("../../", import.meta.url);
const { encode, section } = await import(new URL("scripts/bytes.mjs", root).href);
const bytesOf = (build: string) => new Uint8Array(readFileSync(new URL(`build/core/${build}.wasm`, root)));

const textOf = async (build: string, name = "core"): Promise<string> =>
  (await import(new URL(`build/core/${build}.text.js`, root).href))[name];
const CODE = 10;
/** The code section of a module. */
const codeOf = (wasm: Uint8Array) => {
  const { from, end } = section(wasm, CODE);
  return wasm.subarray(from, end);
};

test("standalone.text.js holds the bytes of the file", async () => {
  const text = await textOf("standalone", "standalone");
  expect(Buffer.compare(decodeBytes(text), bytesOf("standalone"))).toBe(0);
});

test.each(["simd", "full", "images", "images-training", "dense", "dense-training", "predict"])(
  "%s.text.js holds the code of the file, and kernels' numbers are their places",
  async (build) => {
    const [text, file] = [decodeBytes(await textOf(build)), bytesOf(build)];
    expect(Buffer.compare(codeOf(text), codeOf(file))).toBe(0);
    const [small, whole] = [new WebAssembly.Module(text), new WebAssembly.Module(file)];
    const { exports } = new WebAssembly.Instance(whole);
    const names = (module: WebAssembly.Module) => WebAssembly.Module.exports(module).map(({ name }) => name);
    const has = new Set(names(small));
    const gone = names(whole).filter((name) => !has.has(name));
    // kernels are what has a record of arguments, and each of them is a number less
    expect(gone).toContain("DENSE_FORWARD");
    expect(gone).toEqual(names(whole).filter((name) => layoutOf(whole, name as keyof Kernels)));
    for (const name of gone as (keyof Kernels)[]) {
      expect(numberOf(small, name), name).toBe((exports[name] as WebAssembly.Global).value);
      expect(layoutOf(small, name), name).toEqual(layoutOf(whole, name));
    }
  },
);

test.each(["simd", "full", "images", "images-training", "dense", "dense-training", "predict"])(
  "nothing in %s.text.js is what a tool would have to escape",
  async (build) => {
    expect(await textOf(build)).toMatch(/^[^"'`\\<\n]*$/);
  },
);

test("builds that do not ship come back, too: unoptimised code has instructions of other kinds", () => {
  for (const build of ["debug", "threads"]) {
    const bytes = bytesOf(build);
    expect(Buffer.compare(decodeBytes(encode(bytes)), bytes), build).toBe(0);
  }
});

const hex = (text: string) => text.split(" ").map((byte) => Number.parseInt(byte, 16));
/** A function of one i32 and a memory, with data after the code. */
const module = (...code: number[]) =>
  Uint8Array.from([
    ...hex("00 61 73 6d 01 00 00 00 01 05 01 60 01 7f 00 03 02 01 00 05 03 01 00 01"),
    ...[10, code.length + 5, 1, code.length + 3, 0, ...code, 1, 11],
    ...hex("0b 07 01 00 41 00 0b 01 2a"),
  ]);

test.each([
  [
    "blocks in blocks, with branches",
    [2, 0x40, 3, 0x40, 0x20, 0, 4, 0x40, 0x0c, 2, 5, 11, 0x20, 0, 0x0d, 0, 11, 11],
  ],
  ["a table of branches", [2, 0x40, 2, 0x40, 0x20, 0, 0x0e, 2, 0, 1, 0, 11, 11]],
  ["numbers that look like the end of a block", [0x41, 11, 0x1a, 0x41, 0x8b, 0x0b, 0x1a]],
  ["a double, a vector", [0x44, 11, 2, 3, 4, 11, 2, 3, 64, 0x1a, 0xfd, 12, ...Array(16).fill(11), 0x1a]],
  ["loads with offsets", [0x20, 0, 0x28, 2, 0x84, 1, 0x1a, 0x20, 0, 0xfd, 0, 4, 16, 0x1a]],
])("%s", (_, code) => {
  const bytes = module(...code);
  expect(WebAssembly.validate(bytes)).toBe(true);
  expect([...decodeBytes(encode(bytes))]).toEqual([...bytes]);
});

test("an instruction the writer does not know is an error, not other code", () => {
  expect(() => encode(module(0x06, 0x40))).toThrow(/knows no instruction 6/);
});
