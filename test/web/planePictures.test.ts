import { describe, expect, it } from "vitest";
import { type Palette, paintUnit, rampOf, surfacePixels } from "../../web/plane/engine/colours.ts";
import { reliefPixels } from "../../web/plane/landscape/relief.ts";

const palette: Palette = {
  classes: [
    [200, 0, 0],
    [0, 0, 200],
    [0, 200, 0],
  ],
  paper: [255, 255, 255],
  minus: [255, 0, 0],
  zero: [255, 255, 255],
  plus: [0, 0, 255],
};
const pixel = (pixels: Uint8ClampedArray, i: number) => [...pixels.slice(4 * i, 4 * i + 4)];

describe("pictures of the plane", () => {
  it("show a class the deeper the surer the net is, and next to nothing where it does not know", () => {
    const shares = Float32Array.of(1, 0, 0, 1 / 3, 1 / 3, 1 / 3, 0.6, 0.2, 0.2);
    const pixels = surfacePixels(shares, palette, 3, false);
    const [sure, unsure, half] = [0, 1, 2].map((i) => pixel(pixels, i));
    expect(sure[0]).toBeGreaterThan(sure[1] + 80);
    expect(Math.min(...unsure)).toBeGreaterThan(235);
    expect(half[1]).toBeGreaterThan(sure[1]);
    expect(half[1]).toBeLessThan(unsure[1]);
    expect([sure[3], unsure[3], half[3]]).toEqual([255, 255, 255]);
  });

  it("show the likeliest class alone where borders are sharp", () => {
    const pixels = surfacePixels(Float32Array.of(1, 0, 0, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4), palette, 3, true);
    expect(pixel(pixels, 1)).toEqual(pixel(pixels, 0));
    expect(pixel(pixels, 2)[1]).toBeGreaterThan(pixel(pixels, 2)[0]);
  });

  it("show a unit by its largest value, and one that says little as little", () => {
    // the second of three units
    const of = (...values: number[]) => {
      const pixels = new Uint32Array(values.length);
      const all = Float32Array.from(values.flatMap((value) => [100, value, Number.NaN]));
      paintUnit(all, 3, 1, rampOf(palette), pixels);
      return new Uint8ClampedArray(pixels.buffer);
    };
    expect(pixel(of(-4, 0, 2), 0)).toEqual([255, 0, 0, 255]);
    expect(pixel(of(-4, 0, 2), 1)).toEqual([255, 255, 255, 255]);
    expect(pixel(of(-4, 0, 2), 2)).toEqual([128, 128, 255, 255]);
    expect(pixel(of(0.1, 0, 0), 0)[0]).toBeGreaterThan(225);
    // what is no number has no colour, not that of zero or of minus
    expect(pixel(of(Number.NaN, 0, 2), 0)).toEqual([0, 0, 0, 0]);
    expect(pixel(of(Number.POSITIVE_INFINITY, 0, 2), 2)).toEqual([255, 255, 255, 255]);
  });

  it("show losses as bands, deep where they are low, and nothing where none is known", () => {
    const losses = Float32Array.from({ length: 16 }, (_, i) => 10 ** ((i % 4) - 3));
    const colours = { low: [0, 0, 0], high: [255, 255, 255], line: [0, 0, 0] } as const;
    const pixels = reliefPixels(losses, 40, colours);
    expect(pixel(pixels, 20 * 40 + 2)[0]).toBeLessThan(60);
    expect(pixel(pixels, 20 * 40 + 38)[0]).toBeGreaterThan(200);
    // a band is of one colour from top to bottom
    expect(pixel(pixels, 5 * 40 + 10)).toEqual(pixel(pixels, 30 * 40 + 10));
    losses.fill(Number.NaN, 8);
    expect(pixel(reliefPixels(losses, 40, colours), 39 * 40 + 20)).toEqual([0, 0, 0, 0]);
    expect(pixel(reliefPixels(losses, 40, colours), 2 * 40 + 20)[3]).toBe(255);
  });
});
