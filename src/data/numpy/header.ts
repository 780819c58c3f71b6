/** The header of a `.npy` file: a dictionary in Python's notation, as Python 2 and 3 write it. */

import { NablaError } from "../../errors.ts";
import { demandBytes } from "../../fields/expected.ts";
import { anyText, byLetters } from "../../host.ts";
import { isA } from "../../tags.ts";

export interface NpyHeader {
  /** `<f4`, or a list of fields. */
  readonly descr: unknown;
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin. */
  readonly from: number;
}

/** Types of many fields have long headers; beyond this it is none. */
const MOST = 1 << 20;
/** As NumPy. */
const MOST_DIMENSIONS = 64;
const DEPTH = 32;

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** Whether bytes begin as a `.npy` file does. */
const isNpy = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/**
 * The header of a file of format 1, 2 or 3.
 *
 * @param bytes the file, or as much of its beginning as there is
 * @throws NablaError naming `name`, for any other beginning
 */
export function parseNpyHeader(bytes: Uint8Array, name: string): NpyHeader {
  demandBytes(name ?? "parseNpy", bytes);
  const version = bytes[6] ?? 0;
  if (!isNpy(bytes) || version < 1 || version > 3) {
    throw new NablaError(
      `${name}: not a .npy file: expected it to begin with \\x93NUMPY and a version from 1 to 3`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const length =
    bytes.length < start ? Infinity : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length)
    throw new NablaError(`${name}: truncated within its header (${bytes.length} bytes)`);
  if (length > MOST) throw new NablaError(`${name}: a header of ${length} bytes; expected at most ${MOST}`);
  // 3 differs from 2 in this alone: names of fields may be in any script
  const within = bytes.subarray(start, start + length);
  const text = (version === 3 ? anyText : byLetters)(within);
  const read = parseLiteral(text);
  const header = isA("Map", read) ? read : new Map<unknown, unknown>();
  const [descr, fortran, shape] = ["descr", "fortran_order", "shape"].map((key) => header.get(key));
  const sizes = shape instanceof Tuple && shape.items.every(isSize) ? (shape.items as number[]) : undefined;
  const typed = typeof descr === "string" || Array.isArray(descr) || descr instanceof Tuple;
  if (!typed || typeof fortran !== "boolean" || !sizes) {
    throw new NablaError(
      `${name}: expected a header with descr, fortran_order and shape, got ${shortened(text.trim())}`,
    );
  }
  if (sizes.length > MOST_DIMENSIONS)
    throw new NablaError(
      `${name}: ${sizes.length} dimensions; expected at most ${MOST_DIMENSIONS}, as in NumPy`,
    );
  return { descr, fortran, shape: sizes, from: start + length };
}

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const shortened = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)} …` : text);

/** ( … ), which may stand for one thing with brackets around it. */
class Tuple {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

// a long of Python 2 ends in L; its strings may have a letter before them
const TOKEN = /\s*(?:(\d{1,20})[lL]?|[uUbB]?'((?:[^'\\]|\\.)*)'|[uUbB]?"((?:[^"\\]|\\.)*)"|(\w+|[^\s\w]))/y;

/** Dictionaries become Maps, lists arrays. undefined where it is not such a text. */
function parseLiteral(text: string): unknown {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const found = pattern.exec(text);
    if (!found) return undefined;
    const [, digits, single, double, other] = found;
    tokens.push(
      other !== undefined
        ? { sign: other }
        : { value: digits === undefined ? (single ?? double)! : Number(digits) },
    );
  }
  const reader = { tokens, at: 0 };
  try {
    const value = readValue(reader, 0);
    return reader.at === tokens.length ? value : undefined;
  } catch (error) {
    if (error === NOT_PYTHON) return undefined;
    throw error;
  }
}

interface Token {
  sign?: string;
  value?: string | number;
}
interface Reader {
  tokens: Token[];
  at: number;
}
const NOT_PYTHON = new Error("not a literal");
const WORDS = new Map<string, unknown>([
  ["True", true],
  ["False", false],
  ["None", null],
]);

function readValue(reader: Reader, depth: number): unknown {
  const token = reader.tokens[reader.at++];
  if (!token || depth > DEPTH) throw NOT_PYTHON;
  if (token.value !== undefined) return token.value;
  const sign = token.sign!;
  if (WORDS.has(sign)) return WORDS.get(sign);
  if (sign === "(") return new Tuple(readItems(reader, ")", depth + 1));
  if (sign === "[") return readItems(reader, "]", depth + 1);
  if (sign === "{") {
    const entries = new Map<unknown, unknown>();
    readItems(reader, "}", depth + 1, (key) => {
      if (reader.tokens[reader.at++]?.sign !== ":") throw NOT_PYTHON;
      entries.set(key, readValue(reader, depth + 1));
    });
    return entries;
  }
  throw NOT_PYTHON;
}

function readItems(reader: Reader, end: string, depth: number, then?: (item: unknown) => void): unknown[] {
  const items: unknown[] = [];
  for (;;) {
    if (reader.tokens[reader.at]?.sign === end) break;
    const item = readValue(reader, depth);
    items.push(item);
    then?.(item);
    const next = reader.tokens[reader.at]?.sign;
    if (next === ",") reader.at++;
    else if (next !== end) throw NOT_PYTHON;
  }
  reader.at++;
  return items;
}

/** A descr as messages show it: its code, or the names of its fields. */
export function showDescr(descr: unknown): string {
  if (typeof descr === "string") return descr;
  const fields = descr instanceof Tuple ? descr.items : (descr as readonly unknown[]);
  const names = fields.map((field) => (field instanceof Tuple ? String(field.items[0]) : "…"));
  return `fields ${shortened(names.join(", "))}`;
}
