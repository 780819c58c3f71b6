import * as fc from "fast-check";
import { parseNpy, parseNpyArray } from "../../../src/data/numpy/npy.ts";
import { type Code, type NpyForm, withHeader, writeNpy, writeTexts } from "../../support/data/npy.ts";
import { utf8 } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

const form: fc.Arbitrary<NpyForm> = fc.record({
  big: fc.boolean(),
  fortran: fc.boolean(),
  version: fc.constantFrom(1, 2, 3),
  longs: fc.boolean(),
  double: fc.boolean(),
  swapped: fc.boolean(),
});
const shape = fc.array(fc.nat(4), { maxLength: 4 });
const CODES: Readonly<Record<string, string>> = {
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  f4: "float32",
  f8: "float64",
};
const ARRAYS = {
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

const right: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom(...(Object.keys(ARRAYS) as (keyof typeof ARRAYS)[])), shape, form, fc.nat(100))
  .map(([code, shape, form, first]) => {
    const length = shape.reduce((product, n) => product * n, 1);
    const values = Array.from({ length }, (_, i) => (first + i) % 128);
    return {
      bytes: writeNpy(code as Code, shape, values, form),
      want: { name: "a.npy", type: CODES[code], shape, data: ARRAYS[code].from(values) },
    };
  });

const texts: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(fc.string({ maxLength: 5, unit: "grapheme" }), { maxLength: 5 }), fc.boolean(), form)
  .map(([texts, unicode, form]) => ({ bytes: writeTexts([texts.length], texts, unicode, form) }));

const size = fc.oneof(fc.nat(5), fc.constantFrom(-1, 2 ** 31, 2 ** 32, 2 ** 53, 1e20));
const lying: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(
        "<f4",
        "|u1",
        ">i8",
        "<c8",
        "|O",
        "<U3",
        "|S0",
        "<U1000000000",
        "<f16",
        "<M8[s]",
        "|V8",
        "[('a', '<f4'), ('b', '<i4', (2,))]",
        "=f4",
        "f4",
        "",
      ),
      fc.string(),
    ),
    fc.array(size, { maxLength: 70 }),
    fc.uint8Array({ maxLength: 64 }),
    form,
  )
  .map(([descr, shape, body, form]) => ({ bytes: withHeader(descr, shape, body, form) }));
const nested: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom("(", "[", "{", "'", "{'descr': ", "-", "("),
    fc.integer({ min: 1, max: 50_000 }),
    form,
  )
  .map(([piece, times, form]) => ({
    bytes: withHeader(`[${piece.repeat(Math.min(times, 50_000 / piece.length))}`, [], new Uint8Array(0), {
      ...form,
      version: 2,
    }),
  }));

/** The header's text, with its length set right. */
const headerLayer: Layer = {
  open(bytes) {
    const wide = (bytes[6] ?? 1) > 1;
    const start = wide ? 12 : 10;
    if (bytes.length < start) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = Math.min(bytes.length, start + (wide ? view.getUint32(8, true) : view.getUint16(8, true)));
    return {
      inner: bytes.subarray(start, end),
      close(inner) {
        const out = new Uint8Array(start + inner.length + bytes.length - end);
        out.set(bytes.subarray(0, start));
        out.set(inner, start);
        out.set(bytes.subarray(end), start + inner.length);
        const to = new DataView(out.buffer);
        if (wide) to.setUint32(8, inner.length, true);
        else to.setUint16(8, inner.length, true);
        return out;
      },
    };
  },
};

export const npy: Target = {
  name: "npy",
  seeds: () => [
    { bytes: writeNpy("f4", [2, 2], [1, 2, 3, 4]) },
    { bytes: writeNpy("i8", [2], [1n, 2n], { big: true }) },
    { bytes: writeTexts([2], ["ab", "c"], true) },
    { bytes: withHeader("[('a', '<f4')]", [1], utf8("abcd"), { version: 3 }) },
  ],
  arbitrary: fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 4, arbitrary: texts },
    { weight: 8, arbitrary: lying },
    { weight: 1, arbitrary: nested },
  ),
  layers: [headerLayer],
  words: [
    "'descr'",
    "'fortran_order'",
    "'shape'",
    "True",
    "False",
    "(1,)",
    "()",
    "<f4",
    "|u1",
    ">i8",
    "<U3",
    "|S4",
    "|O",
    "u'",
    "2L",
    "<c16",
    "<M8[s]",
  ],
  run(bytes) {
    const array = parseNpyArray(bytes, "a.npy");
    if (array.type !== "text") return parseNpy(bytes, "a.npy");
    return array;
  },
};
