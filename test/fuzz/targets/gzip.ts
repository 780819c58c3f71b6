import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { gunzip } from "../../../src/data/gzip.ts";
import { joined, utf8 } from "../files.ts";
import type { Layer, Sample, Target } from "../guide/target.ts";

/** What is packed, packed again. */
export const gzipped: Layer = {
  open(bytes) {
    try {
      const inner = new Uint8Array(gunzipSync(bytes, { maxOutputLength: 1 << 20 }));
      return { inner, close: (inner) => new Uint8Array(gzipSync(inner, { level: 1 })) };
    } catch {
      return undefined;
    }
  },
};

/** Text before what is packed, as archivers write it: names, comments, a checksum of the header. */
const withFields = (packed: Uint8Array, name: string): Uint8Array =>
  joined([packed.subarray(0, 3), [8], packed.subarray(4, 10), utf8(name), [0], packed.subarray(10)]);

const LIMIT = 1 << 20;

const right: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.uint8Array({ maxLength: 300 }),
    fc.integer({ min: 1, max: 200 }),
    fc.option(fc.string()),
    fc.boolean(),
  )
  .map(([piece, times, name, two]) => {
    const content = joined(Array.from({ length: times }, () => piece));
    let bytes = new Uint8Array(gzipSync(content)) as Uint8Array;
    if (name !== null) bytes = withFields(bytes, name.replaceAll("\0", ""));
    // several members one after the other are one file
    return two
      ? { bytes: joined([bytes, gzipSync(piece)]), want: joined([content, piece]) }
      : { bytes, want: content };
  });

/** What unpacks to far more than it is. */
const bombs: fc.Arbitrary<Sample> = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 4 }))
  .map(([size, members]) => ({
    bytes: joined(
      Array.from({ length: members }, () => gzipSync(new Uint8Array(2 ** Math.min(size, 22)), { level: 9 })),
    ),
  }));

export const gzip: Target = {
  name: "gzip",
  seeds: () =>
    ["", "a,b\n1,2\n", "x".repeat(5000)].map((text) => ({ bytes: new Uint8Array(gzipSync(text)) })),
  arbitrary: fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: bombs }),
  layers: [gzipped],
  async run(bytes) {
    return (await gunzip(bytes, "a.gz", LIMIT)).slice();
  },
  // the limit that was given, as often as it is held: pieces, the whole, and the copy above
  memory: (bytes) => 64 * bytes + 8 * LIMIT,
};
