/** What kind of picture a file is, by its first bytes. */

/** What a file is called, where in it, and what stands there. */
const BEGINNINGS: readonly [what: string, at: number, text: string][] = [
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["jpeg", 0, "\xff\xd8\xff"],
  ["a GIF image", 0, "GIF8"],
  ["a WebP image", 8, "WEBP"],
  ["a BMP image", 0, "BM"],
  ["a TIFF image", 0, "II*\0"],
  ["a TIFF image", 0, "MM\0*"],
  ["an AVIF image", 4, "ftypavif"],
  ["a HEIC image", 4, "ftyphei"],
  ["a HEIC image", 4, "ftypmif1"],
  ["a JPEG 2000 image", 4, "jP  "],
  ["a JPEG XL image", 4, "JXL "],
  ["a JPEG XL image", 0, "\xff\x0a"],
  ["a Photoshop document", 0, "8BPS"],
  ["a PDF document", 0, "%PDF"],
  ["a PNG that was damaged by a transfer as text", 0, "\x89PNG"],
  ["an SVG drawing", 0, "<svg"],
  ["an SVG drawing or another XML file", 0, "<?xml"],
];

/** "png", "jpeg", or what else a file's first bytes look like ("a WebP image"); undefined for anything unknown. */
export function imageKindOf(bytes: Uint8Array): string | undefined {
  const latin = String.fromCharCode(...bytes.subarray(0, 16));
  return BEGINNINGS.find(([, at, text]) => latin.startsWith(text, at))?.[0];
}
