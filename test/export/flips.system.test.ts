/**
 * Every single bit of an exported file, flipped: verifyExport() finds each, wherever it lies. And what the files find by themselves, where
 * nobody asks for the check: of a .wasm its data, of a .js all that is data of its text. A load that passes gives the same results.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { exportModule, exportWasm, verifyExport } from "../../src/export/index.ts";
import { dense, load, type Model, NablaError, sequential } from "../../src/index.ts";
import { load as loadLight } from "../../src/predict/index.ts";
import { instantiate, predictIn } from "./host.ts";

const x = Float32Array.of(0.5, -1, 2);
let model: Model;
beforeAll(() => {
  model = sequential([dense({ units: 2, activation: "relu" })], { seed: 3, inputShape: [3] });
  model.metadata = { classes: ["cat", "dog"] };
});

/** Calls `check` with every single bit flipped, from one byte up to another; the bytes are its for the time of the call. */
function flipped(
  bytes: Uint8Array,
  check: (changed: Uint8Array, at: number) => void,
  from = 0,
  to = bytes.length,
): number {
  const changed = bytes.slice();
  let count = 0;
  for (let at = from; at < to; at++)
    for (let bit = 0; bit < 8; bit++, count++) {
      changed[at] = bytes[at]! ^ (1 << bit);
      check(changed, at);
      changed[at] = bytes[at]!;
    }
  return count;
}

/** Whether a call throws a NablaError that says what to do; anything else it throws is thrown. */
function refused(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (error instanceof NablaError && /again/.test(error.message)) return true;
    throw error;
  }
}

/** Where the sections of a module begin and end, by their numbers. */
function sections(bytes: Uint8Array): { id: number; from: number; to: number }[] {
  const found = [];
  for (let at = 8; at < bytes.length; ) {
    const from = at;
    const id = bytes[at++]!;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      size += (byte & 127) * 2 ** shift;
      if (byte < 128) break;
    }
    at += size;
    found.push({ id, from, to: at });
  }
  return found;
}
const [CUSTOM, GLOBALS, DATA] = [0, 6, 11];

