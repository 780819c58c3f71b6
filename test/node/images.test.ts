import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Picture } from "../../src/data/images/picture.ts";
import { decodeImage, decodeImageFile } from "../../src/node/images/decode.ts";
import { fixture, segment } from "../data/images/support.ts";
import { writePng } from "../support/pictures/png.ts";

/** What make_images.py drew. */
const colour = (x: number, y: number): number[] => [12 * x, 20 * y, 255 - 6 * x - 10 * y];
const grey = (x: number): number[] => [12 * x];

/** The largest difference from what is expected of each pixel. */
function off(picture: Picture, expected: (x: number, y: number) => number[]): number {
  let most = 0;
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const wanted = expected(x, y);
      expect(wanted).toHaveLength(picture.channels);
      wanted.forEach((value, c) => {
        const got = picture.data[(y * picture.width + x) * picture.channels + c]!;
        most = Math.max(most, Math.abs(got - value));
      });
    }
  }
  return most;
}

describe("JPEG", () => {
  // what compression took: Pillow's decoder is off by 16, 6, 16, 1, 5, 2, 1, 1; it also smooths halved chroma, ours does not
  test.each([
    ["baseline.jpg", 20],
    ["full-chroma.jpg", 6],
    ["progressive.jpg", 20],
    ["cmyk.jpg", 2],
    ["ycck.jpg", 5],
    ["rgb.jpg", 2],
    ["grey.jpg", 2],
    ["grey-progressive.jpg", 2],
  ])("%s shows what was drawn", (name, tolerance) => {
    const picture = decodeImage(fixture(name), name);
    expect([picture.width, picture.height]).toEqual([20, 12]);
    expect(off(picture, name.startsWith("grey") ? grey : colour)).toBeLessThanOrEqual(tolerance);
  });

  test("is turned as EXIF says", () => {
    const upside = decodeImage(fixture("exif-3.jpg"), "a");
    expect(off(upside, (x, y) => colour(19 - x, 11 - y))).toBeLessThanOrEqual(6);
    const quarter = decodeImage(fixture("exif-6.jpg"), "a");
    expect([quarter.width, quarter.height]).toEqual([12, 20]);
    expect(off(quarter, (x, y) => colour(y, 11 - x))).toBeLessThanOrEqual(6);
  });

  test("truncated anywhere, or damaged, it is refused by name", () => {
    for (const name of ["baseline.jpg", "progressive.jpg"]) {
      const file = fixture(name);
      for (let n = 1; n < file.length; n += 7)
        expect(() => decodeImage(file.subarray(0, n), name), `${n}`).toThrow(new RegExp(`^${name}: .`));
    }
    const { bytes, frame } = segment("baseline.jpg", 0xc4);
    bytes.fill(0, frame + 4, frame + 24); // no Huffman codes
    expect(() => decodeImage(bytes, "bad.jpg")).toThrow("bad.jpg: damaged JPEG: a table of Huffman codes");
  });
});

