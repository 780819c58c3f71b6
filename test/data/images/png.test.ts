/** PNG files that the test writes from known values, and what must come back: the PNG specification says it. */
import { describe, expect, test } from "vitest";
import type { Picture } from "../../../src/data/images/picture.ts";
import { decoded } from "../../support/pictures/decode.ts";
import { chunk, exif, type PngPicture, SAMPLES, writePng } from "../../support/pictures/png.ts";

/** Numbers below `n`, by xorshift. */
function dice(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % n;
  };
}

const KINDS = [
  ...[1, 2, 4, 8, 16].map((depth) => [0, depth] as const),
  ...[8, 16].map((depth) => [2, depth] as const),
  ...[1, 2, 4, 8].map((depth) => [3, depth] as const),
  ...[8, 16].map((depth) => [4, depth] as const),
  ...[8, 16].map((depth) => [6, depth] as const),
];

/** A picture of this kind with random samples, some transparent. */
function drawn(colour: number, depth: number, width: number, height: number, of: (n: number) => number) {
  const count = SAMPLES[colour]!;
  const colours = colour === 3 ? 1 + of(1 << depth) : 1 << depth;
  // few values, so that the transparent one is there
  const samples = Array.from({ length: width * height * count }, () =>
    colour === 3 || of(2) ? of(colours) : [0, colours - 1][of(2)]!,
  );
  const picture: PngPicture = { width, height, depth, colour, samples, interlaced: of(2) === 1 };
  if (colour === 3) picture.palette = Array.from({ length: 3 * colours }, () => of(256));
  else if (of(4) === 0) picture.palette = Array.from({ length: 3 * (1 + of(256)) }, () => of(256));
  if (of(2)) {
    if (colour === 3) picture.transparency = Array.from({ length: 1 + of(colours) }, () => of(256));
    else {
      const key = samples.slice(0, count).flatMap((sample) => [sample >> 8, sample & 255]);
      // bits that samples of this depth do not have say nothing
      picture.transparency = colour === 0 && depth === 8 ? [key[0]! | 0x70, key[1]!] : key;
    }
  }
  return picture;
}

/** What the specification says of it: 8 bits, over white. */
function meant({ width, height, depth, colour, samples, palette, transparency }: PngPicture): Picture {
  const count = SAMPLES[colour]!;
  const top = (1 << depth) - 1;
  const isGrey = (at: number) => palette![at] === palette![at + 1] && palette![at] === palette![at + 2];
  const greys = colour === 3 && Array.from(palette!, (_, i) => i).every((i) => i % 3 !== 0 || isGrey(i));
  const channels = colour === 0 || colour === 4 || greys ? 1 : 3;
  const data: number[] = [];
  for (let i = 0; i < width * height; i++) {
    const pixel = Array.from({ length: count }, (_, c) => samples[i * count + c]!);
    let [values, alpha] = [pixel.slice(0, channels).map((value) => (value * 255) / top), 1];
    if (colour === 3) {
      values = [0, 1, 2].slice(0, channels).map((c) => palette![3 * pixel[0]! + c]!);
      alpha = (transparency?.[pixel[0]!] ?? 255) / 255;
    } else if (colour >= 4) alpha = pixel[count - 1]! / top;
    else if (
      transparency &&
      pixel.every((value, c) => value === (((transparency[2 * c]! << 8) | transparency[2 * c + 1]!) & top))
    )
      alpha = 0;
    data.push(...values.map((value) => Math.floor(value * alpha + 255 * (1 - alpha) + 0.5)));
  }
  return { data: Uint8Array.from(data), width, height, channels };
}