describe("a .wasm", () => {
  test.each(["float32", "float16", "int8"] as const)("%s: every flipped bit is found", (weights) => {
    const wasm = exportWasm(model, { weights, rows: 1 });
    expect(verifyExport(wasm, "model.wasm")).toEqual({
      kind: "wasm",
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    let found = 0;
    const bits = flipped(wasm, (changed) => {
      if (refused(() => verifyExport(changed, "model.wasm"))) found++;
    });
    console.log(`.wasm, ${weights}: ${found} of ${bits} flipped bits are found by verifyExport()`);
    expect(bits).toBe(wasm.length * 8);
    expect(found).toBe(bits);
  });

  test.each(["float32", "int8"] as const)(
    "%s: changed weights, plan or constants do not start",
    (weights) => {
      const wasm = exportWasm(model, { weights, rows: 1 });
      const expected = predictIn(instantiate(wasm), x);
      const count = { refused: 0, trapped: 0, same: 0 };
      let bits = 0;
      for (const { id, from, to } of sections(wasm)) {
        // nobody knows what changed code does: it may never end
        if (id !== DATA && id !== GLOBALS) continue;
        const run = (changed: Uint8Array, at: number) => {
          if (!WebAssembly.validate(changed as BufferSource)) return void count.refused++;
          let host: ReturnType<typeof instantiate>;
          try {
            host = instantiate(changed as BufferSource);
          } catch (error) {
            // check(), or the host: data beyond memory
            expect(error, `byte ${at}`).toBeInstanceOf(WebAssembly.RuntimeError);
            return void count.trapped++;
          }
          // such as whether a global may be set
          expect(predictIn(host, x), `byte ${at}`).toEqual(expected);
          count.same++;
        };
        bits += flipped(wasm, run, from, to);
      }
      console.log(
        `.wasm, ${weights}, of ${bits} bits of its data and globals, run unchecked: ${JSON.stringify(count)}`,
      );
      expect(count.refused + count.trapped + count.same).toBe(bits);
      expect(count.same).toBeLessThan(bits / 50);
    },
  );

  test("its digest is what other tools compute", async () => {
    const wasm = exportWasm(model);
    const last = sections(wasm).at(-1)!;
    expect(last).toEqual({ id: CUSTOM, from: wasm.length - 47, to: wasm.length });
    const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "nabla.sha256");
    const digest = await crypto.subtle.digest("SHA-256", wasm.subarray(0, last.from));
    expect(new Uint8Array(section!)).toEqual(new Uint8Array(digest));
  });
});

describe("a .js", () => {
  type Exported = { predict(x: Float32Array): Float32Array; metadata: object };
  /** The module as a function: its exports are its result. */
  const run = (code: string): Exported =>
    new Function(`${code.replace(/^export (?=const|function)/gm, "")}\nreturn { metadata, predict };`)();
  const encode = (text: string) => new TextEncoder().encode(text);
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

  test("every flipped bit is found", () => {
    const { code } = exportModule(model, { rows: 1 });
    expect(verifyExport(code)).toEqual(verifyExport(encode(code)));
    expect(verifyExport(code).kind).toBe("js");
    let found = 0;
    const bytes = encode(code);
    const bits = flipped(bytes, (changed) => {
      if (refused(() => verifyExport(changed, "model.js"))) found++;
    });
    console.log(`.js: ${found} of ${bits} flipped bits are found by verifyExport()`);
    expect(bits).toBe(bytes.length * 8);
    expect(found).toBe(bits);
  }, 240_000);

  test.each([
    ["WebAssembly", 17, /^const wasm = "/m, /";\n/],
    ["metadata", 1, /^export const metadata = checked\(/m, /\);\n/],
  ])(
    "a flipped bit of its %s is found when it is loaded, tried in every %i. character",
    (what, each, begin, end) => {
      const { code } = exportModule(model, { rows: 1 });
      const [expected, described] = [run(code).predict(x), JSON.stringify(run(code).metadata)];
      const start = begin.exec(code)!;
      const from = start.index + start[0].length;
      const to = from + end.exec(code.slice(from))!.index;
      const bytes = encode(code);
      const count = { found: 0, same: 0 };
      for (let at = from; at < to; at += each) {
        const changed = bytes.slice();
        changed[at]! ^= 1 << (at % 8);
        let got: { y: Float32Array; metadata: string };
        try {
          const exported = run(decode(changed));
          got = { y: exported.predict(x), metadata: JSON.stringify(exported.metadata) };
        } catch {
          count.found++;
          continue;
        }
        // such as blanks between the fields of an object
        expect(got).toEqual({ y: expected, metadata: described });
        count.same++;
      }
      console.log(`.js, a bit of every ${each}. character of its ${what}: ${JSON.stringify(count)}`);
      expect(count.found).toBeGreaterThan((to - from) / each / 3);
    },
  );

  test("the words of a damaged one", () => {
    const { code } = exportModule(model, { rows: 1 });
    const wasm = code.indexOf('const wasm = "') + 400;
    const other = code[wasm] === "A" ? "B" : "A";
    expect(() => run(code.slice(0, wasm) + other + code.slice(wasm + 1)).predict(x)).toThrow(
      /damaged or was changed since it was exported: its WebAssembly is not what it was/,
    );
    expect(() => run(code.replace('"cat"', '"cut"'))).toThrow(/its metadata is not what it was/);
  });
});

test("what is not an export, or has no digest, is refused with what to do", () => {
  const { code } = exportModule(model);
  for (const file of [
    "",
    code.trimEnd(),
    code.replaceAll("\n", "\r\n"),
    exportWasm(model).slice(0, -1),
    new Uint8Array(3),
  ])
    expect(() => verifyExport(file, "a.js")).toThrow(
      /^a\.js: expected a digest at its end, .* export the model again$/,
    );
  expect(() => verifyExport(code.replace("imports", "Imports").replace("export", "Export"), "a.js")).toThrow(
    /^a\.js: damaged or changed since it was exported: expected the SHA-256 "[0-9a-f]{64}", got [0-9a-f]{64}; /,
  );
  expect(() => verifyExport(3 as never)).toThrow(
    /^export: expected the bytes of an exported model .* got number$/,
  );
});

test("of a saved model every flipped bit is found, by load() and by that of nabla/predict", () => {
  const file = model.save();
  const found = [0, 0];
  const bits = flipped(file, (changed) => {
    for (const [i, open] of [load, loadLight].entries())
      try {
        open(changed);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "NablaError") throw error;
        found[i]!++;
      }
  });
  expect(found).toEqual([bits, bits]);
});
