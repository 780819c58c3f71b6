/**
 * Files written from known values by the test itself are read back: the same values, or the refusal that is documented, and nothing else.
 * What is right is computed here from the values, not from what the reader has.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseNpyArray } from "../../../src/data/numpy/npy.ts";
import { npzSplit } from "../../../src/data/numpy/split.ts";
import { NablaError } from "../../../src/errors.ts";
import {
  type Code,
  type NpyForm,
  withHeader,
  writeNpy,
  writeTexts,
  writeZip,
  type ZipForm,
} from "../../support/data/npy.ts";
import { contents } from "../helpers.ts";

const NAMES: Record<Code, string> = {
  b1: "bool",
  u1: "uint8",
  i1: "int8",
  u2: "uint16",
  i2: "int16",
  u4: "uint32",
  i4: "int32",
  u8: "uint64",
  i8: "int64",
  f2: "float16",
  f4: "float32",
  f8: "float64",
};

const forms: fc.Arbitrary<NpyForm> = fc.record({
  big: fc.boolean(),
  fortran: fc.boolean(),
  version: fc.constantFrom(1, 2, 3),
  longs: fc.boolean(),
  double: fc.boolean(),
  swapped: fc.boolean(),
});
const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

const whole = (bits: number, signed: boolean) =>
  fc.integer({ min: signed ? -(2 ** (bits - 1)) : 0, max: signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1 });
/** Mostly what a double holds, and the numbers about the edge. */
const wide = (min: bigint, max: bigint) =>
  fc.oneof(
    { weight: 20, arbitrary: fc.bigInt({ min: min < 0n ? -(2n ** 53n) : 0n, max: 2n ** 53n }) },
    { weight: 1, arbitrary: fc.bigInt({ min, max }) },
    { weight: 1, arbitrary: fc.constantFrom(2n ** 53n + 1n, max, min) },
  );
const VALUES: Record<Code, fc.Arbitrary<number | bigint>> = {
  b1: fc.constantFrom(0, 1),
  u1: whole(8, false),
  i1: whole(8, true),
  u2: whole(16, false),
  i2: whole(16, true),
  u4: whole(32, false),
  i4: whole(32, true),
  u8: wide(0n, 2n ** 64n - 1n),
  i8: wide(-(2n ** 63n), 2n ** 63n - 1n),
  f2: whole(16, false),
  f4: fc.float(),
  f8: fc.double(),
};
const CODES = Object.keys(VALUES) as Code[];

/** A float16 by its bits, through those of the float32 it is. */
function fromHalf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 ? -1 : 1;
  // below 2⁻¹⁴ the leading 1 is missing
  if (exponent === 0) return (sign * fraction) / 16_777_216;
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(
    0,
    ((bits >> 15) << 31) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13),
  );
  return view.getFloat32(0);
}

