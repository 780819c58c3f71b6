import { describe, expect, test } from "vitest";
import { type Picture, prepareDigit } from "../../../src/data/images/index.ts";

/** A picture of one value, with a function to draw on it. */
function paper(width: number, height: number, shade: (x: number, y: number) => number): Picture {
  const data = Uint8Array.from({ length: width * height }, (_, i) => shade(i % width, Math.floor(i / width)));
  return { data, width, height, channels: 1 };
}

/** An upright bar, 20 wide and 60 high, in the lower right. */
const bar = (x: number, y: number): boolean => x >= 120 && x < 140 && y >= 60 && y < 120;

const rows = ({ data, width }: Picture): number[][] =>
  Array.from({ length: data.length / width }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);

/** First and last index with something lit. */
function lit(lines: number[][]): [number, number] {
  const on = lines.map((line) => line.some((value) => value > 127));
  return [on.indexOf(true), on.lastIndexOf(true)];
}

describe("prepareDigit", () => {
  test("20 of 28 pixels high, in the middle, light on black", () => {
    const { picture, inverted, ...where } = prepareDigit(paper(160, 130, (x, y) => (bar(x, y) ? 250 : 3)));
    expect(picture).toMatchObject({ width: 28, height: 28, channels: 1 });
    expect(inverted).toBe(false);
    expect(where).toEqual({ left: 120, top: 60, width: 20, height: 60 });
    const lines = rows(picture);
    expect(lit(lines)).toEqual([4, 23]);
    const across = lines[0]!.map((_, x) => lines.map((line) => line[x]!));
    expect(lit(across)).toEqual([11, 17]); // 20/3 → 7 wide
    expect(lines[14]!.slice(12, 16)).toEqual([255, 255, 255, 255]);
    expect(lines.flat().filter((value) => value > 0).length).toBeLessThan(9 * 22);
  });

  test("dark on light comes out the same, in colour too, in a shadow too", () => {
    const plain = prepareDigit(paper(160, 130, (x, y) => (bar(x, y) ? 250 : 3)));
    const scan = prepareDigit(paper(160, 130, (x, y) => (bar(x, y) ? 20 : 240)));
    expect(scan).toEqual({ ...plain, inverted: true });
    const shadow = prepareDigit(paper(160, 130, (x, y) => (bar(x, y) ? 30 : 60 + x)));
    expect(shadow).toMatchObject({ inverted: true, left: 120, top: 60, width: 20, height: 60 });
    const grey = paper(160, 130, (x, y) => (bar(x, y) ? 20 : 240));
    const data = Uint8Array.from({ length: 3 * grey.data.length }, (_, i) => grey.data[Math.floor(i / 3)]!);
    expect(prepareDigit({ ...grey, data, channels: 3 })).toEqual(scan);
  });

  test("the centre of mass is in the middle, not the outline's", () => {
    // a 7: its mass is at the top
    const seven = prepareDigit(
      paper(100, 100, (x, y) =>
        (y >= 20 && y < 40 && x >= 30 && x < 70) || (x >= 60 && x < 70 && y >= 20 && y < 80) ? 255 : 0,
      ),
    );
    let [mass, sx, sy] = [0, 0, 0];
    seven.picture.data.forEach((value, i) => {
      mass += value;
      sx += value * ((i % 28) + 0.5);
      sy += value * (Math.floor(i / 28) + 0.5);
    });
    expect(Math.abs(sx / mass - 14)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(sy / mass - 14)).toBeLessThanOrEqual(0.5);
    expect(lit(rows(seven.picture))[0]).toBeGreaterThan(4);
  });

  test("dust does not count, noise neither; strokes of two pieces do", () => {
    const dust = (x: number, y: number) => x < 4 && y > 100 && y < 104;
    expect(prepareDigit(paper(160, 130, (x, y) => (bar(x, y) || dust(x, y) ? 20 : 240)))).toMatchObject({
      left: 120,
      top: 60,
    });
    const grain = (x: number, y: number) => ((x * 7919 + y * 104729) % 31) - 15;
    const noisy = prepareDigit(paper(160, 130, (x, y) => (bar(x, y) ? 40 : 200) + grain(x, y)));
    expect(noisy).toMatchObject({ left: 120, top: 60, width: 20, height: 60 });
    expect(noisy.picture.data[0]).toBe(0);
    const hat = (x: number, y: number) => x >= 110 && x < 150 && y >= 45 && y < 53;
    expect(prepareDigit(paper(160, 130, (x, y) => (bar(x, y) || hat(x, y) ? 20 : 240)))).toMatchObject({
      left: 110,
      top: 45,
    });
  });

  test("large photographs say where the digit was in them", () => {
    const large = prepareDigit(
      paper(1600, 1300, (x, y) => (bar(Math.floor(x / 10), Math.floor(y / 10)) ? 20 : 240)),
    );
    expect(Math.abs(large.left - 1200)).toBeLessThanOrEqual(4);
    expect(Math.abs(large.height - 600)).toBeLessThanOrEqual(8);
    expect(large.inverted).toBe(true);
  });

  test("other sizes; and nothing to be seen is said", () => {
    expect(
      prepareDigit(
        paper(50, 50, (x, y) => (x > 20 && x < 30 && y > 10 && y < 40 ? 255 : 0)),
        { size: 8 },
      ).picture.width,
    ).toBe(8);
    expect(() =>
      prepareDigit(
        paper(9, 9, (x) => 200 + x),
        { name: "sky.jpg" },
      ),
    ).toThrow("sky.jpg: expected a digit that stands out");
    expect(() => prepareDigit({ data: new Uint8Array(5), width: 2, height: 2, channels: 1 })).toThrow(
      "got 5 values for 2×2×1",
    );
  });
});
