import { describe, expect, test } from "vitest";
import { duplicateKey } from "../../src/checkpoint/header.ts";
import { readSafetensors } from "../../src/checkpoint/safetensors.ts";
import { Sha256, sha256Hex } from "../../src/checkpoint/sha256.ts";
import { NablaError } from "../../src/errors.ts";
import { writeSafetensors } from "../support/checkpoints.ts";

/** A file with this header text (or these bytes) and payload, as another tool would write it. */
function file(
  header: string | Uint8Array,
  payload = new Uint8Array(0),
  length?: number | bigint,
): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + payload.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(payload, 8 + text.length);
  return bytes;
}
const entry = (dtype: string, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets });
const headed = (header: object, payload = 0) => file(JSON.stringify(header), new Uint8Array(payload));
const problem = (bytes: Uint8Array): string => {
  try {
    readSafetensors(bytes, "a.safetensors");
  } catch (error) {
    expect(error).toBeInstanceOf(NablaError);
    return (error as NablaError).message;
  }
  return "";
};

const tensors = [
  { name: "mask", shape: [3], data: Uint8Array.of(1, 0, 255) },
  { name: "hidden.kernel", shape: [2, 2], data: Float32Array.of(1.5, -0, NaN, 3e38) },
  { name: "hidden.bias", shape: [], data: Float32Array.of(7) },
  { name: "none", shape: [0, 3], data: new Float32Array(0) },
  { name: "f64", shape: [1], data: Float64Array.of(0.1) },
  { name: "i64", shape: [1], data: BigInt64Array.of(-(2n ** 60n)) },
  { name: "u64", shape: [1], data: BigUint64Array.of(2n ** 63n) },
  { name: "i32", shape: [2], data: Int32Array.of(-1, 2) },
  { name: "u32", shape: [1], data: Uint32Array.of(4e9) },
  { name: "i16", shape: [1], data: Int16Array.of(-3) },
  { name: "u16", shape: [1], data: Uint16Array.of(65535) },
  { name: "i8", shape: [1], data: Int8Array.of(-128) },
  { name: "__proto__", shape: [1], data: Float32Array.of(1) },
  { name: '"quoted" \\ ∇', shape: [1], data: Float32Array.of(2) },
];

describe("writing and reading", () => {
  test("every type comes back with its bits, shape and name", () => {
    const metadata = { format: "np", 'k"∇': '"nabla.sha256":"x"', "nabla.note": "" };
    const read = readSafetensors(writeSafetensors(tensors, metadata), "a");
    expect(read.metadata).toEqual(metadata);
    expect([...read.tensors.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
    for (const { name, shape, data } of tensors) {
      const found = read.tensors.get(name)!;
      expect(found.shape).toEqual(shape);
      expect(found.data.constructor).toBe(data.constructor);
      expect(new Uint8Array(found.data.buffer)).toEqual(new Uint8Array(data.buffer));
    }
  });

  test("the payload begins at a multiple of 64 and every tensor at a multiple of its element", () => {
    for (let pad = 0; pad < 70; pad++) {
      const bytes = writeSafetensors(tensors, { pad: "x".repeat(pad) });
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect((8 + length) % 64).toBe(0);
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
      expect(header.hidden).toBeUndefined();
      expect(header.f64.data_offsets[0] % 8).toBe(0);
      expect(header["hidden.kernel"].data_offsets[0] % 4).toBe(0);
    }
  });

  test("parameters keep their order, and equal input gives equal bytes", () => {
    const names = ["z", "10", "a", "9"];
    const list = names.map((name, i) => ({ name, shape: [1], data: Float32Array.of(i) }));
    const bytes = writeSafetensors(list);
    expect([...readSafetensors(bytes, "a").tensors.keys()]).toEqual(names);
    expect(writeSafetensors(list)).toEqual(bytes);
    expect(readSafetensors(writeSafetensors([]), "a").tensors.size).toBe(0);
  });

  test("views into larger buffers, at odd offsets, on both sides", () => {
    const data = new Float32Array([9, 1, 2, 9]).subarray(1, 3);
    const bytes = writeSafetensors([{ name: "w", shape: [2], data }]);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(readSafetensors(shifted, "a").tensors.get("w")!.data).toEqual(Float32Array.of(1, 2));
  });

  test("what cannot be written is refused", () => {
    const w = { name: "w", shape: [2], data: new Float32Array(2) };
    expect(() => writeSafetensors([w, w])).toThrow('tensor "w": the name is used twice or reserved');
    expect(() => writeSafetensors([{ ...w, name: "__metadata__" }])).toThrow("used twice or reserved");
    expect(() => writeSafetensors([{ ...w, shape: [3] }])).toThrow(
      'tensor "w": expected 3 values for shape [3], got 2',
    );
  });
});

describe("files of other tools", () => {
  test("without metadata, with padding, out of order, unaligned", () => {
    const header = `${JSON.stringify({ b: entry("F32", [1], [1, 5]), a: entry("BOOL", [1], [0, 1]) })}   `;
    const read = readSafetensors(file(header, Uint8Array.of(1, 0, 0, 0x80, 0x3f)), "a");
    expect(read.metadata).toEqual({});
    expect([...read.tensors]).toEqual([
      ["a", { dtype: "BOOL", shape: [1], data: Uint8Array.of(1) }],
      ["b", { dtype: "F32", shape: [1], data: Float32Array.of(1) }],
    ]);
  });

  test("16-bit floats are widened exactly", () => {
    const halves = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x8000, 0x7c00, 0xfc00, 0x7e00, 0x3555];
    const read = (dtype: string, words: number[]) => {
      const header = JSON.stringify({ h: entry(dtype, [words.length], [0, 2 * words.length]) });
      return [
        ...(readSafetensors(file(header, new Uint8Array(Uint16Array.from(words).buffer)), "a").tensors.get(
          "h",
        )!.data as Float32Array),
      ];
    };
    expect(read("F16", halves)).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      -1023 * 2 ** -24,
      -0,
      Infinity,
      -Infinity,
      NaN,
      0.333251953125,
    ]);
    expect(read("BF16", [0x3f80, 0xc000, 0x7f80, 0x0001])).toEqual([1, -2, Infinity, 2 ** -133]);
  });
});

