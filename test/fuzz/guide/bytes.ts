/** Changes of bytes that find what readers have not thought of. */
import type { Random } from "./random.ts";

/** No input becomes longer. */
export const LONGEST = 1 << 16;

const EDGES = [
  0,
  1,
  2,
  3,
  7,
  8,
  127,
  128,
  255,
  256,
  4096,
  32767,
  32768,
  65535,
  65536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
];
const DIGITS = [
  "0",
  "1",
  "-1",
  "7",
  "255",
  "256",
  "65536",
  "2147483647",
  "2147483648",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740993",
  "1e9",
  "1e308",
  "1e999",
  "-0",
  "0.1",
  "1e-320",
  "NaN",
  "99999999999999999999999",
];
/** What texts break at, wherever they are texts. */
const WORDS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "\u0000",
  "\u001b[31m",
  "\u001b]0;x\u0007",
  "\ufeff",
  "\u202e",
  "\ud800",
  "../",
  "/etc/passwd",
  "\r\n",
  "\n",
  "\t",
  '"',
  "'",
  "\\",
  "{",
  "}",
  "[",
  "]",
  "null",
  "true",
  "<script>",
  "%00",
  "é",
  "🙂",
].map((word) => new TextEncoder().encode(word));

type Change = (bytes: Uint8Array, random: Random, given: Given) => Uint8Array;

/** What a change may take from. */
export interface Given {
  /** Another input. */
  readonly other: Uint8Array;
  readonly words: readonly Uint8Array[];
}

export const spliced = (bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array => {
  const out = new Uint8Array(from + middle.length + bytes.length - to);
  out.set(bytes.subarray(0, from));
  out.set(middle, from);
  out.set(bytes.subarray(to), from + middle.length);
  return out;
};

/** Short ranges are more frequent: files are made of small fields. */
function range(bytes: Uint8Array, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  const most = random.chance(0.7) ? 16 : bytes.length;
  return [from, Math.min(bytes.length, from + random.below(most) + 1)];
}

/** A number of 1, 2, 4 or 8 bytes in place, of either order of bytes. */
function number(bytes: Uint8Array, random: Random, change: (value: number) => number): Uint8Array {
  const size = random.pick([1, 2, 4, 4, 8]);
  if (bytes.length < size) return bytes;
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  const at = random.below(out.length - size + 1);
  const little = random.chance(0.5);
  if (size === 1) out[at] = change(out[at]!);
  else if (size === 2) view.setUint16(at, change(view.getUint16(at, little)), little);
  else if (size === 4) view.setUint32(at, change(view.getUint32(at, little)), little);
  else
    view.setBigUint64(
      at,
      BigInt.asUintN(64, BigInt(Math.trunc(change(Number(view.getBigUint64(at, little)))))),
      little,
    );
  return out;
}

const CHANGES: readonly Change[] = [
  function flipped(bytes, random) {
    if (bytes.length === 0) return bytes;
    const out = bytes.slice();
    out[random.below(out.length)]! ^= 1 << random.below(8);
    return out;
  },
  function replaced(bytes, random) {
    if (bytes.length === 0) return bytes;
    const out = bytes.slice();
    out[random.below(out.length)] = random.below(256);
    return out;
  },
  (bytes, random) => number(bytes, random, (value) => value + random.below(71) - 35),
  (bytes, random) => number(bytes, random, () => random.pick(EDGES)),
  (bytes, random) => number(bytes, random, (value) => value * 2 ** random.below(16)),
  // lengths that lie by a little
  (bytes, random) => number(bytes, random, () => bytes.length + random.below(9) - 4),
  function removed(bytes, random) {
    const [from, to] = range(bytes, random);
    return spliced(bytes, from, to, new Uint8Array(0));
  },
  function cutShort(bytes, random) {
    return bytes.slice(0, random.below(bytes.length + 1));
  },
  function doubled(bytes, random) {
    const [from, to] = range(bytes, random);
    return spliced(bytes, to, to, bytes.slice(from, to));
  },
  function moved(bytes, random) {
    const [from, to] = range(bytes, random);
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, bytes.slice(from, to));
  },
  function copiedOver(bytes, random) {
    const [from, to] = range(bytes, random);
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, Math.min(bytes.length, at + to - from), bytes.slice(from, to));
  },
  /** Costs that grow faster than the input show themselves. */
  function repeated(bytes, random) {
    const [from, to] = range(bytes, random);
    const piece = bytes.subarray(from, to);
    if (piece.length === 0) return bytes;
    const times = Math.min(
      1 + random.below(2 ** (1 + random.below(14))),
      Math.ceil((LONGEST - bytes.length) / piece.length),
    );
    if (times <= 0) return bytes;
    const out = new Uint8Array(times * piece.length);
    for (let i = 0; i < times; i++) out.set(piece, i * piece.length);
    return spliced(bytes, to, to, out);
  },
  function inserted(bytes, random) {
    const some = Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256));
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, some);
  },
  function wordInserted(bytes, random, { words }) {
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, at, random.pick(random.chance(0.7) && words.length > 0 ? words : WORDS));
  },
  function wordOver(bytes, random, { words }) {
    const word = random.pick(random.chance(0.7) && words.length > 0 ? words : WORDS);
    const at = random.below(bytes.length + 1);
    return spliced(bytes, at, Math.min(bytes.length, at + word.length), word);
  },
  /** A number that is written with digits. */
  function digits(bytes, random) {
    let from = random.below(bytes.length + 1);
    const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39;
    while (from < bytes.length && !isDigit(bytes[from])) from++;
    if (from === bytes.length) return bytes;
    let to = from;
    while (isDigit(bytes[to])) to++;
    return spliced(bytes, from, to, new TextEncoder().encode(random.pick(DIGITS)));
  },
  /** The beginning of this one and the end of another. */
  function crossed(bytes, random, { other }) {
    return spliced(
      bytes,
      random.below(bytes.length + 1),
      bytes.length,
      other.subarray(random.below(other.length + 1)),
    );
  },
  function implanted(bytes, random, { other }) {
    const [from, to] = range(other, random);
    const at = random.below(bytes.length + 1);
    return spliced(
      bytes,
      at,
      random.chance(0.5) ? at : Math.min(bytes.length, at + to - from),
      other.subarray(from, to),
    );
  },
];

/** The bytes after one change, or several on top of each other. */
export function changed(bytes: Uint8Array, random: Random, given: Given): Uint8Array {
  let out = bytes;
  do out = random.pick(CHANGES)(out, random, given);
  while (random.chance(0.5));
  return out.length > LONGEST ? out.slice(0, LONGEST) : out;
}
