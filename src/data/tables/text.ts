/** The bytes of a table to its text. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { attempt, fromUtf8 } from "../../host.ts";
import { lineEnds } from "./records.ts";

/** Byte order marks: UTF-16 is read where one says so. */
const MARKS = [
  { encoding: "utf-32", bytes: [0xff, 0xfe, 0, 0] },
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
] as const;

const markOf = (bytes: Uint8Array) => MARKS.find((mark) => mark.bytes.every((byte, i) => bytes[i] === byte));

/** Whether these first bytes may begin a text: no zero is among them, or a mark says UTF-16. */
export const isTableText = (head: Uint8Array): boolean =>
  markOf(head)?.encoding.startsWith("utf-16") === true || !head.includes(0);

export interface DecodedText {
  readonly text: string;
  /** What was noticed, in plain sentences. */
  readonly notes: readonly string[];
}

/**
 * @param encoding as TextDecoder calls it, "windows-1252" for example; default: UTF-16 where a mark says so, else UTF-8
 * @throws NablaError with the line, for bytes that are no such text
 */
export function decodeText(bytes: Uint8Array, name: string, encoding?: string): DecodedText {
  const mark = markOf(bytes);
  if (mark?.encoding === "utf-32")
    throw new NablaError(`${name}: expected text in UTF-8 or UTF-16, got UTF-32; save it as UTF-8`);
  const wanted = encoding ?? mark?.encoding ?? "utf-8";
  if (encoding === undefined && !mark && looksWide(bytes))
    throw new NablaError(
      `${name}: every other byte is 0, as in UTF-16 without a mark: --encoding utf-16le reads it so; or save it as UTF-8`,
    );
  const text = decode(bytes, wanted, name);
  const zero = text.indexOf("\0");
  if (zero >= 0)
    throw new NablaError(
      `${name}: line ${lineAt(text, zero)}: expected text, got a zero byte; the file is damaged, or no table`,
    );
  return { text, notes: wanted === "utf-8" ? [] : [`text in ${wanted.toUpperCase()}`] };
}

/** Pages that are simulated have none. */
const hasDecoder = (): boolean => attempt(() => new TextDecoder()) !== undefined;

function decode(bytes: Uint8Array, encoding: string, name: string): string {
  let decoder: { decode(bytes: Uint8Array): string };
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    if (hasDecoder())
      throw new NablaError(
        `--encoding: there is no ${show(encoding)}; expected utf-8, utf-16le, windows-1252, …`,
        { cause },
      );
    if (!/^utf-?8$/i.test(encoding))
      throw new NablaError(
        `${name}: this host has no TextDecoder, which reads text in ${encoding}; save it as UTF-8, or make TextDecoder global (in Jest: from node:util, in a file of setupFiles)`,
        { cause },
      );
    decoder = { decode: (all) => fromUtf8(all).replace(/^\ufeff/, "") };
  }
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    if (bytes.length > MOST)
      throw new NablaError(
        `${name}: ${bytes.length} bytes of text are more than are read at once; take a part of it`,
        {
          cause,
        },
      );
    const at = encoding === "utf-8" ? firstWrong(bytes) : -1;
    if (at < 0) throw new NablaError(`${name}: these bytes are no text in ${encoding}`, { cause });
    const byte = bytes[at]!.toString(16).toUpperCase();
    throw new NablaError(
      `${name}: line ${lineIn(bytes, at)}: expected text in UTF-8, got the byte 0x${byte}; save the file as UTF-8, or say what it is: --encoding windows-1252`,
      { cause },
    );
  }
}

/** No engine has longer strings. */
const MOST = 2 ** 29 - 24;

/** Bytes decoded at a time. */
const PIECE = 1 << 16;

/** How many of the last bytes begin a character that goes on behind them. */
function cutOff(bytes: Uint8Array, from: number, to: number): number {
  for (let n = 1; n <= Math.min(3, to - from); n++) {
    const byte = bytes[to - n]!;
    if ((byte & 0xc0) === 0x80) continue;
    return byte >= 0xc2 && byte < 0xf5 && n < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? n : 0;
  }
  return 0;
}

/** Where UTF-8 is broken: the piece that is not, and of that the longest beginning that is, found by halves. */
function firstWrong(bytes: Uint8Array): number {
  const fine = (from: number, to: number) => {
    try {
      // what is cut off in the middle of a character is not wrong yet
      fromUtf8(bytes.subarray(from, to - cutOff(bytes, from, to)));
      return true;
    } catch {
      return false;
    }
  };
  for (let from = 0; from < bytes.length; ) {
    let [low, high] = [from, Math.min(bytes.length, from + PIECE)];
    if (fine(from, high)) {
      if (high === bytes.length) break;
      // the next piece begins with a whole character
      while (high > from + 1 && (bytes[high]! & 0xc0) === 0x80) high--;
      from = high;
      continue;
    }
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (fine(from, middle)) low = middle;
      else high = middle - 1;
    }
    return low;
  }
  return bytes.length - 1;
}

/** ASCII in two bytes each. */
function looksWide(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 512);
  for (const odd of [0, 1]) {
    let zeros = 0;
    for (let i = odd; i < head.length; i += 2) if (head[i] === 0) zeros++;
    if (head.length >= 8 && zeros * 4 > head.length) return true;
  }
  return false;
}

const lineAt = (text: string, at: number): number => lineEnds(text, at) + 1;

function lineIn(bytes: Uint8Array, at: number): number {
  let line = 1;
  for (let i = 0; i < at; i++) if (bytes[i] === 10 || (bytes[i] === 13 && bytes[i + 1] !== 10)) line++;
  return line;
}