describe("nothing in the header is believed", () => {
  const a = entry("F32", [2], [0, 8]);
  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), "not a safetensors file: expected at least 8 bytes, got 0"],
    ["seven bytes", new Uint8Array(7), "not a safetensors file: expected at least 8 bytes, got 7"],
    [
      "zeros",
      new Uint8Array(64),
      "not a safetensors file: expected 8 bytes of header length and then a JSON object",
    ],
    [
      "random",
      new Uint8Array(64).fill(0xab),
      "not a safetensors file: its header would be 12370169555311111083 bytes long (at most 100000000)",
    ],
    [
      "a zip",
      new TextEncoder().encode("PK\x03\x04 and more bytes"),
      "not a safetensors file: it looks like a zip archive (.npz or .keras)",
    ],
    [
      "HDF5",
      Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0),
      "not a safetensors file: it looks like an HDF5 file (.h5)",
    ],
    [
      "JSON",
      new TextEncoder().encode('{"modelTopology":{}}'),
      "not a safetensors file: it looks like a JSON document",
    ],
    [
      "not an object",
      file("[1,2]"),
      "not a safetensors file: expected 8 bytes of header length and then a JSON object",
    ],
    [
      "length beyond the file",
      file("{}", undefined, 50_000_000),
      "truncated within its header: expected at least 50000008 bytes, got 10; copy or download it again",
    ],
    [
      "only a length",
      file("", undefined, 99),
      "truncated within its header: expected at least 107 bytes, got 8; copy or download it again",
    ],
    ["length within the JSON", file('{"a":{}}', undefined, 4), "header: not valid JSON in UTF-8"],
    [
      "bad UTF-8",
      file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)),
      "header: not valid JSON in UTF-8",
    ],
    ["deep nesting", file(`{"a":${"[".repeat(100_000)}`), "header: not valid JSON in UTF-8"],
    [
      "a tensor twice",
      file(`{"a":${JSON.stringify(a)},"\\u0061":${JSON.stringify(a)}}`, new Uint8Array(8)),
      'header: "a" is there twice',
    ],
    [
      "a field twice",
      file('{"a":{"dtype":"F32","dtype":"U32","shape":[0],"data_offsets":[0,0]}}'),
      'header: "dtype" is there twice',
    ],
    [
      "metadata not an object",
      headed({ __metadata__: [] }),
      "header: __metadata__: expected a JSON object, got an array",
    ],
    [
      "metadata not text",
      headed({ __metadata__: { n: 1 } }),
      '__metadata__: expected text under "n", got number',
    ],
    ["no entry", headed({ a: 1 }), 'header: tensor "a": expected a JSON object, got number'],
    ["null", headed({ a: null }), 'header: tensor "a": expected a JSON object, got object'],
    [
      "unknown type",
      headed({ a: { ...a, dtype: "F8_E4M3" } }, 8),
      'tensor "a": element type "F8_E4M3" is not supported; expected one of F64, F32, F16',
    ],
    [
      "no type",
      headed({ a: { ...a, dtype: undefined } }, 8),
      'tensor "a": element type undefined is not supported',
    ],
    [
      "shape not a list",
      headed({ a: { ...a, shape: 2 } }, 8),
      'tensor "a": expected a shape of whole numbers ≥ 0, got 2',
    ],
    [
      "negative",
      headed({ a: { ...a, shape: [-1, -2] } }, 8),
      "expected a shape of whole numbers ≥ 0, got [-1,-2]",
    ],
    [
      "a fraction",
      headed({ a: { ...a, shape: [0.5, 4] } }, 8),
      "expected a shape of whole numbers ≥ 0, got [0.5,4]",
    ],
    ["text", headed({ a: { ...a, shape: ["2"] } }, 8), 'expected a shape of whole numbers ≥ 0, got ["2"]'],
    [
      "overflow",
      headed({ a: { ...a, shape: [2 ** 32, 2 ** 32] } }, 8),
      "shape [4294967296,4294967296] is too large to be true",
    ],
    ["huge and empty", headed({ a: { ...a, shape: [2 ** 32, 2 ** 32, 0] } }, 8), "is too large to be true"],
    [
      "backwards",
      headed({ a: { ...a, data_offsets: [8, 0] } }, 8),
      "expected data_offsets [begin, end] with begin ≤ end, got [8,0]",
    ],
    [
      "offsets missing",
      headed({ a: { ...a, data_offsets: [0] } }, 8),
      "expected data_offsets [begin, end] with begin ≤ end, got [0]",
    ],
    [
      "offsets negative",
      headed({ a: { ...a, data_offsets: [-8, 0] } }, 8),
      "expected data_offsets [begin, end] with begin ≤ end, got [-8,0]",
    ],
    [
      "size",
      headed({ a: { ...a, shape: [3] } }, 8),
      'tensor "a": shape [3] of F32 needs 12 bytes, data_offsets span 8',
    ],
    [
      "overlap",
      headed({ a, b: entry("F32", [2], [4, 12]) }, 12),
      'tensor "b" begins at 4, inside tensor "a" (to 8)',
    ],
    [
      "hole",
      headed({ a, b: entry("F32", [1], [12, 16]) }, 16),
      "bytes 8 to 12 of the payload belong to no tensor",
    ],
    [
      "begins late",
      headed({ a: entry("F32", [1], [4, 8]) }, 8),
      "bytes 0 to 4 of the payload belong to no tensor",
    ],
    [
      "payload short",
      headed({ a }, 7),
      "truncated: expected 70 bytes, got 69; copy or download it again, or use an earlier copy",
    ],
    ["payload long", headed({ a }, 9), "the tensors end at byte 70, but the file has 71"],
  ])("%s", (_, bytes, message) => {
    expect(problem(bytes)).toContain(`a.safetensors: `);
    expect(problem(bytes)).toContain(message);
  });

  test("a message stays short however long the lie", () => {
    const shape = new Array(10_000).fill(-1);
    expect(problem(headed({ ["n".repeat(10_000)]: { ...a, shape } })).length).toBeLessThan(300);
  });

  // Node's files are Buffers, whose slice() does not copy
  const kinds = [Uint8Array, ...(typeof Buffer === "undefined" ? [] : [Buffer])];
  test.each(kinds)("reading leaves the bytes alone: %o", (kind) => {
    const bytes = kind.from(
      writeSafetensors([{ name: "w", shape: [2], data: new Float32Array([1, 2]) }], { "nabla.x": "1" }),
    );
    const before = Uint8Array.from(bytes);
    readSafetensors(bytes, "once");
    expect(Uint8Array.from(bytes)).toEqual(before);
    readSafetensors(bytes, "twice");
  });

  test("a byte order mark is not skipped", () => {
    expect(problem(file(new TextEncoder().encode("\uFEFF{}")))).toContain("not a safetensors file");
  });
});

