import * as fc from "fast-check";
import { parseIdx } from "../../../src/data/idx.ts";
import { big32, joined } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";

const SIZES: Readonly<Record<number, number>> = { 8: 1, 9: 1, 11: 2, 12: 4, 13: 4, 14: 8 };
const TYPES = { 8: "uint8", 9: "int8", 11: "int16", 12: "int32", 13: "float32", 14: "float64" } as const;
const ARRAYS = {
  8: Uint8Array,
  9: Int8Array,
  11: Int16Array,
  12: Int32Array,
  13: Float32Array,
  14: Float64Array,
};

/** @param values the bytes of the values as the file has them: big-endian */
export const idxBytes = (type: number, shape: readonly number[], values: Uint8Array): Uint8Array =>
  joined([[0, 0, type, shape.length], ...shape.map(big32), values]);

/** What must come back: values turned round, element by element. */
function wanted(type: keyof typeof TYPES, shape: readonly number[], values: Uint8Array) {
  const size = SIZES[type]!;
  const own = values.slice();
  for (let at = 0; at < own.length; at += size) own.subarray(at, at + size).reverse();
  return { name: "a.idx", type: TYPES[type], shape, data: new ARRAYS[type](own.buffer) };
}

const right: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(8, 9, 11, 12, 13, 14) as fc.Arbitrary<keyof typeof TYPES>,
    fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    fc.infiniteStream(fc.nat(255)),
  )
  .map(([type, shape, stream]) => {
    const length = shape.reduce((product, n) => product * n, SIZES[type]!);
    // NaN has many bit patterns, which need not come back the same
    const values = Uint8Array.from([...stream.take(length)], (byte) => (type >= 13 ? byte & 0x3f : byte));
    return { bytes: idxBytes(type, shape, values), want: { parsed: wanted(type, shape, values) } };
  });

const lying: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.nat(20),
    fc.array(fc.oneof(fc.nat(6), fc.constantFrom(2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32 - 1)), { maxLength: 9 }),
    fc.uint8Array({ maxLength: 64 }),
  )
  .map(([type, shape, values]) => ({ bytes: idxBytes(type, shape, values) }));

export const idx: Target = {
  name: "idx",
  seeds: () => [
    {
      bytes: idxBytes(
        8,
        [3, 2, 2],
        Uint8Array.from({ length: 12 }, (_, i) => i),
      ),
    },
    {
      bytes: idxBytes(
        14,
        [2, 1],
        Uint8Array.from({ length: 16 }, (_, i) => i),
      ),
    },
    { bytes: idxBytes(8, [4], Uint8Array.of(0, 1, 2, 3)) },
  ],
  arbitrary: fc.oneof(right, lying),
  run(bytes) {
    const parsed = parseIdx(bytes, "a.idx");
    return { parsed };
  },
};
