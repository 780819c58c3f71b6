import { deflateSync, inflateSync } from "node:zlib";
import * as fc from "fast-check";
import { decodeImage } from "../../../src/node/images/decode.ts";
import { chunk, exif, type PngPicture, SAMPLES, writePng } from "../../support/pictures/png.ts";
import { big32, joined } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

const PIXELS = 1 << 18;

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Chunks as far as their lengths allow, and what follows. */
function chunksOf(bytes: Uint8Array): { all: Chunk[]; rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const all: Chunk[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    all.push({
      type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return { all, rest: bytes.subarray(at) };
}
const written = (all: readonly Chunk[], signature: Uint8Array, rest: Uint8Array): Uint8Array =>
  joined([signature, ...all.map(({ type, data }) => chunk(type, data)), rest]);

/** The file, with checksums set right. */
const checked: Layer = {
  open: (bytes) => ({
    inner: bytes,
    close(inner) {
      const { all, rest } = chunksOf(inner);
      return written(all, inner.subarray(0, 8), rest);
    },
  }),
};
/** The n-th chunk's content, with its length and checksum. */
const chunkLayer = (n: number): Layer => ({
  open(bytes) {
    const { all, rest } = chunksOf(bytes);
    if (!all[n]) return undefined;
    return {
      inner: all[n].data,
      close: (data) =>
        written(
          all.map((one, i) => (i === n ? { ...one, data } : one)),
          bytes.subarray(0, 8),
          rest,
        ),
    };
  },
});
/** Rows of pixels with their filters. */
const pixels: Layer = {
  open(bytes) {
    const { all, rest } = chunksOf(bytes);
    const packed = all.filter(({ type }) => type === "IDAT");
    try {
      const inner = new Uint8Array(
        inflateSync(joined(packed.map(({ data }) => data)), { maxOutputLength: 1 << 20 }),
      );
      return {
        inner,
        close(rows) {
          const at = all.indexOf(packed[0]!);
          const others = all.filter((one) => !packed.includes(one));
          const data = new Uint8Array(deflateSync(rows, { level: 1 }));
          return written(
            [...others.slice(0, at), { type: "IDAT", data }, ...others.slice(at)],
            bytes.subarray(0, 8),
            rest,
          );
        },
      };
    } catch {
      return undefined;
    }
  },
};
/** Chunks in another order, or some of them twice. */
const order: Layer = {
  open(bytes) {
    const { all, rest } = chunksOf(bytes);
    if (all.length === 0) return undefined;
    return {
      inner: Uint8Array.from(all.keys()),
      close: (places) =>
        written(
          [...places].slice(0, 200).map((place) => all[place % all.length]!),
          bytes.subarray(0, 8),
          rest,
        ),
    };
  },
};

const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const kinds = Object.entries(DEPTHS).flatMap(([colour, depths]) =>
  depths.map((depth) => ({ colour: Number(colour), depth })),
);

/** What must come back, of the kinds where that needs no decoder. */
function wanted({ width, height, depth, colour, samples }: PngPicture): unknown {
  if (colour === 0 && depth <= 8) {
    const most = 2 ** depth - 1;
    return { width, height, channels: 1, data: Uint8Array.from(samples, (sample) => (sample * 255) / most) };
  }
  if (colour === 2 && depth === 8) return { width, height, channels: 3, data: Uint8Array.from(samples) };
  return undefined;
}

const whole: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(...kinds),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.boolean(),
    fc.nat(),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([{ colour, depth }, width, height, interlaced, seed, pieces]) => {
    const samples = Array.from({ length: width * height * SAMPLES[colour]! }, (_, i) =>
      Math.floor(((Math.imul(seed + i, 0x9e3779b1) >>> 0) / 2 ** 32) * 2 ** depth),
    );
    const palette =
      colour === 3 ? Array.from({ length: 3 * 2 ** depth }, (_, i) => (i * 37) & 255) : undefined;
    const picture = { width, height, depth, colour, samples, interlaced, ...(palette && { palette }) };
    const want = wanted(picture);
    return { bytes: writePng(picture, { pieces }), ...(want !== undefined && { want }) };
  });

const size = fc.oneof(fc.nat(9), fc.constantFrom(2 ** 16, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 511, 512));
/** Headers and chunks that do not go together. */
const lying: fc.Arbitrary<Sample> = fc
  .tuple(
    size,
    size,
    fc.tuple(fc.nat(17), fc.nat(7), fc.nat(1), fc.nat(1), fc.nat(2)),
    fc.array(
      fc.tuple(
        fc.constantFrom("IHDR", "PLTE", "tRNS", "IDAT", "eXIf", "tEXt", "IEND", "ABCD", "acTL"),
        fc.uint8Array({ maxLength: 40 }),
      ),
      { maxLength: 5 },
    ),
    fc.integer({ min: 0, max: 16 }),
  )
  .map(([width, height, kind, chunks, rows]) => ({
    bytes: joined([
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
      chunk("IHDR", joined([big32(width), big32(height), kind])),
      ...chunks.map(([type, data]) => chunk(type, type === "IDAT" ? deflateSync(data) : data)),
      chunk("IDAT", deflateSync(new Uint8Array(2 ** rows))),
      chunk("IEND", []),
    ]),
  }));

const picture = (colour: number, depth: number, more: Partial<PngPicture> = {}): Uint8Array =>
  writePng({
    width: 5,
    height: 4,
    colour,
    depth,
    samples: Array.from({ length: 20 * SAMPLES[colour]! }, (_, i) => i % 2),
    ...more,
  });

export const png: Target = {
  name: "png",
  seeds: () => [
    ...kinds.map(({ colour, depth }) => ({
      bytes: picture(colour, depth, {
        ...(colour === 3 && { palette: [1, 2, 3, 200, 100, 0], transparency: [0] }),
      }),
    })),
    { bytes: picture(2, 8, { interlaced: true, transparency: [0, 1, 0, 0, 0, 1] }) },
    {
      bytes: writePng(
        { width: 2, height: 2, depth: 8, colour: 0, samples: [1, 2, 3, 4] },
        { before: [chunk("eXIf", exif(6))], pieces: 2 },
      ),
    },
  ],
  arbitrary: fc.oneof({ weight: 3, arbitrary: whole }, { weight: 2, arbitrary: lying }),
  layers: [checked, chunkLayer(0), chunkLayer(1), pixels, order],
  words: ["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "eXIf", "II*\0", "MM\0*"],
  run: (bytes) => decodeImage(bytes, "a.png", { maxPixels: PIXELS }),
  // a picture of the most pixels: what is unpacked, up to eight bytes for each, and its colours
  memory: (bytes) => 64 * bytes + 16 * PIXELS,
};
