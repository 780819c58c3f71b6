import { describe, expect, test } from "vitest";
import { invert, orient, type Picture, toChannels, toGray } from "../../../src/data/images/picture.ts";
import { crop, fitPicture, resize } from "../../../src/data/images/resize.ts";

const gray = (width: number, ...values: number[]): Picture => ({
  width,
  height: values.length / width,
  channels: 1,
  data: Uint8Array.from(values),
});
const flat = (width: number, height: number, ...colour: number[]): Picture => ({
  width,
  height,
  channels: colour.length as 1 | 3,
  data: Uint8Array.from({ length: width * height * colour.length }, (_, i) => colour[i % colour.length]!),
});

describe("resize", () => {
  // Pillow 9.4: Image.fromarray(np.uint8([[…]])).resize((w, h), Image.BILINEAR)
  test.each([
    ["half", [6, 1], [0, 0, 90, 90, 255, 255], [3, 1], [13, 99, 231]],
    ["a third", [6, 1], [0, 0, 90, 90, 255, 255], [2, 1], [34, 193]],
    ["twice", [3, 1], [0, 100, 200], [6, 1], [0, 25, 75, 125, 175, 200]],
    ["both ways", [2, 2], [0, 100, 200, 40], [3, 3], [0, 50, 100, 100, 85, 70, 200, 120, 40]],
  ])("%s is as Pillow's", (_, [width], values, [w, h], expected) => {
    expect(Array.from(resize(gray(width!, ...values), w!, h!).data)).toEqual(expected);
  });

  test("keeps one tone one tone, and every channel to itself", () => {
    for (const [w, h] of [
      [1, 1],
      [7, 3],
      [40, 50],
    ] as const)
      expect(resize(flat(13, 11, 3, 255, 120), w, h)).toEqual(flat(w, h, 3, 255, 120));
  });

  test("keeps a picture of the same size, and refuses impossible ones", () => {
    const picture = gray(2, 1, 2, 3, 4);
    expect(resize(picture, 2, 2)).toBe(picture);
    expect(() => resize(picture, 0, 2)).toThrow("expected whole numbers ≥ 1, got 0×2");
  });

  test("a picture a pixel wide and very high, for a square", () => {
    const height = 100_000;
    const tall: Picture = { data: new Uint8Array(height).fill(9), width: 1, height, channels: 1 };
    expect(new Set(resize(tall, 50, 2).data)).toEqual(new Set([9]));
  });
});

describe("fitPicture", () => {
  const wide = gray(4, 9, 9, 9, 9, 9, 200, 200, 9, 9, 200, 200, 9, 9, 9, 9, 9);
  test("pad keeps all and surrounds it with the border's colour", () => {
    const picture = gray(4, 9, 9, 9, 9, 9, 9, 9, 9);
    expect(fitPicture(picture, { width: 4, height: 4 }, "pad")).toEqual(flat(4, 4, 9));
    const bar = gray(4, 0, 80, 80, 0, 0, 80, 80, 0);
    expect(Array.from(fitPicture(bar, { width: 4, height: 4 }, "pad").data)).toEqual([
      ...[40, 40, 40, 40],
      ...[0, 80, 80, 0],
      ...[0, 80, 80, 0],
      ...[40, 40, 40, 40],
    ]);
  });

  test("crop cuts both sides off, stretch distorts", () => {
    const bar = gray(4, 0, 80, 90, 0, 0, 80, 90, 0);
    expect(fitPicture(bar, { width: 2, height: 2 }, "crop")).toEqual(gray(2, 80, 90, 80, 90));
    expect(fitPicture(bar, { width: 4, height: 1 }, "stretch")).toEqual(gray(4, 0, 80, 90, 0));
    expect(fitPicture(wide, { width: 4, height: 4 }, "crop")).toBe(wide);
  });

  test("no side vanishes, however thin", () => {
    const line = flat(1000, 1, 7);
    for (const fit of ["pad", "crop", "stretch"] as const)
      expect(fitPicture(line, { width: 8, height: 8 }, fit)).toEqual(flat(8, 8, 7));
  });
});

test("crop takes a part, and only what is there", () => {
  const picture = gray(3, 1, 2, 3, 4, 5, 6);
  expect(crop(picture, 1, 0, 2, 2)).toEqual(gray(2, 2, 3, 5, 6));
  expect(() => crop(picture, 2, 0, 2, 1)).toThrow("expected a part of 3×2 pixels, got 2×1 at (2, 0)");
});

test("grey by luminance, colour from grey, negatives", () => {
  expect(Array.from(toGray(flat(1, 1, 255, 0, 0)).data)).toEqual([76]);
  expect(Array.from(toGray(flat(1, 1, 10, 200, 30)).data)).toEqual([124]);
  expect(Array.from(toGray(flat(1, 1, 255, 255, 255)).data)).toEqual([255]);
  expect(toChannels(gray(2, 5, 6), 3)).toEqual({
    ...gray(2, 5, 6),
    channels: 3,
    data: Uint8Array.of(5, 5, 5, 6, 6, 6),
  });
  expect(invert(gray(2, 0, 200))).toEqual(gray(2, 255, 55));
});

test("all eight EXIF orientations", () => {
  // 1 2 3
  // 4 5 6
  const seen: Record<number, Picture> = {
    1: gray(3, 1, 2, 3, 4, 5, 6),
    2: gray(3, 3, 2, 1, 6, 5, 4),
    3: gray(3, 6, 5, 4, 3, 2, 1),
    4: gray(3, 4, 5, 6, 1, 2, 3),
    5: gray(2, 1, 4, 2, 5, 3, 6),
    6: gray(2, 4, 1, 5, 2, 6, 3),
    7: gray(2, 6, 3, 5, 2, 4, 1),
    8: gray(2, 3, 6, 2, 5, 1, 4),
  };
  for (const [orientation, picture] of Object.entries(seen))
    expect(orient(seen[1]!, Number(orientation)), orientation).toEqual(picture);
});
