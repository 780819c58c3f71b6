/** JPEG files of libjpeg-turbo, and what must come back: the pixels that Pillow decodes them to, to the bit. */
import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../../src/checkpoint/sha256.ts";
import jpegs from "../../fixtures/jpegs/jpegs.json" with { type: "json" };
import { inlined } from "../../support/bytes.ts";
import { decoded } from "../../support/pictures/decode.ts";
import { exif } from "../../support/pictures/png.ts";
import { fixture, segment } from "./support.ts";

const bytesOf = (file: string) => inlined(`data:;base64,${file}`);
const named = (name: string) => {
  const found = jpegs.filter((one) => one.name === name);
  return found.map(({ file, ...rest }) => ({ ...rest, bytes: bytesOf(file) }));
};

/** A file with bytes in its middle. */
const inserted = (bytes: Uint8Array, at: number, more: ArrayLike<number>): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...Array.from(more), ...bytes.subarray(at)]);

/** Where the markers of this kind are, from one code to another. */
function markers(bytes: Uint8Array, first: number, last = first): number[] {
  const found: number[] = [];
  bytes.forEach((byte, i) => {
    if (byte === 0xff && bytes[i + 1]! >= first && bytes[i + 1]! <= last) found.push(i);
  });
  return found;
}

/** An APP1 segment. */
const app1 = (orientation: number, options: { little?: boolean; type?: number } = {}): number[] => {
  const data = [...new TextEncoder().encode("Exif\0\0"), ...exif(orientation, options)];
  return [0xff, 0xe1, 0, data.length + 2, ...data];
};

describe("the pixels are Pillow's", () => {
  for (const mode of new Set(jpegs.map(({ name }) => name.replace(/^\S+ /, ""))))
    test(mode, () => {
      const files = jpegs.filter(({ name }) => name.endsWith(` ${mode}`));
      expect(files.length).toBeGreaterThan(3);
      for (const { name, width, height, channels, sha256, file } of files) {
        const picture = decoded(bytesOf(file), name);
        expect([picture.width, picture.height, picture.channels], name).toEqual([width, height, channels]);
        expect(sha256Hex(picture.data), `${name} ${width}×${height}`).toBe(sha256);
      }
    });

  // sha256(Image.open(name).convert("RGB").tobytes()) of Pillow 9.4
  test.each(["cmyk.jpg", "ycck.jpg", "rgb.jpg"])("%s: inks and unusual colours", (name) => {
    expect(sha256Hex(decoded(fixture(name)).data)).toBe(COLOURS[name]);
  });
});

describe("what cameras and editors write", () => {
  const [file] = named("2x1 baseline");
  const plain = decoded(file!.bytes);

  test("EXIF turns, in either order of bytes, as SHORT and as LONG", () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const seen = [3, 4].flatMap((type) =>
        [false, true].map((little) => decoded(inserted(file!.bytes, 2, app1(orientation, { little, type })))),
      );
      const { width, height, channels } = plain;
      const turned = orientation >= 5;
      for (const picture of seen) {
        expect([picture.width, picture.height]).toEqual(turned ? [height, width] : [width, height]);
        // where the stored picture's first pixel went
        const right = [2, 3, 6, 7].includes(orientation) ? picture.width - 1 : 0;
        const bottom = [3, 4, 7, 8].includes(orientation) ? picture.height - 1 : 0;
        const at = (bottom * picture.width + right) * channels;
        expect([...picture.data.subarray(at, at + 3)]).toEqual([...plain.data.subarray(0, 3)]);
      }
    }
  });

  test("frames of Motion JPEG have no Huffman tables: the standard's are meant", () => {
    for (const { bytes, sha256 } of [...named("2x2 standard tables"), ...named("grey standard tables")]) {
      let without: Uint8Array = bytes;
      for (const at of markers(bytes, 0xc4).reverse()) {
        const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
        without = Uint8Array.from([...without.subarray(0, at), ...without.subarray(end)]);
      }
      expect(without.length).toBeLessThan(bytes.length - 200);
      expect(sha256Hex(decoded(without).data)).toBe(sha256);
    }
  });

  test("bytes before markers, and FFs, change nothing", () => {
    const junk = [0, 1, 2, 0xff, 0, 0x7f, 0xff, 0x55, 0xff, 0xff];
    for (const name of ["2x2 restart", "2x2 progressive restart", "1x1 scans", "2x1 progressive"]) {
      for (const { bytes, sha256 } of named(name)) {
        let changed: Uint8Array = bytes;
        // restart markers, tables, scans and the end; in a scan FF 00 is data, so a marker is what has another code
        for (const at of markers(bytes, 0xc0, 0xfe).reverse())
          if (at > 2)
            changed = inserted(
              changed,
              at,
              bytes[at + 1]! <= 0xd7 && bytes[at + 1]! >= 0xd0 ? [7, 0xff, 0, 9] : junk,
            );
        expect(changed.length).toBeGreaterThan(bytes.length);
        expect(sha256Hex(decoded(changed).data), name).toBe(sha256);
      }
    }
  });

  test("a second picture behind the first, or a missing end marker, is no harm to a sequential one", () => {
    const { bytes, sha256 } = file!;
    expect(sha256Hex(decoded(Uint8Array.from([...bytes, ...bytes])).data)).toBe(sha256);
    expect(sha256Hex(decoded(bytes.subarray(0, -2)).data)).toBe(sha256);
    const [progressive] = named("2x1 progressive");
    expect(() => decoded(progressive!.bytes.subarray(0, -2))).toThrow("truncated JPEG");
  });
});