describe("PNG", () => {
  test.each([
    ["bit-1.png", (x: number) => [12 * x >= 128 ? 255 : 0]],
    ["palette-2.png", (x: number) => [Math.floor((12 * x) / 64) * 85]],
    ["bit-16.png", grey],
  ])("%s shows what was drawn", (name, expected) => {
    expect(off(decodeImage(fixture(name), name), expected)).toBe(0);
  });

  test("palettes, of 16 colours out of all", () => {
    expect(off(decodeImage(fixture("palette-4.png"), "a"), colour)).toBeLessThan(64);
    expect(off(decodeImage(fixture("grey-palette.png"), "a"), grey)).toBeLessThan(20);
  });

  test("what is transparent is laid over white", () => {
    const data = Uint8Array.of(0, 255, 0, 0, 100, 128);
    const twoChannels = encode({ width: 3, height: 1, channels: 2, data });
    expect(decodeImage(twoChannels, "a")).toEqual({
      width: 3,
      height: 1,
      channels: 1,
      data: Uint8Array.of(0, 255, 177),
    });
    const colours = encode({
      width: 2,
      height: 1,
      channels: 4,
      data: Uint8Array.of(1, 2, 3, 255, 1, 2, 3, 0),
    });
    expect(decodeImage(colours, "a").data).toEqual(Uint8Array.of(1, 2, 3, 255, 255, 255));
    const key = decodeImage(fixture("colour-key.png"), "a");
    expect(off(key, (x, y) => (x === 0 && y === 0 ? [255, 255, 255] : colour(x, y)))).toBe(0);
    const whole = decodeImage(fixture("palette-4.png"), "a").data;
    const holes = decodeImage(fixture("palette-transparent.png"), "a").data;
    const changed = [...holes].filter((value, i) => value !== whole[i]);
    expect(changed.length).toBeGreaterThan(10);
    expect(new Set(changed)).toEqual(new Set([255]));
  });

  test("16 bits of colour and alpha, rounded to 8", () => {
    const data = Uint16Array.of(65535, 128, 129, 65535, 65535, 0, 0, 32768);
    const file = encode({ width: 2, height: 1, channels: 4, depth: 16, data });
    expect(decodeImage(file, "a").data).toEqual(Uint8Array.of(255, 0, 1, 255, 127, 127));
  });

  test.each([1, 2, 3, 4])("interlaced, %i channels", (channels) => {
    const data = Uint8Array.from({ length: 11 * 7 * channels }, (_, i) => (i * 37) % 256);
    const image = { width: 11, height: 7, channels, data };
    const plain = decodeImage(encode(image), "a");
    const interlaced = encode(image, { interlace: "Adam7" });
    expect(interlaced[28]).toBe(1);
    expect(decodeImage(interlaced, "b")).toEqual(plain);
  });

  test("truncated anywhere, or damaged, it is refused by name", () => {
    const file = fixture("palette-4.png");
    for (let n = 1; n < file.length; n++)
      expect(() => decodeImage(file.subarray(0, n), "cut.png"), `${n}`).toThrow(/^cut\.png: /);
    for (let at = 41; at < file.length - 12; at += 11) {
      const damaged = file.slice();
      damaged[at]! ^= 0x55;
      expect(() => decodeImage(damaged, "bad.png"), `${at}`).toThrow(/^bad\.png: .*damaged PNG/);
    }
  });

  test("more packed data than the picture can need is unpacked no further", () => {
    const rows = noise(360_000);
    const file = writePng({ width: 5, height: 5, depth: 8, colour: 0, samples: [] }, { rows });
    expect(() => decodeImage(file, "bomb.png")).toThrow(
      "bomb.png: damaged PNG: it holds more than 5×5 pixels, the size in its header, can need",
    );
  });

  test("texts and profiles in the file do not matter, not even broken ones", () => {
    const file = fixture("bit-16.png");
    const junk = [0, 0, 0, 4, ...new TextEncoder().encode("iCCP"), 1, 2, 3, 4, 9, 9, 9, 9];
    const with_ = Uint8Array.from([...file.subarray(0, 33), ...junk, ...file.subarray(33)]);
    expect(decodeImage(with_, "a")).toEqual(decodeImage(file, "a"));
  });
});

/** What no packing makes smaller. */
function noise(n: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length: n }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

describe("decodeImageFile", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nabla-images-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("goes by what is in a file, not by its name", async () => {
    const path = join(folder, "really-a-jpeg.png");
    writeFileSync(path, fixture("grey.jpg"));
    expect(await decodeImageFile(path)).toEqual(decodeImage(fixture("grey.jpg"), "a"));
  });

  test("says which file cannot be read", async () => {
    await expect(decodeImageFile(join(folder, "none.png"))).rejects.toThrow(
      "none.png: cannot be read: no such file",
    );
    await expect(decodeImageFile(folder)).rejects.toThrow("this is a folder");
  });
});