describe("damage", () => {
  const bytes = writeSafetensors([{ name: "w", shape: [2], data: Float32Array.of(1, 2) }], {
    "nabla.note": "n",
  });

  test("any flipped bit is found, wherever it is", () => {
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(problem(flipped), `bit ${bit}`).not.toBe("");
    }
    expect(problem(bytes)).toBe("");
  });

  test("any cut and any addition is found", () => {
    for (let n = 0; n < bytes.length; n++)
      expect(problem(bytes.subarray(0, n))).toMatch(/truncated|not a safetensors/);
    expect(problem(file(bytes))).not.toBe("");
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    expect(problem(longer)).toContain(
      `the tensors end at byte ${bytes.length}, but the file has ${bytes.length + 1}`,
    );
  });

  test("the message says what to do", () => {
    const flipped = bytes.slice();
    flipped[bytes.length - 1]! ^= 1;
    expect(problem(flipped)).toMatch(
      /^a\.safetensors: damaged or changed since it was saved: its checksum is [0-9a-f]{12}…, its bytes give [0-9a-f]{12}…; use an earlier copy$/,
    );
    expect(problem(headed({ __metadata__: { "nabla.note": "n" } }))).toBe(
      "a.safetensors: damaged: it was written by Nabla but has no nabla.sha256; use an earlier copy",
    );
  });
});

test("duplicate keys are distinguished from equal keys of different objects", () => {
  expect(duplicateKey('{"a":{"b":1},"c":[{"b":"a"},{"b":":"}],"d":"a\\":"}')).toBeUndefined();
  expect(duplicateKey('{"a":1,"b":{"c":1 , "c" : 2}}')).toBe("c");
});

test("SHA-256 of FIPS 180-4's examples, at once and in pieces", () => {
  const abc = new TextEncoder().encode("abc");
  const wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(sha256Hex(abc)).toBe(wanted);
  expect(new Sha256().update(abc.subarray(0, 1)).update(abc.subarray(1)).hex()).toBe(wanted);
  expect(sha256Hex(new Uint8Array(0))).toBe(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});
