/**
 * The digest that exported models carry at their end, and the check of it: SHA-256 of everything before it.
 *
 *     model.wasm   … | 0 · length · "nabla.sha256" · 32 bytes          a custom section, the last one
 *     model.js     … | // nabla.sha256 64 hexadecimal digits ⏎         the last line
 *
 * Both have one form only, so every bit of a file is either in what the digest is of, in the digest, or in what has to stand around it.
 */
import { sha256Hex } from "../checkpoint/sha256.ts";
import { NablaError } from "../errors.ts";
import { toUtf8 } from "../host.ts";
import { asBytes, isA, isBytes } from "../tags.ts";
import { concat, name, u32 } from "./wasm/bytes.ts";
import type { Data } from "./wasm/strip.ts";

const SECTION = "nabla.sha256";
const DIGEST_BYTES = 32;
const named = name(SECTION);
/** What stands before the digest of a module: a custom section's number, how long it is, its name. */
const HEAD = concat([[0], u32(named.length + DIGEST_BYTES), named]);
/** What stands around the digest of a text. */
const [BEFORE, AFTER] = [toUtf8(`// ${SECTION} `), toUtf8("\n")];
const MAGIC = [0, 97, 115, 109];

/** A WebAssembly module with its digest as last section. */
export function sealWasm(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const digest = sha256Hex(module)
    .match(/../g)!
    .map((two) => Number.parseInt(two, 16));
  return concat([module, HEAD, digest]);
}

/** A text with its digest as last line. @param text ends with a line break */
export const sealText = (text: string): string => `${text}// ${SECTION} ${sha256Hex(toUtf8(text))}\n`;

const PRIME = 16777619;
const WINDOW = 1 << 20;

/**
 * Where all data ends, and its sum, which the module compares when it starts: the twin of check() in assembly/standalone.
 *
 * @param model the number it begins with
 */
export function sumOf(data: readonly Data[], model: number): { END: number; SUM: number } {
  const end = data.reduce((last, { offset, bytes }) => Math.max(last, offset + bytes.length), 0);
  const END = Math.ceil(end / 4) * 4;
  const view = new DataView(new ArrayBuffer(WINDOW));
  const window = new Uint8Array(view.buffer);
  let sum = model;
  // memory may be larger than what is to be had a second time
  for (let from = 0; from < END; from += WINDOW) {
    window.fill(0);
    for (const { offset, bytes } of data) {
      const [first, last] = [Math.max(offset, from), Math.min(offset + bytes.length, from + WINDOW)];
      if (first < last) window.set(bytes.subarray(first - offset, last - offset), first - from);
    }
    for (let at = 0; at < Math.min(WINDOW, END - from); at += 4)
      sum = Math.imul(sum ^ view.getInt32(at, true), PRIME);
  }
  return { END, SUM: sum };
}

/** What verifyExport() found to be whole. */
export interface VerifiedExport {
  readonly kind: "wasm" | "js";
  /** The digest the file carries, as 64 hexadecimal digits: of all that comes before it. */
  readonly sha256: string;
}

/**
 * Whether a file that exportWasm(), exportModule() or `nabla export` made is as it was made: any single flipped bit of it is found, its
 * code included, and so is all else that changes it.
 *
 * @param file its bytes, or the text of an ES module
 * @param name what errors call it
 * @throws NablaError for a file that has changed, and for one that has no digest, as those of earlier versions
 */
export function verifyExport(file: Uint8Array | ArrayBuffer | string, name = "export"): VerifiedExport {
  const bytes = bytesOf(file, name);
  const isWasm = MAGIC.every((byte, i) => bytes[i] === byte);
  const [before, after] = isWasm ? [HEAD, new Uint8Array(0)] : [BEFORE, AFTER];
  const size = isWasm ? DIGEST_BYTES : 2 * DIGEST_BYTES;
  const end = bytes.length - after.length;
  const at = end - size - before.length;
  if (at < 0 || !holds(bytes, at, before) || !holds(bytes, end, after))
    throw new NablaError(
      `${name}: expected a digest at its end, as .wasm, .js and .mjs files of nabla export have it, and found none: it is another file, has changed or been cut off since, or an earlier version made it; export the model again`,
    );
  const stated = bytes.subarray(end - size, end);
  const sha256 = isWasm
    ? Array.from(stated, (byte) => byte.toString(16).padStart(2, "0")).join("")
    : String.fromCharCode(...stated);
  const found = sha256Hex(bytes.subarray(0, at));
  if (found !== sha256)
    throw new NablaError(
      `${name}: damaged or changed since it was exported: expected the SHA-256 ${JSON.stringify(sha256)}, got ${found}; copy it again${isWasm ? "" : " (line endings and all)"} or export the model again`,
    );
  return { kind: isWasm ? "wasm" : "js", sha256 };
}

function bytesOf(file: unknown, name: string): Uint8Array {
  if (typeof file === "string") return toUtf8(file);
  if (isA("ArrayBuffer", file)) return new Uint8Array(file as ArrayBuffer);
  if (isBytes(file as Uint8Array)) return asBytes(file as Uint8Array);
  throw new NablaError(
    `${name}: expected the bytes of an exported model (Uint8Array or ArrayBuffer) or the text of an ES module, got ${file === null ? "null" : typeof file}`,
  );
}

const holds = (bytes: Uint8Array, at: number, part: Uint8Array): boolean =>
  part.every((byte, i) => bytes[at + i] === byte);