describe("errors say what is wrong with which file", () => {
  const [base] = named("1x1 baseline");
  const [progressive] = named("1x1 progressive");
  const [restart] = named("2x2 restart").filter(({ bytes }) => markers(bytes, 0xd0, 0xd7).length > 1);

  test("truncated anywhere", () => {
    for (const { bytes } of [base!, progressive!, restart!])
      for (let n = 0; n < bytes.length - 2; n++)
        expect(() => decoded(bytes.subarray(0, n), "b.jpg"), `${n}`).toThrow(/^b\.jpg: /);
  });

  test("truncated, and given an end", () => {
    const { bytes } = base!;
    for (const cut of [20, 40]) {
      const ended = Uint8Array.from([...bytes.subarray(0, bytes.length - cut), 0xff, 0xd9]);
      expect(() => decoded(ended, "b.jpg")).toThrow(
        /^b\.jpg: damaged JPEG: the marker at byte \d+ comes before its data is complete/,
      );
    }
    const scans = markers(progressive!.bytes, 0xda);
    expect(scans.length).toBe(10);
    const ended = Uint8Array.from([...progressive!.bytes.subarray(0, scans[8]), 0xff, 0xd9]);
    expect(() => decoded(ended, "b.jpg")).toThrow("b.jpg: truncated JPEG: its last scans are missing");
  });

  test("restart markers that are missing, and scans that come again", () => {
    const [first, second] = markers(restart!.bytes, 0xd0, 0xd7);
    const lost = Uint8Array.from([...restart!.bytes.subarray(0, first), ...restart!.bytes.subarray(second!)]);
    expect(() => decoded(lost, "b.jpg")).toThrow(
      /b\.jpg: damaged JPEG: a restart marker is missing, there is another marker \(ffd1\) at byte \d+/,
    );
    const { bytes } = base!;
    const scan = bytes.subarray(markers(bytes, 0xda)[0], -2);
    expect(() => decoded(inserted(bytes, bytes.length - 2, scan), "b.jpg")).toThrow(
      "a component comes twice",
    );
    const again = progressive!.bytes.subarray(
      markers(progressive!.bytes, 0xda)[0],
      markers(progressive!.bytes, 0xda)[1],
    );
    expect(() =>
      decoded(inserted(progressive!.bytes, progressive!.bytes.length - 2, again), "b.jpg"),
    ).toThrow("its scans do not follow each other");
  });

  test("any bit changed gives a picture of the same size or an error by name", () => {
    for (const { bytes, width, height } of [base!, progressive!, restart!]) {
      let refused = 0;
      for (let bit = 0; bit < bytes.length * 8; bit += 7) {
        const bad = bytes.slice();
        bad[bit >> 3]! ^= 1 << (bit & 7);
        try {
          const picture = decoded(bad, "b.jpg", { maxPixels: 1e6 });
          if (bit >> 3 > 200) expect([picture.width, picture.height]).toEqual([width, height]);
        } catch (error) {
          expect((error as Error).message).toMatch(/^b\.jpg: .*JPEG/);
          refused++;
        }
      }
      expect(refused).toBeGreaterThan(20);
    }
  });

  test("missing tables, impossible samplings", () => {
    const without = segment("baseline.jpg", 0xdb);
    without.bytes[without.frame + 1] = 0xfe; // a comment
    expect(() => decoded(without.bytes)).toThrow("a quantisation table is missing");
    const odd = segment("baseline.jpg", 0xc0);
    odd.bytes[odd.frame + 11] = 0x31;
    odd.bytes[odd.frame + 14] = 0x21;
    expect(() => decoded(odd.bytes)).toThrow("a JPEG with components sampled 2×1 beside 3×1 cannot be read");
    odd.bytes[odd.frame + 11] = 0x50;
    expect(() => decoded(odd.bytes)).toThrow("a component sampled 5×0");
  });

  test("a header that says more than the file can hold is refused before anything is made", () => {
    const { bytes, frame } = segment("baseline.jpg", 0xc0);
    bytes.set([0x1f, 0x40, 0x1f, 0x40], frame + 5); // 8000 × 8000
    expect(() => decoded(bytes, "b.jpg")).toThrow(
      `b.jpg: damaged JPEG: its header says 8000×8000 pixels, which take 375000 bytes at the least; the file has ${bytes.length}`,
    );
  });

  test("scans beyond number are refused: each takes the time of a look at every block", () => {
    const { bytes } = progressive!;
    const at = markers(bytes, 0xda)[0]!;
    // scans of coefficient 1 alone, from the highest bit on
    const scans = Array.from({ length: 200 }, (_, i) => [0xff, 0xda, 0, 8, 1, 1, 0, i, i, 0, 0]).flat();
    expect(() => decoded(inserted(bytes, at, scans), "b.jpg")).toThrow(/^b\.jpg: damaged JPEG/);
  });
});

const COLOURS: Readonly<Record<string, string>> = {
  "cmyk.jpg": "be7a920bb4a0501f0baa3424d122c1be905c6751301a0c3ee4d86e0f579c67f1",
  "ycck.jpg": "a83e851520cfcfdbaaada7cfb019b25919f92f9fd3f225e797edcbf8c4c8f468",
  "rgb.jpg": "c8c896706c76b18be4e64320b96d8596d53d3c70b286b2f98765f84907b614dc",
};
