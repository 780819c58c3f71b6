/** The element types of NumPy's arrays: what is read, and why others are not. */
import type { TypedArray } from "../arrays.ts";

/** Types of numbers, by their names in NumPy. */
export type NumberType = "bool" | `${"int" | "uint"}${8 | 16 | 32 | 64}` | "float16" | "float32" | "float64";

/** How elements of numbers become a typed array. */
export interface NumberElement {
  readonly type: NumberType;
  readonly bytes: number;
  /** The numbers in bytes of this machine's order, which it may keep. @returns the position of the first that cannot be held */
  read(buffer: ArrayBuffer, n: number): { data: TypedArray; bad?: number };
}
/** Characters of a fixed number. */
export interface TextElement {
  readonly type: "text";
  readonly bytes: number;
  /** Code points of four bytes each, or bytes. */
  readonly unicode: boolean;
}

const view = (type: NumberType, bytes: number, make: (buffer: ArrayBuffer) => TypedArray): NumberElement => ({
  type,
  bytes,
  read: (buffer) => ({ data: make(buffer) }),
});

const NUMBERS: Readonly<Record<string, NumberElement>> = {
  b1: {
    type: "bool",
    bytes: 1,
    read: (buffer) => ({ data: new Uint8Array(buffer).map((byte) => (byte ? 1 : 0)) }),
  },
  u1: view("uint8", 1, (buffer) => new Uint8Array(buffer)),
  i1: view("int8", 1, (buffer) => new Int8Array(buffer)),
  u2: view("uint16", 2, (buffer) => new Uint16Array(buffer)),
  i2: view("int16", 2, (buffer) => new Int16Array(buffer)),
  u4: view("uint32", 4, (buffer) => new Uint32Array(buffer)),
  i4: view("int32", 4, (buffer) => new Int32Array(buffer)),
  u8: { type: "uint64", bytes: 8, read: (buffer, n) => wide(new Uint32Array(buffer), buffer, n) },
  i8: { type: "int64", bytes: 8, read: (buffer, n) => wide(new Int32Array(buffer), buffer, n) },
  f2: {
    type: "float16",
    bytes: 2,
    read: (buffer) => ({ data: Float32Array.from(new Uint16Array(buffer), halfToNumber) }),
  },
  f4: view("float32", 4, (buffer) => new Float32Array(buffer)),
  f8: view("float64", 8, (buffer) => new Float64Array(buffer)),
};

/** Codes of the types that hold numbers. */
export const NUMBER_CODES: readonly string[] = Object.keys(NUMBERS);

/** Integers of 64 bits as doubles, which hold all up to 2^53. @param high the same bytes; its odd elements say the sign */
function wide(
  high: Int32Array | Uint32Array,
  buffer: ArrayBuffer,
  n: number,
): { data: TypedArray; bad?: number } {
  const low = new Uint32Array(buffer);
  const data = new Float64Array(n);
  const most = 2 ** 21;
  for (let i = 0; i < n; i++) {
    const [above, below] = [high[2 * i + 1]!, low[2 * i]!];
    if (above >= most ? above > most || below > 0 : above < -most) return { data, bad: i };
    data[i] = above * 2 ** 32 + below;
  }
  return { data };
}

/** 2⁻²⁴, the smallest float16. */
const SMALLEST = 1 / 2 ** 24;

/** A float16 by its bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * SMALLEST;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  // (1 + fraction / 1024) · 2^(exponent − 15), in whole numbers of 2⁻²⁴
  return sign * (1024 + fraction) * (1 << (exponent - 1)) * SMALLEST;
}

/** Other types by their letter: what they are, and what to store instead. */
const REFUSED: Readonly<Record<string, string>> = {
  c: 'complex numbers; store their real and imaginary parts, or .astype("float32") after abs()',
  O: 'Python objects, which only Python can read; store numbers with .astype("float32"), text with .astype(str)',
  M: 'dates; store them as numbers with .astype("int64")',
  m: 'spans of time; store them as numbers with .astype("int64")',
  V: "raw bytes or a structured array; store each of its fields as an array of its own",
  f: 'wider floats than float64; convert with .astype("float64")',
  T: "text of any length; convert with .astype(str)",
};

const CODE = /^([<>|=]?)([A-Za-z?])(\d{0,9})(\[[^\]]*\])?$/;

export type Element = { element: NumberElement | TextElement; big: boolean } | { refused: string };

/** What a descr of a header means; for what is not read, in words. */
export function elementOf(descr: unknown): Element {
  if (typeof descr !== "string") return { refused: `a structured array; ${REFUSED.V!.split("; ")[1]}` };
  const [, order, letter = "", digits = ""] = CODE.exec(descr) ?? [];
  const big = order === ">";
  const code = letter === "?" ? "b1" : letter + digits;
  if (Object.hasOwn(NUMBERS, code)) return { element: NUMBERS[code]!, big };
  const wide = letter === "U";
  if (wide || letter === "S" || letter === "a")
    return {
      element: { type: "text", bytes: Number(digits || 0) * (wide ? 4 : 1), unicode: wide },
      big,
    };
  return {
    refused:
      REFUSED[letter] ?? `not a type that is known; expected one of ${NUMBER_CODES.join(", ")}, or U or S`,
  };
}

const LITTLE = /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint16Array.of(1).buffer)[0] === 1;

/** The bytes of elements in a buffer of their own, in this machine's order. @param bytes of one element */
export function ownOrder(values: Uint8Array, bytes: number, big: boolean): ArrayBuffer {
  // slice() of a Buffer is a view
  const own = new Uint8Array(values);
  if (bytes > 1 && big === LITTLE) {
    for (let at = 0; at < own.length; at += bytes) {
      for (let low = at, high = at + bytes - 1; low < high; low++, high--) {
        const byte = own[low]!;
        own[low] = own[high]!;
        own[high] = byte;
      }
    }
  }
  return own.buffer as ArrayBuffer;
}
