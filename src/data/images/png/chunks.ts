/** PNG files are a row of chunks: length, type, data, and a checksum of type and data. */
import { NablaError } from "../../../errors.ts";

const SIGNATURE = 8;

export interface PngChunk {
  type: string;
  /** Where it begins in the file. */
  at: number;
  /** The chunk as a whole, with length, type and checksum. */
  bytes: Uint8Array;
  data: Uint8Array;
}

/** The chunks that `bytes` holds whole, one after the other. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = SIGNATURE; at + 12 <= bytes.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    yield { type, at, bytes: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) };
    at = end;
  }
}

/** Chunks that decide what pixels are, or how they are shown. Others may be damaged and change nothing. */
const NEEDED = ["IHDR", "PLTE", "tRNS", "eXIf", "IDAT", "IEND"];

/**
 * The chunks of a whole file that a decoder needs, their checksums checked.
 *
 * @throws NablaError without the file's name: for a file that ends before IEND, a wrong checksum, a chunk that must be
 * understood and is not
 */
export function neededChunks(bytes: Uint8Array): PngChunk[] {
  const chunks: PngChunk[] = [];
  let end = SIGNATURE;
  for (const chunk of pngChunks(bytes)) {
    const { type, at } = chunk;
    if (!isType(type)) break;
    end = at + chunk.bytes.length;
    if (!NEEDED.includes(type)) {
      // by the case of its first letter a chunk says whether a picture can be shown without it
      if (type < "a")
        throw new NablaError(
          `PNG with a ${type} chunk (at byte ${at}), which is not known and without which its pixels cannot be told; save it as plain PNG`,
        );
      continue;
    }
    if (!matchesChecksum(chunk.bytes))
      throw new NablaError(
        `damaged PNG: the checksum of its ${type} chunk (at byte ${at}) is wrong; copy or download the file again`,
      );
    chunks.push(chunk);
    if (type === "IEND") return chunks;
  }
  const begun = String.fromCharCode(...bytes.subarray(end + 4, end + 8));
  throw new NablaError(
    begun.length < 4 || isType(begun)
      ? `truncated PNG: it ends (at ${bytes.length} bytes) before its picture does; copy or download the file again`
      : `damaged PNG: no chunk begins at byte ${end}; copy or download the file again`,
  );
}

const isType = (type: string): boolean => /^[A-Za-z]{4}$/.test(type);

/** The CRC-32 of type and data. */
function matchesChecksum(chunk: Uint8Array): boolean {
  const end = chunk.length - 4;
  let crc = -1;
  for (let i = 4; i < end; i++) crc = CRC[(crc ^ chunk[i]!) & 255]! ^ (crc >>> 8);
  return ~crc === new DataView(chunk.buffer, chunk.byteOffset + end).getInt32(0);
}

const CRC = /* @__PURE__ */ Int32Array.from({ length: 256 }, (_, n) => {
  let crc = n;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
