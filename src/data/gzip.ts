import { NablaError } from "../errors.ts";

/** Whether these bytes begin as gzip does; the name of a file says nothing about it. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** No data set we read is larger; a small file that unpacks without end is stopped here. */
export const MAX_UNPACKED = 2 ** 31;

/**
 * Unpacks gzip with the platform's own DecompressionStream; bytes that are not gzip come back as they are.
 * Throws a NablaError naming `name` when the data is broken or cut short, or unpacks to more than `limit` bytes (default 2 GiB).
 */
export async function gunzip(bytes: Uint8Array, name = "data", limit = MAX_UNPACKED): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
      .stream()
      .pipeThrough(new DecompressionStream("gzip"));
    const reader = stream.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value);
      length += read.value.length;
      if (length > limit) {
        await reader.cancel();
        throw new NablaError(`${name}: unpacks to more than ${limit} bytes`);
      }
    }
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    throw new NablaError(
      `${name}: broken gzip data (${bytes.length} bytes, ${length} unpacked before the error); fetch the file again`,
      { cause },
    );
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
