import * as fc from "fast-check";
import { decodeImage } from "../../../src/node/images/decode.ts";
import jpegs from "../../fixtures/jpegs/jpegs.json" with { type: "json" };
import { exif } from "../../support/pictures/png.ts";
import { joined, latin } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

const PIXELS = 1 << 18;

/** Segments of a file: a marker and its content; what is coded follows a scan's. */
interface Segment {
  readonly marker: number;
  readonly data: Uint8Array;
  readonly coded: Uint8Array;
}

function segmentsOf(bytes: Uint8Array): Segment[] {
  const all: Segment[] = [];
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    const end = Math.min(bytes.length, at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!));
    if (end < at + 4) break;
    let next = end;
    if (marker === 0xda)
      while (
        next < bytes.length &&
        !(bytes[next] === 0xff && bytes[next + 1] !== 0 && !isRestart(bytes[next + 1]!))
      )
        next++;
    all.push({ marker, data: bytes.subarray(at + 4, end), coded: bytes.subarray(end, next) });
    at = next;
  }
  return all;
}
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;

const written = (all: readonly Segment[]): Uint8Array =>
  joined([
    [0xff, 0xd8],
    ...all.flatMap(({ marker, data, coded }) => [
      [0xff, marker, ((data.length + 2) >> 8) & 255, (data.length + 2) & 255],
      data,
      coded,
    ]),
    [0xff, 0xd9],
  ]);

/** The n-th segment's content, with its length. */
const segmentLayer = (pick: (segment: Segment) => boolean): Layer => ({
  open(bytes) {
    const all = segmentsOf(bytes);
    const n = all.findIndex(pick);
    if (n < 0) return undefined;
    return {
      inner: all[n]!.data,
      close: (data) =>
        written(all.map((one, i) => (i === n ? { ...one, data: data.slice(0, 65_000) } : one))),
    };
  },
});
const codedLayer: Layer = {
  open(bytes) {
    const all = segmentsOf(bytes);
    const n = all.map(({ coded }) => coded.length > 0).lastIndexOf(true);
    if (n < 0) return undefined;
    return {
      inner: all[n]!.coded,
      close: (coded) => written(all.map((one, i) => (i === n ? { ...one, coded } : one))),
    };
  },
};
const order: Layer = {
  open(bytes) {
    const all = segmentsOf(bytes);
    if (all.length === 0) return undefined;
    return {
      inner: Uint8Array.from(all.keys()),
      close: (places) => written([...places].slice(0, 400).map((place) => all[place % all.length]!)),
    };
  },
};
const isFrame = ({ marker }: Segment) => marker >= 0xc0 && marker <= 0xc2;

const bytesOf = (file: string): Uint8Array => latin(atob(file));
/** One of each kind. */
const files = [...new Map(jpegs.map((one) => [one.name, bytesOf(one.file)])).values()].filter(
  ({ length }) => length < 2000,
);

/** A file with another frame: sizes, samplings and tables that its scans do not go with. */
const framed: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(...files),
    fc.oneof(fc.nat(40), fc.constantFrom(65_535, 511, 8192)),
    fc.oneof(fc.nat(40), fc.constantFrom(65_535, 511, 8192)),
    fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.nat(4)), {
      maxLength: 5,
    }),
    fc.constantFrom(undefined, 0xc0, 0xc1, 0xc2),
    fc.boolean(),
  )
  .map(([bytes, height, width, components, marker, keep]) => {
    const all = segmentsOf(bytes).map((one): Segment => {
      if (!isFrame(one)) return one;
      const own = keep
        ? one.data.subarray(5)
        : joined([[components.length], ...components.map(([id, h, v, table]) => [id, (h << 4) | v, table])]);
      return {
        ...one,
        marker: marker ?? one.marker,
        data: joined([[8, height >> 8, height & 255, width >> 8, width & 255], own]),
      };
    });
    return { bytes: written(all) };
  });
/** Many scans over a picture that costs much to go over. */
const scans: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(...files),
    fc.integer({ min: 1, max: 500 }),
    fc.integer({ min: 8, max: 512 }),
    fc.boolean(),
  )
  .map(([bytes, times, side, empty]) => {
    const all = segmentsOf(bytes);
    const scan = all.filter(({ marker }) => marker === 0xda).at(-1);
    if (!scan) return { bytes };
    const more = Array.from({ length: times }, () => ({
      ...scan,
      coded: empty ? new Uint8Array(0) : scan.coded,
    }));
    const sized = all.map((one) =>
      isFrame(one)
        ? { ...one, data: joined([[8, side >> 8, side & 255, side >> 8, side & 255], one.data.subarray(5)]) }
        : one,
    );
    return { bytes: written([...sized, ...more]).slice(0, 1 << 16) };
  });
const turned: fc.Arbitrary<Sample> = fc
  .tuple(fc.constantFrom(...files), fc.nat(20), fc.boolean(), fc.constantFrom(3, 4, 0))
  .map(([bytes, orientation, little, type]) => {
    const data = joined([latin("Exif\0\0"), exif(orientation, { little, type })]);
    return { bytes: written([{ marker: 0xe1, data, coded: new Uint8Array(0) }, ...segmentsOf(bytes)]) };
  });

export const jpeg: Target = {
  name: "jpeg",
  seeds: () => files.map((bytes) => ({ bytes })),
  arbitrary: fc.oneof(
    { weight: 6, arbitrary: framed },
    { weight: 1, arbitrary: scans },
    { weight: 2, arbitrary: turned },
  ),
  layers: [
    segmentLayer(isFrame),
    segmentLayer(({ marker }) => marker === 0xc4),
    segmentLayer(({ marker }) => marker === 0xda),
    segmentLayer(({ marker }) => marker === 0xdb),
    codedLayer,
    order,
  ],
  words: [
    "\xff\xd8",
    "\xff\xd9",
    "\xff\xd0",
    "\xff\xdd\0\x04\0\x01",
    "Exif\0\0",
    "Adobe",
    "JFIF\0",
    "\xff\xdc\0\x04\0\x01",
  ],
  run: (bytes) => decodeImage(bytes, "a.jpg", { maxPixels: PIXELS }),
  // coefficients of two bytes for up to four components, padded to whole blocks, and pixels
  memory: (bytes) => 64 * bytes + 64 * PIXELS,
};
