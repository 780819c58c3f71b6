/** What a file of weights begins with. */
import { KEY } from "../../checkpoint/document.ts";

export const ascii = (bytes: Uint8Array, from: number, n: number): string =>
  String.fromCharCode(...bytes.subarray(from, from + n));

export const isZip = (bytes: Uint8Array): boolean => ascii(bytes, 0, 4) === "PK\x03\x04";
/** torch.save() before PyTorch 1.6: a pickle of a magic number, and more pickles. */
export const isOld = (bytes: Uint8Array): boolean =>
  ascii(bytes, 0, 15) === "\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.";
const isSafetensors = (bytes: Uint8Array): boolean =>
  bytes.length > 8 && bytes[8] === 0x7b && (bytes[7] ?? 1) === 0;

/** Whether a file holds weights of PyTorch's, and no model. */
export const isStateDict = (bytes: Uint8Array): boolean =>
  isOld(bytes) ||
  (isZip(bytes) &&
    /^[^/]*\/(?:data\.pkl|\.data\/|\.format_version|version|byteorder|code\/)/.test(ascii(bytes, 30, 200))) ||
  (isSafetensors(bytes) && !ascii(bytes, 8, 400).includes(KEY));