describe("every kind of PNG gives the values that were written", () => {
  test.each(KINDS)("colour type %i of %i bits", (colour, depth) => {
    const of = dice(colour * 100 + depth);
    for (let i = 0; i < 60; i++) {
      const [width, height] = [1 + of(i < 20 ? 9 : 65), 1 + of(i < 20 ? 9 : 65)];
      const picture = drawn(colour, depth, width, height, of);
      const file = writePng(picture, { filter: () => of(5), pieces: 1 + of(4) });
      const got = decoded(file);
      const want = meant(picture);
      const what = JSON.stringify({ ...picture, samples: picture.samples.length });
      expect([got.width, got.height, got.channels], what).toEqual([width, height, want.channels]);
      expect(
        got.data.findIndex((value, at) => value !== want.data[at]),
        what,
      ).toBe(-1);
    }
  });

  test("all sizes to 17 × 17, interlaced: small ones lack some of the seven passes", () => {
    const of = dice(5);
    for (let width = 1; width <= 17; width++) {
      for (let height = 1; height <= 17; height++) {
        const samples = Array.from({ length: width * height }, () => of(4));
        const picture = { width, height, depth: 2, colour: 0, samples, interlaced: true };
        expect(decoded(writePng(picture)).data, `${width}×${height}`).toEqual(meant(picture).data);
      }
    }
  });
});

