import * as fc from "fast-check";
import { readSafetensors } from "../../../src/checkpoint/safetensors.ts";
import { writeSafetensors } from "../../support/checkpoints.ts";
import { utf8 } from "../files.ts";
import type { Sample, Target } from "../guide/target.ts";
import { header, payload, signed, whole } from "./signed.ts";

const name = fc.oneof(
  fc.constantFrom("a", "b.kernel", "__metadata__", "__proto__", "optimizer.m.a", "\u001b[2J", ""),
  fc.string({ maxLength: 5 }),
);
const tensor = fc.record({
  name,
  shape: fc.array(fc.nat(4), { maxLength: 3 }),
  type: fc.constantFrom(Float32Array, Float64Array, Int32Array, Uint8Array, Int8Array, Uint16Array),
});
const right: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.uniqueArray(tensor, { maxLength: 4, selector: (one) => one.name }),
    fc.dictionary(fc.string({ maxLength: 4 }), fc.string({ maxLength: 9 })),
  )
  .map(([tensors, metadata]) => {
    const all = tensors
      .filter((one) => one.name !== "__metadata__" && one.name !== "__proto__")
      .map(({ name, shape, type }) => ({
        name,
        shape,
        data: new type(shape.reduce((product, n) => product * n, 1)).fill(3),
      }));
    const { ["__proto__"]: _, ...plain } = metadata;
    return { bytes: writeSafetensors(all, plain) };
  });

const offset = fc.oneof(fc.nat(40), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 1e300));
const lying: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.array(
      fc.tuple(
        name,
        fc.record({
          dtype: fc.constantFrom("F32", "F16", "BF16", "BOOL", "I64", "F8_E4M3", "f32", "toString", ""),
          shape: fc.array(fc.oneof(fc.nat(4), fc.constantFrom(2 ** 31, 2 ** 53, -1, 0.5)), { maxLength: 5 }),
          data_offsets: fc.oneof(fc.tuple(offset, offset), fc.array(offset, { maxLength: 3 })),
        }),
      ),
      { maxLength: 5 },
    ),
    fc.constantFrom('{"nabla.sha256":"', '{"x":1,"y":"', '{"a":"'),
    fc.uint8Array({ maxLength: 64 }),
  )
  .map(([entries, metadata, payload]) => {
    // written by hand: a name may stand there twice
    const fields = entries.map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`);
    const text = `{"__metadata__":${metadata}${"0".repeat(64)}"}${fields.map((field) => `,${field}`).join("")}}`;
    return { bytes: signed({ header: utf8(text), payload }) };
  });

export const safetensors: Target = {
  name: "safetensors",
  seeds: () => [
    { bytes: writeSafetensors([{ name: "a", shape: [2, 3], data: new Float32Array(6) }]) },
    {
      bytes: writeSafetensors(
        [
          { name: "a", shape: [2], data: new Int32Array(2) },
          { name: "b", shape: [], data: new Float64Array(1) },
        ],
        { key: "text" },
      ),
    },
    {
      bytes: signed({
        header: utf8(
          '{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]}}',
        ),
        payload: new Uint8Array(8).fill(0x3f),
      }),
    },
  ],
  arbitrary: fc.oneof(right, lying),
  layers: [whole, header, payload],
  words: [
    "__metadata__",
    "dtype",
    "shape",
    "data_offsets",
    "F32",
    "F16",
    "BF16",
    "BOOL",
    "I64",
    "U8",
    "nabla.sha256",
    "format",
    "pt",
  ],
  run: (bytes) => readSafetensors(bytes, "a.safetensors"),
};
