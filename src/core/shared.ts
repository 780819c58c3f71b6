/**
 * A core whose memory several threads share. It is the one there is, function by function, with its memory imported instead of its own:
 * so a package needs no further build, and bits are the same because the code is. Only the sections that say where memory comes from
 * are written anew (WebAssembly core specification 2.0, 5.5; shared limits: the threads proposal).
 */
import { toUtf8 } from "../host.ts";

/** Pages of 64 KiB: all that 32-bit addresses reach. */
export const MOST_PAGES = 65536;
const HEADER = 8;
const TYPES = 1;
const MEMORIES = 5;

/** The number at `at`, and where the next byte is. */
function read(bytes: Uint8Array, at: number): [value: number, next: number] {
  let value = 0;
  for (let unit = 1; ; unit *= 128) {
    const byte = bytes[at++];
    value += (byte & 127) * unit;
    if (byte < 128) return [value, at];
  }
}

function written(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

export interface SharedCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of 64 KiB: what its memory has at least. */
  readonly pages: number;
}

/**
 * @param bytes a core that has a memory of its own and imports nothing
 * @returns one that imports "env" "memory", which is shared
 */
export function withSharedMemory(bytes: Uint8Array): SharedCode {
  const pieces: Uint8Array[] = [bytes.subarray(0, HEADER)];
  let imports = 0;
  let pages = 0;
  for (let at = HEADER; at < bytes.length; ) {
    const id = bytes[at];
    const [size, from] = read(bytes, at + 1);
    if (id === MEMORIES) [pages] = read(bytes, from + 2);
    else pieces.push(bytes.subarray(at, from + size));
    // they follow the types
    if (id === TYPES) imports = pieces.length;
    at = from + size;
  }
  const text = (name: string) => [name.length, ...toUtf8(name)];
  // one import, a memory with limits (2), shared with a maximum (3)
  const one = [1, ...text("env"), ...text("memory"), 2, 3, ...written(pages), ...written(MOST_PAGES)];
  pieces.splice(imports, 0, Uint8Array.from([2, ...written(one.length), ...one]));
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const piece of pieces) {
    whole.set(piece, to);
    to += piece.length;
  }
  return { bytes: whole, pages };
}
