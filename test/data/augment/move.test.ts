/** Whole pixels: copied exactly, by augment() as by shifted(). */
import { describe, expect, test } from "vitest";
import { move } from "../../../src/data/augment/move.ts";
import { augment, shifted } from "../../../src/data/index.ts";
import { contents } from "../helpers.ts";
import { moved, numbered, row } from "./support.ts";

const SHAPES: readonly (readonly number[])[] = [
  [4, 5],
  [5, 3, 1],
  [3, 4, 3],
  [1, 6],
];
const TYPES = ["uint8", "float32"] as const;

test("a picture moved one pixel each way", () => {
  const image = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const shape = { height: 2, width: 3, channels: 1 };
  const by = (dy: number, dx: number, mirrorX = false, mirrorY = false) => {
    const out = new Uint8Array(8).fill(77);
    move(image, shape, { dy, dx, mirrorX, mirrorY }, 9, out, 1);
    expect([out[0], out[7]]).toEqual([77, 77]);
    return Array.from(out.subarray(1, 7));
  };
  expect(by(0, 0)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(by(-1, 0)).toEqual([4, 5, 6, 9, 9, 9]);
  expect(by(1, 0)).toEqual([9, 9, 9, 1, 2, 3]);
  expect(by(0, -1)).toEqual([2, 3, 9, 5, 6, 9]);
  expect(by(0, 1)).toEqual([9, 1, 2, 9, 4, 5]);
  expect(by(1, -2)).toEqual([9, 9, 9, 3, 9, 9]);
  expect(by(0, 0, true)).toEqual([3, 2, 1, 6, 5, 4]);
  expect(by(0, 0, false, true)).toEqual([4, 5, 6, 1, 2, 3]);
  expect(by(0, 0, true, true)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(by(0, 1, true)).toEqual([9, 3, 2, 9, 6, 5]);
});

test.each(SHAPES)("every distance and mirror of [%i, %i, …], also beyond the image", (...sizes) => {
  const shape = sizes.filter((n) => n !== undefined);
  const [height, width, channels = 1] = shape as [number, number, number?];
  const image = row(numbered(1, shape), 0);
  for (let dy = -height - 1; dy <= height + 1; dy++)
    for (let dx = -width - 1; dx <= width + 1; dx++)
      for (let mirror = 0; mirror < 4; mirror++) {
        const by = { dy, dx, mirrorX: mirror % 2 === 1, mirrorY: mirror > 1 };
        const out = new Uint8Array(image.length);
        move(image, { height, width, channels }, by, 200, out, 0);
        expect(Array.from(out), JSON.stringify(by)).toEqual(moved(image, shape, { ...by, fill: 200 }));
      }
});

describe.each(TYPES)("%s", (type) => {
  test.each(SHAPES)("augment's shift of [%i, %i, …] is one of the exact ones, and each comes", (...sizes) => {
    const shape = sizes.filter((n) => n !== undefined);
    const set = numbered(6, shape, type);
    const [height, width] = shape as [number, number];
    const most = [Math.min(1, height - 1), Math.min(2, width - 1)];
    const fill = type === "uint8" ? 7 : -0.1;
    const made = augment(set, { shift: most, fill });
    const found = new Set<string>();
    for (let epoch = 0; epoch < 80; epoch++) {
      const image = Array.from(row(made, 3, epoch));
      let which = "";
      for (let dy = -most[0]!; dy <= most[0]!; dy++)
        for (let dx = -most[1]!; dx <= most[1]!; dx++)
          if (String(moved(row(set, 3), shape, { dy, dx, fill: Math.fround(fill) })) === String(image))
            which = `${dy},${dx}`;
      expect(which).not.toBe("");
      found.add(which);
    }
    expect(found.size).toBe((2 * most[0]! + 1) * (2 * most[1]! + 1));
  });

  test("flips are exact, and half of them come", () => {
    const set = numbered(4, [3, 4, 3], type);
    for (const flip of ["horizontal", "vertical", "both"] as const) {
      const made = augment(set, { flip });
      const counts: Record<string, number> = {};
      for (let epoch = 0; epoch < 200; epoch++) {
        const image = String(row(made, 1, epoch));
        for (const [name, by] of Object.entries({
          plain: {},
          x: { mirrorX: true },
          y: { mirrorY: true },
          xy: { mirrorX: true, mirrorY: true },
        }))
          if (image === String(moved(row(set, 1), [3, 4, 3], by))) counts[name] = (counts[name] ?? 0) + 1;
      }
      const kinds = { horizontal: ["plain", "x"], vertical: ["plain", "y"], both: ["plain", "x", "y", "xy"] };
      expect(Object.keys(counts).sort()).toEqual(kinds[flip].sort());
      const expected = 200 / kinds[flip].length;
      for (const count of Object.values(counts))
        expect(Math.abs(count - expected)).toBeLessThan(expected / 2);
    }
  });
});

test("crop moves by whole pixels, too", () => {
  const set = numbered(1, [5, 5]);
  const made = augment(set, { crop: 1 });
  const seen = new Set<string>();
  const exact = new Set<string>();
  for (const dy of [-1, 0, 1])
    for (const dx of [-1, 0, 1]) exact.add(String(moved(row(set, 0), [5, 5], { dy, dx })));
  for (let epoch = 0; epoch < 100; epoch++) seen.add(String(row(made, 0, epoch)));
  expect([...seen].sort()).toEqual([...exact].sort());
});

describe("shifted", () => {
  const set = numbered(3, [3, 4, 1]);

  test("five times the rows: as they are, up, down, left, right", () => {
    const made = shifted(set);
    expect(made).toMatchObject({ name: "numbered (shifted)", length: 15, inputShape: [3, 4, 1] });
    const { x, y } = contents(made);
    const images = [0, 1, 2].map((i) => row(set, i));
    const moves = [{}, { dy: -1 }, { dy: 1 }, { dx: -1 }, { dx: 1 }];
    expect(x).toEqual(moves.flatMap((by) => images.flatMap((image) => moved(image, [3, 4], by))));
    expect(y).toEqual(moves.flatMap(() => [0, 1, 2]));
    expect(Array.from(made.labels!)).toEqual(y);
  });

  test("further, with another fill, of flat rows, in any order, next to other data", () => {
    const flat = numbered(3, [12]);
    const made = shifted(flat, 2, { fill: 255, imageShape: [3, 4] });
    const x = new Uint8Array(12 * 4).fill(99);
    const y = new Int32Array(4).fill(99);
    made.read(Uint32Array.of(14, 1, 4), x, y);
    expect(Array.from(x)).toEqual([
      ...moved(row(flat, 2), [3, 4], { dx: 2, fill: 255 }),
      ...row(flat, 1),
      ...moved(row(flat, 1), [3, 4], { dy: -2, fill: 255 }),
      ...new Array<number>(12).fill(99),
    ]);
    expect(Array.from(y)).toEqual([2, 1, 1, 99]);
  });

  test("of a dataset that takes its time", async () => {
    const late = shifted({ ...set, read: async (i, x, y) => void set.read(i, x, y) });
    const x = new Uint8Array(24);
    const wanted = Uint32Array.of(12, 3);
    const pending = late.read(wanted, x, new Int32Array(2));
    wanted.fill(0);
    await pending;
    expect(Array.from(x)).toEqual([
      ...moved(row(set, 0), [3, 4], { dx: 1 }),
      ...moved(row(set, 0), [3, 4], { dy: -1 }),
    ]);
  });

  test("refuses what makes no sense", () => {
    expect(() => shifted(set, 3)).toThrow("shifted: expected a whole number of pixels from 1 to 2, got 3");
    expect(() => shifted(set, 0.5)).toThrow("got 0.5");
    expect(() => shifted(set, 1, { fil: 1 } as never)).toThrow('unknown option "fil"; did you mean "fill"?');
    expect(() => shifted(set, 1, { fill: 256 })).toThrow(
      "shifted: fill: expected a whole number from 0 to 255, as the images are uint8, got 256",
    );
    expect(() => shifted(numbered(2, [12]))).toThrow(
      "shifted: numbered: expected images, rows of shape [h, w] or [h, w, c], got [12]; for images stored as flat rows, pass imageShape: [h, w]",
    );
  });
});