test("a .npy file of any type, order, form and shape", () => {
  let [read, refused] = [0, 0];
  const one = fc
    .tuple(fc.constantFrom(...CODES), shapes, forms)
    .chain(([code, shape, form]) =>
      fc.tuple(
        fc.constant({ code, shape, form }),
        fc.array(VALUES[code], { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
      ),
    );
  fc.assert(
    fc.property(one, ([{ code, shape, form }, values]) => {
      const bytes = writeNpy(code, shape, values, form);
      const beyond = values.findIndex(
        (value) => typeof value === "bigint" && (value > 2n ** 53n || value < -(2n ** 53n)),
      );
      if (beyond >= 0) {
        refused++;
        // by columns, another one may come first
        const all = values.filter((value) => value > 2n ** 53n || value < -(2n ** 53n));
        expect(() => parseNpyArray(bytes, "a.npy")).toThrow(
          new RegExp(`^a\\.npy: ${NAMES[code]} \\[.*\\]: element \\[.*\\] is (${all.join("|")}), beyond`),
        );
        return;
      }
      read++;
      const array = parseNpyArray(bytes, "a.npy");
      if (array.type === "text") throw new Error("text");
      expect([array.type, array.shape]).toEqual([NAMES[code], shape]);
      expect(Array.from(array.data)).toEqual(
        values.map((value) => (code === "f2" ? fromHalf(value as number) : Number(value))),
      );
    }),
    { numRuns: 3500 },
  );
  expect(read).toBeGreaterThan(2500);
  expect(refused).toBeGreaterThan(50);
});

const letters = fc.oneof(
  fc.constantFrom("", "a", "7", "007", "1.0", "ß", "𝄞", "a b", " ", "True", "nan"),
  fc.string({ unit: "binary", maxLength: 6 }),
);

test("text, as code points and as bytes", () => {
  const one = fc.tuple(shapes, forms, fc.boolean()).chain(([shape, form, unicode]) =>
    fc.tuple(
      fc.constant({ shape, form, unicode }),
      // what ends in zeros is filled up with them
      fc.array(
        letters.map((text) => text.replace(/\0+$/, "")),
        { minLength: sizeOf(shape), maxLength: sizeOf(shape) },
      ),
    ),
  );
  fc.assert(
    fc.property(one, ([{ shape, form, unicode }, texts]) => {
      const array = parseNpyArray(writeTexts(shape, texts, unicode, form), "a.npy");
      expect(array).toEqual({ name: "a.npy", type: "text", shape, texts });
    }),
    { numRuns: 1000 },
  );
});

test("any beginning of a file, and any byte more, is refused", () => {
  const one = fc.tuple(fc.constantFrom("u1" as const, "i4" as const), forms, fc.nat());
  fc.assert(
    fc.property(one, ([code, form, cut]) => {
      const bytes = writeNpy(code, [2, 2], [1, 2, 3, 4], form);
      const part = bytes.subarray(0, cut % bytes.length);
      expect(() => parseNpyArray(part, "a.npy")).toThrow(NablaError);
      const more = new Uint8Array(bytes.length + 1 + (cut % 9));
      more.set(bytes);
      expect(() => parseNpyArray(more, "a.npy")).toThrow("a.npy: too long");
    }),
    { numRuns: 300 },
  );
});

interface Known {
  /** Of a row. */
  shape: number[];
  x: number[];
  /** Types that hold these values exactly. */
  codes: Code[];
}

/** What the rows of x become, by the rule that is documented: computed from values and shape alone. */
function expectedInputs(
  x: readonly number[],
  shape: readonly number[],
): { bytes: boolean; values: number[] } {
  const [min, max] = [Math.min(...x), Math.max(...x)];
  const isWhole = x.every(Number.isInteger);
  if (min >= -1 && max <= 1) return { bytes: false, values: x.map(Math.fround) };
  const pictures = shape.length > 1 || shape[0]! >= 64;
  if (isWhole && min >= 0 && max <= 255 && max > 127 && pictures) return { bytes: true, values: [...x] };
  // each column to mean 0 and deviation 1; a constant one to 0
  const width = shape.reduce((product, n) => product * n, 1);
  const columns = shape.length === 2 && shape[0] === shape[1] ? 1 : shape.at(-1)!;
  const rows = x.length / columns;
  const values = x.map((value, i) => {
    const column = x.filter((_, j) => j % columns === i % columns);
    const mean = column.reduce((sum, v) => sum + v, 0) / rows;
    const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / rows);
    return (value - mean) / (column.every((v) => v === column[0]) ? 1 : deviation);
  });
  expect(width * Math.round(x.length / width)).toBe(x.length);
  return { bytes: false, values };
}

const knownInputs = (rows: number): fc.Arbitrary<Known> => {
  const of = (shape: number[], value: fc.Arbitrary<number>, codes: Code[]) => {
    const n = rows * shape.reduce((product, size) => product * size, 1);
    return fc.array(value, { minLength: n, maxLength: n }).map((x) => ({ shape, x, codes }));
  };
  const bits = whole(1, false);
  const pixel = fc.oneof(fc.constantFrom(0, 255), whole(8, false));
  const BYTES: Code[] = ["u1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"];
  // the squares of the smallest numbers are 0
  const float = fc
    .double({ min: -1e6, max: 1e6, noNaN: true })
    .map((value) => (Math.abs(value) < 1e-90 ? 0 : value));
  return fc.oneof(
    fc
      .constantFrom<number[]>([3], [2, 2], [70])
      .chain((shape) => of(shape, bits, ["b1", "i1", "f2", ...BYTES])),
    fc.constantFrom<number[]>([4, 4], [70], [3, 2], [2, 3, 3]).chain((shape) => of(shape, pixel, BYTES)),
    fc.constantFrom<number[]>([1], [3], [4, 2]).chain((shape) => of(shape, float, ["f8"])),
    fc.constantFrom<number[]>([2], [5]).chain((shape) => of(shape, whole(31, true), ["i4", "i8", "f8"])),
  );
};

interface KnownTargets {
  /** Written as one of these. */
  write: ((form: NpyForm) => Uint8Array)[];
  /** What comes out; "stop" where it is refused. */
  target: object;
  y: number[];
}

function knownTargets(rows: number): fc.Arbitrary<KnownTargets> {
  const many = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: rows, maxLength: rows });
  const numbers = (values: number[], codes: Code[]) =>
    [[rows], [rows, 1]].flatMap((shape) =>
      codes.map(
        (code) => (form: NpyForm) =>
          writeNpy(code, shape, code.endsWith("8") && code[0] !== "f" ? values.map(BigInt) : values, form),
      ),
    );
  const named = (all: string[]) => {
    const names = [...new Set(all)];
    const isNumber = names.every((name) => name.trim() !== "" && Number.isFinite(Number(name)));
    const before = (a: string, b: string) => (a < b ? -1 : 1);
    names.sort(isNumber ? (a, b) => Number(a) - Number(b) || before(a, b) : before);
    return {
      target: { kind: "class", classes: names.length, names },
      y: all.map((name) => names.indexOf(name)),
    };
  };
  const labels = many(fc.integer({ min: 0, max: 4 })).map((some) => {
    // every class occurs
    const y = some.map((label, i) => (i < 5 ? i : label));
    const codes: Code[] = ["u1", "i1", "u2", "i4", "u8", "i8", "f4", "f8"];
    return { write: numbers(y, codes), target: { kind: "class", classes: 5 }, y };
  });
  const shifted = many(fc.constantFrom(7, 20, 300)).map((y) => ({
    write: numbers(y, ["u2", "i4", "i8", "f4", "f8"]),
    ...named(y.map(String)),
  }));
  const signs = many(fc.constantFrom(-1, 1)).map((some) => {
    const y = some.map((value, i) => (i < 2 ? 2 * i - 1 : value));
    return { write: numbers(y, ["i1", "i4", "i8", "f8"]), ...named(y.map(String)) };
  });
  const bools = many(whole(1, false)).map((y) => ({
    write: numbers(y, ["b1"]),
    target: { kind: "class", classes: 2 },
    y,
  }));
  const texts = many(fc.constantFrom("cat", "dog", "ä", "𝄞", "007", "7", " ")).map((all) => ({
    write: [true, false].map((unicode) => (form: NpyForm) => writeTexts([rows], all, unicode, form)),
    ...named(all),
  }));
  const quantities = many(fc.float({ min: 1, max: 1000, noNaN: true })).map((some) => {
    const y = some.map((value, i) => (i === 0 ? 0.5 : value));
    return { write: numbers(y, ["f4", "f8"]), target: { kind: "values", size: 1 }, y };
  });
  const counts = fc
    .uniqueArray(fc.integer({ min: 0, max: 2 ** 24 + 1000 }), { minLength: rows, maxLength: rows })
    .map((some) => {
      const y = some.map((value, i) => (i === 0 ? value + 1000 : value));
      return { write: numbers(y, ["i4", "i8", "f8"]), target: { kind: "values", size: 1 }, y };
    });
  const hot = many(fc.integer({ min: 0, max: 2 })).map((y) => {
    const cells = y.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0)));
    const codes: Code[] = ["b1", "u1", "i4", "f4", "f8"];
    return {
      write: codes.map((code) => (form: NpyForm) => writeNpy(code, [rows, 3], cells, form)),
      target: { kind: "class", classes: 3 },
      y,
    };
  });
  return fc.oneof(labels, shifted, signs, bools, texts, quantities, counts, hot);
}

