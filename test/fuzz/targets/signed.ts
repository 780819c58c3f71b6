/** Safetensors files taken apart and put together again, with lengths and Nabla's checksum set right. */
import { createHash } from "node:crypto";
import { joined, utf8 } from "../files.ts";
import type { Layer } from "../guide/target.ts";

const CHECKSUM = "nabla.sha256";
export const DOCUMENT = "nabla.checkpoint";

export interface Parts {
  /** Its text: JSON. */
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
}

export function partsOf(bytes: Uint8Array): Parts | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) return undefined;
  return { header: bytes.subarray(8, 8 + length), payload: bytes.subarray(8 + length) };
}

/** The file of a header and a payload; where the header has a checksum, it is the right one. */
export function signed({ header, payload }: Parts): Uint8Array {
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  const bytes = joined([length, header, payload]);
  const key = Buffer.from(`"${CHECKSUM}":"`);
  const at = Buffer.from(bytes.buffer).indexOf(key);
  if (at < 0 || at + key.length + 64 > 8 + header.length) return bytes;
  const digits = bytes.subarray(at + key.length, at + key.length + 64);
  digits.fill(0x30);
  digits.set(utf8(createHash("sha256").update(bytes).digest("hex")));
  return bytes;
}

/** Everything, signed anew. */
export const whole: Layer = {
  open: (bytes) => ({
    inner: bytes,
    close(inner) {
      const parts = partsOf(inner);
      return parts ? signed(parts) : inner;
    },
  }),
};
export const header: Layer = {
  json: true,
  open(bytes) {
    const parts = partsOf(bytes);
    return parts && { inner: parts.header, close: (inner) => signed({ ...parts, header: inner }) };
  },
};
/** The document in the metadata: what a model is, and where its training stands. */
export const document: Layer = {
  json: true,
  open(bytes) {
    const parts = partsOf(bytes);
    if (!parts) return undefined;
    const read = JSON.parse(new TextDecoder().decode(parts.header)) as {
      __metadata__?: Record<string, string>;
    };
    const text = read.__metadata__?.[DOCUMENT];
    if (typeof text !== "string") return undefined;
    return {
      inner: utf8(text),
      close(inner) {
        const metadata = { ...read.__metadata__, [DOCUMENT]: new TextDecoder().decode(inner) };
        return signed({ ...parts, header: utf8(JSON.stringify({ ...read, __metadata__: metadata })) });
      },
    };
  },
};
export const payload: Layer = {
  open(bytes) {
    const parts = partsOf(bytes);
    return parts && { inner: parts.payload, close: (inner) => signed({ ...parts, payload: inner }) };
  },
};