describe("chunks", () => {
  const picture = { width: 3, height: 2, depth: 8, colour: 0, samples: [1, 2, 3, 4, 5, 6] };
  const turned = [
    [1, 2, 3, 4, 5, 6],
    [3, 2, 1, 6, 5, 4],
    [6, 5, 4, 3, 2, 1],
    [4, 5, 6, 1, 2, 3],
    [1, 4, 2, 5, 3, 6],
    [4, 1, 5, 2, 6, 3],
    [6, 3, 5, 2, 4, 1],
    [3, 6, 2, 5, 1, 4],
  ];

  test.each(turned.map((want, i) => [i + 1, want] as const))(
    "eXIf turns: orientation %i",
    (orientation, want) => {
      for (const type of [3, 4]) {
        for (const little of [false, true]) {
          const eXIf = chunk("eXIf", exif(orientation, { little, type }));
          for (const place of [{ before: [eXIf] }, { after: [eXIf] }]) {
            const got = decoded(writePng(picture, place));
            expect([got.width, got.height]).toEqual(orientation >= 5 ? [2, 3] : [3, 2]);
            expect([...got.data]).toEqual(want);
          }
        }
      }
    },
  );

  test("EXIF that says nothing, or nonsense, turns nothing", () => {
    const plain = [1, 2, 3, 4, 5, 6];
    for (const eXIf of [exif(0), exif(9), exif(6, { type: 2 }), exif(6).subarray(0, 12), [1, 2, 3]])
      expect([...decoded(writePng(picture, { before: [chunk("eXIf", eXIf)] })).data]).toEqual(plain);
    const prefixed = [...new TextEncoder().encode("Exif\0\0"), ...exif(3)];
    expect([...decoded(writePng(picture, { before: [chunk("eXIf", prefixed)] })).data]).toEqual(turned[2]);
  });

  test("transparency beside alpha says nothing; a longer one than is needed does not matter", () => {
    const alpha = { width: 2, height: 1, depth: 8, colour: 6, samples: [1, 2, 3, 255, 9, 9, 9, 255] };
    expect([...decoded(writePng({ ...alpha, transparency: [0, 1, 0, 2, 0, 3] })).data]).toEqual([
      1, 2, 3, 9, 9, 9,
    ]);
    expect([...decoded(writePng({ ...picture, transparency: [0, 2, 7, 7, 7, 7] })).data]).toEqual([
      1, 255, 3, 4, 5, 6,
    ]);
    expect(() => decoded(writePng({ ...picture, transparency: [2] }))).toThrow(
      "a: damaged PNG: its tRNS chunk has 1 bytes, expected 2",
    );
  });

  test("gamma, texts and profiles change nothing, not even broken ones", () => {
    const gamma = chunk("gAMA", [0, 1, 134, 160]);
    const broken = chunk("iCCP", [1, 2, 3, 4]);
    broken[9]! ^= 1;
    expect([...decoded(writePng(picture, { before: [gamma, broken] })).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("what is behind the rows does not matter", () => {
    const rows = Uint8Array.of(0, 1, 2, 3, 0, 4, 5, 6, 99, 99);
    expect([...decoded(writePng(picture, { rows })).data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("errors say what is wrong with which file", () => {
  const picture = {
    width: 4,
    height: 4,
    depth: 4,
    colour: 3,
    samples: Array(16).fill(1),
    palette: [1, 2, 3, 4, 5, 6],
  };
  const file = writePng(picture, { pieces: 2 });
  const at = (type: string) =>
    file.findIndex((_, i) => String.fromCharCode(...file.subarray(i, i + 4)) === type) - 4;
  const changed = (where: number, ...bytes: number[]) => {
    const bad = file.slice();
    bad.set(bytes, where);
    return bad;
  };
  test.each([
    [
      "a wrong checksum",
      changed(at("IDAT") + 9, 0),
      `damaged PNG: the checksum of its IDAT chunk (at byte ${at("IDAT")}) is wrong`,
    ],
    [
      "a cut",
      file.subarray(0, file.length - 20),
      `truncated PNG: it ends (at ${file.length - 20} bytes) before its picture does`,
    ],
    ["a length that goes astray", changed(at("IDAT"), 0, 0, 0, 1), "damaged PNG: "],
    [
      "an unknown chunk that matters",
      writePng(picture, { before: [chunk("ABCD", [1])] }),
      "PNG with a ABCD chunk (at byte 33), which is not known",
    ],
    [
      "a colour that the palette lacks",
      writePng({ ...picture, samples: Array(16).fill(2) }),
      "damaged PNG: a pixel of colour 2, but its palette has colours 0 to 1",
    ],
    [
      "a palette of half a colour",
      writePng({ ...picture, palette: [1, 2, 3, 4] }),
      "damaged PNG: expected a palette of 1 to 256 colours, 3 bytes each, got 4 bytes",
    ],
    ["no palette", writePng({ ...picture, palette: undefined }), "numbers of colours, but it has no palette"],
    [
      "too few rows",
      writePng(picture, { rows: new Uint8Array(10) }),
      "truncated PNG: it holds fewer than 4×4 pixels",
    ],
    [
      "a filter that is none",
      writePng(picture, { rows: new Uint8Array(12).fill(5) }),
      "damaged PNG: a row with filter 5",
    ],
    [
      "far too many rows",
      writePng(picture, { rows: new Uint8Array(70_000) }),
      "damaged PNG: it holds more than 4×4 pixels",
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => decoded(bytes, "b.png")).toThrow(message);
    expect(() => decoded(bytes, "b.png")).toThrow(/^b\.png: /);
  });

  test("truncated anywhere, or any byte of what matters changed, it is refused", () => {
    for (let n = 0; n < file.length; n++)
      expect(() => decoded(file.subarray(0, n), "b.png"), `${n}`).toThrow(/^b\.png: /);
    for (let i = 0; i < file.length; i++)
      expect(() => decoded(changed(i, file[i]! ^ 0x10), "b.png"), `${i}`).toThrow(/^b\.png: /);
  });

  test("no more is made than a file can hold, and no more than is allowed", () => {
    const big = writePng(
      { width: 30_000, height: 2000, depth: 8, colour: 0, samples: [] },
      { rows: new Uint8Array(9) },
    );
    expect(() => decoded(big, "b.png")).toThrow(
      /30000×2000 pixels, which take 58142 bytes at the least; the file has \d+/,
    );
    expect(() => decoded(file, "b.png", { maxPixels: 15 })).toThrow(
      "b.png: 4×4 pixels are 16; expected at most 15; make the picture smaller first, or allow more with maxPixels",
    );
    expect(decoded(file, "b.png", { maxPixels: 16 }).width).toBe(4);
  });
});
