import { NablaError } from "../errors.ts";
import { demandBytes } from "../fields/expected.ts";
import { attempt } from "../host.ts";
import { isBytes } from "../tags.ts";

/** Whether these bytes begin as gzip does; the name of a file says nothing about it. */
export function isGzip(bytes: Uint8Array): boolean {
  return isBytes(bytes) && bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** No data set we read is larger; a small file that unpacks without end is stopped here. */
export const MAX_UNPACKED = 2 ** 31;

/** As much as this is handed to the platform in one go. */
const PIECE = 1 << 16;

/**
 * Unpacks gzip with the platform's own DecompressionStream, piece by piece; bytes that are not gzip come back as they are. Time is in
 * proportion to what comes out. So is memory: that much and an eighth for a file as gzip writes it, twice as much for one of several members.
 *
 * @param limit bytes that it may unpack to; default 2 GiB
 * @param otherwise ends the error where it is more: how to allow it
 * @throws NablaError naming `name` when the data is broken or cut short, or unpacks to more than `limit`
 */
export async function gunzip(
  bytes: Uint8Array,
  name = "data",
  limit = MAX_UNPACKED,
  otherwise = "; where there is memory for more, pass a larger limit",
): Promise<Uint8Array> {
  demandBytes("gunzip", bytes);
  if (!isGzip(bytes)) return bytes;
  const out = new Gathered(statedSize(bytes), name);
  try {
    const reader = piecesOf(bytes, name);
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (out.length + read.value.length > limit) {
        await reader.cancel();
        throw new NablaError(`${name}: unpacks to more than ${limit} bytes${otherwise}`);
      }
      out.add(read.value);
    }
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw new NablaError(
      `${name}: broken gzip data (${bytes.length} bytes, ${out.length} unpacked before the error); fetch the file again`,
      { cause },
    );
  }
  return out.whole();
}

/**
 * The first bytes of what is packed, from the beginning of a gzip file.
 *
 * @returns as many as wanted, or all there are; undefined where fewer come of this beginning, or it is broken
 */
export async function gunzipStart(bytes: Uint8Array, wanted: number): Promise<Uint8Array | undefined> {
  const out = new Gathered(0, "");
  const reader = piecesOf(bytes, "data");
  try {
    let done = false;
    while (!done && out.length < wanted) {
      const read = await reader.read();
      done = read.done;
      if (read.value) out.add(read.value);
    }
    if (!done) await reader.cancel();
    return out.whole().subarray(0, wanted);
  } catch {
    return out.length < wanted ? undefined : out.whole().subarray(0, wanted);
  }
}

/**
 * What streams unpack with.
 *
 * @throws NablaError where the host has none
 */
export function unpacker(format: "gzip" | "deflate", name: string): DecompressionStream {
  const unpacks = attempt(() => new DecompressionStream(format));
  if (unpacks) return unpacks;
  throw new NablaError(
    `${name}: this host has no DecompressionStream, which unpacks ${format}; hand in what is unpacked already, or make DecompressionStream global (in Jest: from node:stream/web, in a file of setupFiles)`,
  );
}

function piecesOf(bytes: Uint8Array, name: string): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  const unpacks = unpacker("gzip", name);
  let at = 0;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      // a copy: what is handed on may be taken away
      if (at < bytes.length) controller.enqueue(Uint8Array.from(bytes.subarray(at, at + PIECE)));
      else controller.close();
      at += PIECE;
    },
  });
  return pieces.pipeThrough(unpacks).getReader();
}

/** What the last four bytes say of the last member's size. Not to be believed. */
const statedSize = ({ buffer, byteOffset, length }: Uint8Array): number =>
  length < 4 ? 0 : new DataView(buffer, byteOffset + length - 4).getUint32(0, true);

/** Pieces, and what they are together: from the time on when so much is there that a stated size may be true, in one place. */
class Gathered {
  length = 0;
  #parts: Uint8Array[] = [];
  #all: Uint8Array | undefined;
  readonly #stated: number;
  readonly #name: string;

  constructor(stated: number, name: string) {
    this.#stated = stated;
    this.#name = name;
  }

  add(part: Uint8Array): void {
    const end = this.length + part.length;
    if (!this.#all && end * 8 >= this.#stated && end <= this.#stated) {
      this.#all = this.#joined(this.#stated);
      this.#parts = [];
    }
    if (this.#all && end <= this.#all.length) this.#all.set(part, this.length);
    else {
      // it was not true
      if (this.#all) this.#parts = [this.#all.subarray(0, this.length)];
      this.#all = undefined;
      this.#parts.push(part);
    }
    this.length = end;
  }

  whole(): Uint8Array {
    return this.#all?.length === this.length ? this.#all : this.#joined(this.length);
  }

  #joined(size: number): Uint8Array {
    const all = allocated(size, this.#name);
    let at = 0;
    for (const part of this.#all ? [this.#all.subarray(0, this.length)] : this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

/** @throws NablaError where there is no memory for so many bytes */
function allocated(size: number, name: string): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new NablaError(`${name}: there is no memory for the ${size} bytes it unpacks to`, { cause });
  }
}
