import { readFileSync } from "node:fs";
import { zlibSync } from "fflate";
import { crc32 } from "../../src/data/numpy/zip.ts";
import { decodeImage } from "../../src/node/images/decode.ts";
import { joined, list, type Reader, type Row, repeated } from "./row.ts";

const decoded = (shape: string, make: (n: number) => Uint8Array, size?: (n: number) => number): Row => ({
  shape,
  make,
  ...(size && { size }),
  run: (bytes: Uint8Array) => decodeImage(bytes, "a"),
});

const word = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);
const chunk = (type: string, data: string | Uint8Array = ""): Uint8Array => {
  const body = joined(type, data);
  return joined(word(body.length - 4), body, word(crc32(body)));
};
/** Of grey pixels. */
const png = (width: number, height: number, ...chunks: readonly Uint8Array[]): Uint8Array =>
  joined(
    "\x89PNG\r\n\x1a\n",
    chunk("IHDR", joined(word(width), word(height), Uint8Array.of(8, 0, 0, 0, 0))),
    ...chunks,
    chunk("IEND"),
  );
const rows = (width: number, height: number): Uint8Array => zlibSync(new Uint8Array((width + 1) * height));

export const pngFiles: Reader = {
  reader: "PNG",
  most: 200,
  rows: [
    decoded(
      "zeros, which unpack to a thousand times as much",
      (n) => png(1000, n, chunk("IDAT", rows(1000, n))),
      (n) => 1000 * n,
    ),
    decoded("a size that is not true", (n) => png(60_000, 1000, chunk("IDAT", new Uint8Array(n)))),
    decoded("more pixels than there may be", (n) => png(2 ** 31, 2 ** 31, chunk("IDAT", new Uint8Array(n)))),
    decoded("more behind the pixels", (n) => png(4, 4, chunk("IDAT", zlibSync(new Uint8Array(n * 1000))))),
    decoded("chunks of nothing", (n) =>
      png(4, 4, ...list(n, 12, () => chunk("tEXt")), chunk("IDAT", rows(4, 4))),
    ),
    decoded("pixels in chunks of nothing", (n) =>
      png(4, 4, chunk("IDAT", rows(4, 4)), ...list(n, 12, () => chunk("IDAT"))),
    ),
    decoded("many palettes", (n) =>
      png(4, 4, ...list(n, 15, () => chunk("PLTE", "abc")), chunk("IDAT", rows(4, 4))),
    ),
    decoded("a chunk that does not end", (n) =>
      joined("\x89PNG\r\n\x1a\n", word(2 ** 31), "IDAT", new Uint8Array(n)),
    ),
    decoded("a checksum that is wrong", (n) => {
      const bytes = png(4, 4, chunk("IDAT", new Uint8Array(n)));
      bytes[60]! ^= 1;
      return bytes;
    }),
  ],
};

/** A picture of test/fixtures, in two parts: before its scan, and from there on. */
const parts = (name: string): [Uint8Array, Uint8Array] => {
  const bytes = new Uint8Array(readFileSync(new URL(`../fixtures/images/${name}`, import.meta.url)));
  const scan = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xda);
  return [bytes.subarray(0, scan), bytes.subarray(scan)];
};
const segment = (code: number, data: string | Uint8Array): Uint8Array =>
  joined(Uint8Array.of(0xff, code, (data.length + 2) >> 8, (data.length + 2) & 255), data);
const [head, scan] = parts("baseline.jpg");

export const jpegFiles: Reader = {
  reader: "JPEG",
  most: 200,
  rows: [
    decoded("marker bytes", (n) => joined(head, new Uint8Array(n).fill(0xff), scan)),
    decoded("restarts", (n) => joined(head, repeated("\xff\xd0", n), scan)),
    decoded("comments of nothing", (n) => joined(head, ...list(n, 4, () => segment(0xfe, "")), scan)),
    decoded("Huffman tables", (n) =>
      joined(head, ...list(n, 21, () => segment(0xc4, new Uint8Array(17))), scan),
    ),
    decoded("quantisation tables", (n) =>
      joined(head, ...list(n, 69, () => segment(0xdb, new Uint8Array(65).fill(1, 1))), scan),
    ),
    decoded("scans", (n) => joined(head, ...list(n, scan.length, () => scan.subarray(0, -2)), scan)),
    decoded("bytes behind it", (n) => joined(head, scan, new Uint8Array(n))),
    decoded("a scan of zeros", (n) => joined(head, scan.subarray(0, 20), new Uint8Array(n))),
    decoded("a scan of ones", (n) => joined(head, scan.subarray(0, 20), repeated("\xff\x00", n))),
    decoded("orientations", (n) =>
      joined(head, ...list(n, 20, () => segment(0xe1, "Exif\0\0MM\0*\0\0\0\x08")), scan),
    ),
    decoded("an EXIF of many entries", (n) =>
      joined(
        head,
        segment(0xe1, joined("Exif\0\0MM\0*\0\0\0\x08\xff\xff", new Uint8Array(Math.min(n, 65_000)))),
        scan,
      ),
    ),
    decoded("no scan", (n) => joined(head, new Uint8Array(n))),
  ],
};
