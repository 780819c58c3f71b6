/** JPEG files are segments: a marker (FF and a code), most of them with a length and data. */

const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DQT = 0xdb;
export const DHT = 0xc4;
export const DRI = 0xdd;
const TEM = 0x01;
const RST0 = 0xd0;
/** Codes below are reserved: no writer uses them, so they are no markers but bytes that happen to be there. */
const FIRST = 0xc0;

export interface Marker {
  readonly code: number;
  /** Where its FF is. */
  readonly at: number;
}

/**
 * The first marker at `from` or behind it. What is between is passed over, as every decoder does: cameras and editors leave
 * bytes there. undefined when `bytes` ends before.
 */
export function nextMarker(bytes: Uint8Array, from: number): Marker | undefined {
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    const code = bytes[at + 1]!;
    if (code >= FIRST && code < 0xff) return { code, at };
  }
  return undefined;
}

const isRestart = (code: number): boolean => code >= RST0 && code < RST0 + 8;

/** Whether a marker stands alone, without length and data. */
export const isBare = (code: number): boolean =>
  code === SOI || code === EOI || code === TEM || isRestart(code);

/** The data of the segment that begins at a marker: undefined when `bytes` ends before it does; `length` 0 or 1 cannot be. */
export function segmentAt(bytes: Uint8Array, at: number): { data: Uint8Array; length: number } | undefined {
  if (at + 4 > bytes.length) return undefined;
  const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const end = at + 2 + length;
  if (end > bytes.length) return undefined;
  return { data: bytes.subarray(at + 4, Math.max(at + 4, end)), length };
}