const LAYOUTS: [string, string][] = [
  ["x", "y"],
  ["X", "Y"],
  ["X_train", "y_train"],
  ["train-images", "train-labels"],
  ["data", "target"],
  ["arr_0", "arr_1"],
];
const zipForms: fc.Arbitrary<ZipForm> = fc.record({
  deflate: fc.boolean(),
  descriptor: fc.boolean(),
  wide: fc.boolean(),
  before: fc.constantFrom(0, 3),
});

test("a .npz archive: the same values whatever type, form and names it has them in", () => {
  const ROWS = 12;
  const seen = new Map<string, number>();
  const one = fc.tuple(
    knownInputs(ROWS),
    knownTargets(ROWS),
    fc.tuple(forms, forms, fc.nat(), fc.nat()),
    fc.constantFrom(...LAYOUTS),
    zipForms,
    fc.boolean(),
  );
  fc.assert(
    fc.property(one, ([inputs, targets, [formX, formY, pickX, pickY], [nameX, nameY], zipForm, extra]) => {
      const code = inputs.codes[pickX % inputs.codes.length]!;
      const values = code === "f2" ? inputs.x.map((bit) => (bit ? 0x3c00 : 0)) : inputs.x;
      const whole64 = code === "u8" || code === "i8";
      const content = writeNpy(code, [ROWS, ...inputs.shape], whole64 ? values.map(BigInt) : values, formX);
      const bytes = writeZip(
        [
          ...(extra
            ? [{ name: "info.npy", content: withHeader("|O", [], Uint8Array.of(0x80, 4, 0x2e)) }]
            : []),
          { name: `${nameX}.npy`, content },
          { name: `${nameY}.npy`, content: targets.write[pickY % targets.write.length]!(formY) },
        ],
        zipForm,
      );
      const { train, notes } = npzSplit(bytes, "a.npz");
      const expected = expectedInputs(inputs.x, inputs.shape);
      expect([train.inputType, train.inputScale]).toEqual(
        expected.bytes ? ["uint8", 1 / 255] : ["float32", 1],
      );
      expect(train.inputShape).toEqual(inputs.shape.length === 2 ? [...inputs.shape, 1] : inputs.shape);
      const { x, y } = contents(train);
      expect(x).toHaveLength(expected.values.length);
      const off = x.findIndex((value, i) => !(Math.abs(value - expected.values[i]!) <= 1e-5));
      expect([off, x[off], expected.values[off]]).toEqual([-1, undefined, undefined]);
      if (expected.bytes) expect(x).toEqual(expected.values);
      expect(train.target).toEqual(targets.target);
      expect(y).toEqual(targets.y.map(Math.fround));
      const large = targets.y.some((value) => value > 2 ** 24 && Math.fround(value) !== value);
      expect(notes.some((note) => note.includes("beyond 2^24"))).toBe(large);
      const kind = `${expected.bytes ? "bytes" : "floats"}, ${(targets.target as { kind: string }).kind}`;
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }),
    { numRuns: 2500 },
  );
  expect([...seen.keys()].sort()).toEqual([
    "bytes, class",
    "bytes, values",
    "floats, class",
    "floats, values",
  ]);
  for (const count of seen.values()) expect(count).toBeGreaterThan(100);
});
