/** EXIF: a TIFF directory of tags, in which cameras say how the picture was held. */

/** SHORT, LONG and their signed forms: writers use all of them. */
const SHORTS = [3, 8];
const LONGS = [4, 9];
const ORIENTATION = 0x112;

/**
 * The orientation, 1 to 8, in the bytes of a TIFF structure, with or without `Exif\0\0` before it; 1 for anything amiss: the picture
 * is good without it.
 */
export function exifOrientation(bytes: Uint8Array): number {
  const prefixed = String.fromCharCode(...bytes.subarray(0, 6)) === "Exif\0\0";
  const tiff = prefixed ? bytes.subarray(6) : bytes;
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const type = view.getUint16(at + 2, little);
    const value = SHORTS.includes(type)
      ? view.getUint16(at + 8, little)
      : LONGS.includes(type)
        ? view.getUint32(at + 8, little)
        : 1;
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
