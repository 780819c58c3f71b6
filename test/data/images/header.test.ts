import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { readImageHeader } from "../../../src/data/images/header.ts";
import { fixture, latin, segment } from "./support.ts";

const png = (width: number, height: number, channels = 1) =>
  encode({ width, height, channels, data: new Uint8Array(width * height * channels) });

/** A PNG that says it is of another size, depth or kind. */
function altered(at: number, ...bytes: number[]): Uint8Array {
  const file = png(3, 2);
  file.set(bytes, at);
  return file;
}

describe("readImageHeader", () => {
  test("sizes and channels of PNG and JPEG, told by their bytes", () => {
    expect(readImageHeader(png(3, 2), "a")).toMatchObject({ kind: "png", width: 3, height: 2, channels: 1 });
    expect(readImageHeader(png(3, 2, 4), "a")).toMatchObject({ channels: 3 });
    expect(readImageHeader(png(3, 2, 2), "a")).toMatchObject({ channels: 1 });
    expect(readImageHeader(fixture("palette-4.png"), "a")).toMatchObject({ channels: 3, depth: 4 });
    expect(readImageHeader(fixture("grey-palette.png"), "a")).toMatchObject({ channels: 1 });
    expect(readImageHeader(fixture("grey.jpg"), "a")).toMatchObject({ kind: "jpeg", channels: 1 });
    expect(readImageHeader(fixture("cmyk.jpg"), "a")).toMatchObject({ width: 20, height: 12, channels: 3 });
    expect(readImageHeader(fixture("rgb.jpg"), "a")).toMatchObject({ rgb: true });
    expect(readImageHeader(fixture("baseline.jpg"), "a")).toMatchObject({ rgb: false });
  });

  test("EXIF orientation turns the size", () => {
    expect(readImageHeader(fixture("exif-6.jpg"), "a")).toMatchObject({
      width: 12,
      height: 20,
      orientation: 6,
    });
    expect(readImageHeader(fixture("exif-3.jpg"), "a")).toMatchObject({
      width: 20,
      height: 12,
      orientation: 3,
    });
  });

  test("asks for more bytes, and calls a file truncated when there are no more", () => {
    for (const name of ["exif-6.jpg", "palette-4.png"]) {
      const file = fixture(name);
      const whole = readImageHeader(file, name);
      let known = 0;
      for (let n = 0; n < file.length; n++) {
        const found = readImageHeader(file.subarray(0, n), name, { total: file.length });
        if (found) {
          known++;
          // what comes behind the pixels may be the orientation of a PNG
          expect({ ...found, rest: undefined }).toEqual({ ...whole, rest: undefined });
        } else if (n > 16)
          expect(() => readImageHeader(file.subarray(0, n), name)).toThrow(`${name}: truncated`);
      }
      expect(known).toBeGreaterThan(50);
    }
  });

  test.each([
    ["nothing", "", "the file is empty (0 bytes)"],
    ["a GIF", "GIF89a................", "this is a GIF image"],
    ["a WebP", "RIFF....WEBPVP8 .....", "this is a WebP image"],
    ["a BMP", "BM....................", "this is a BMP image"],
    ["a HEIC", "....ftypheic..........", "this is a HEIC image"],
    ["text", "hello", "this is not a picture"],
    ["a short word", "P", "this is not a picture"],
    ["a PNG sent as text", "\x89PNG\n\x1a\n...........", "damaged by a transfer as text"],
    ["a JPEG of nothing", "\xff\xd8\xff\xd9", "ends without a picture"],
    [
      "a JPEG that goes astray",
      "\xff\xd8\xff\xe0\0\x02hello",
      "truncated JPEG: it ends (at 11 bytes) before",
    ],
  ])("%s is refused by name", (_, text, message) => {
    expect(() => readImageHeader(latin(text), "x.png")).toThrow(message);
    expect(() => readImageHeader(latin(text), "x.png")).toThrow(/^x\.png: /);
  });

  test("sizes no picture should have are refused before anything is decoded", () => {
    const huge = altered(16, 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30);
    expect(() => readImageHeader(huge, "huge.png")).toThrow(
      "huge.png: 30000×30000 pixels are 900 megapixels; expected at most 64",
    );
    expect(() => readImageHeader(altered(19, 0), "a")).toThrow("its header says 0×2");
    const { bytes, frame } = segment("baseline.jpg", 0xc0);
    bytes.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect(() => readImageHeader(bytes, "a")).toThrow("65535×65535");
  });

  test("PNG headers that cannot be", () => {
    expect(() => readImageHeader(altered(24, 3), "a")).toThrow("colour type 0, 3 bits");
    expect(() => readImageHeader(altered(25, 2, 0, 0, 7), "a")).toThrow("interlacing 7");
    expect(() => readImageHeader(altered(25, 3), "a")).toThrow("numbers of colours, but it has no palette");
    expect(() => readImageHeader(altered(15, 0x53), "a")).toThrow("begin with an IHDR chunk");
  });

  test.each([
    [0xc3, "a lossless JPEG cannot be read"],
    [0xc9, "an arithmetic-coded JPEG cannot be read"],
    [0xf7, "a JPEG-LS file cannot be read"],
  ])("JPEG of kind %i is refused by name", (kind, message) => {
    const { bytes, frame } = segment("baseline.jpg", 0xc0);
    bytes[frame + 1] = kind;
    expect(() => readImageHeader(bytes, "a")).toThrow(message);
  });

  test("JPEG of other depths and components", () => {
    const deep = segment("baseline.jpg", 0xc0);
    deep.bytes[deep.frame + 4] = 12;
    expect(() => readImageHeader(deep.bytes, "a")).toThrow("12 bits per sample");
    const odd = segment("baseline.jpg", 0xc0);
    odd.bytes[odd.frame + 9] = 2;
    expect(() => readImageHeader(odd.bytes, "a")).toThrow("for 2 components");
    // without Adobe's marker nobody knows whether inks are inverted
    const { bytes, frame } = segment("cmyk.jpg", 0xee);
    bytes[frame + 4] = 0x42;
    expect(() => readImageHeader(bytes, "a")).toThrow("four components without Adobe's marker");
  });
});
