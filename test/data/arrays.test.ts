import { describe, expect, test } from "vitest";
import { arrayDataset } from "../../src/data/arrays.ts";
import { buffersFor } from "../../src/data/dataset.ts";
import { contents } from "./helpers.ts";

describe("arrayDataset", () => {
  test("nested arrays and labels", () => {
    const data = arrayDataset(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [0, 2, 1],
    );
    expect(data).toMatchObject({
      name: "data",
      length: 3,
      inputShape: [2],
      inputType: "float32",
      inputScale: 1,
    });
    expect(data.target).toEqual({ kind: "class", classes: 3 });
    expect(contents(data)).toEqual({ x: [1, 2, 3, 4, 5, 6], y: [0, 2, 1] });
  });

  test("rows are written densely, in the order asked for", () => {
    const data = arrayDataset(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [0, 2, 1],
    );
    const { x, y } = buffersFor(data, 4);
    x.fill(-1);
    data.read(Uint32Array.of(2, 0, 2), x, y);
    expect(Array.from(x)).toEqual([5, 6, 1, 2, 5, 6, -1, -1]);
    expect(Array.from(y)).toEqual([1, 0, 1, 0]);
  });

  test("bytes stay bytes, scaled by 1/255 unless told otherwise", () => {
    const bytes = Uint8Array.of(0, 255, 128, 1);
    expect(arrayDataset(bytes, [0, 1])).toMatchObject({
      inputShape: [2],
      inputType: "uint8",
      inputScale: 1 / 255,
    });
    expect(arrayDataset({ data: bytes, shape: [2, 2, 1] }, [0, 1], { inputScale: 1 })).toMatchObject({
      inputShape: [2, 1],
      inputScale: 1,
    });
    expect(arrayDataset(bytes, [0], { inputShape: [2, 2, 1] }).inputShape).toEqual([2, 2, 1]);
  });

  test("which targets are labels", () => {
    const x = [[1], [2]];
    const kind = (y: Parameters<typeof arrayDataset>[1], options = {}) => arrayDataset(x, y, options).target;
    expect(kind(Float32Array.of(0, 3))).toEqual({ kind: "class", classes: 4 }); // labels that happen to be floats
    expect(kind([0.5, 1])).toEqual({ kind: "values", size: 1 });
    expect(kind([-1, 1])).toEqual({ kind: "values", size: 1 });
    expect(kind([0, 1], { target: "values" })).toEqual({ kind: "values", size: 1 });
    expect(kind([[0], [1]])).toEqual({ kind: "values", size: 1 });
    expect(
      kind([
        [0, 1],
        [1, 0],
      ]),
    ).toEqual({ kind: "values", size: 2 }); // one-hot stays as it is
    expect(
      kind(
        [
          [0, 1],
          [1, 0],
        ],
        { target: "class" },
      ),
    ).toEqual({ kind: "class", classes: 2 });
    expect(
      contents(
        arrayDataset(
          x,
          [
            [0, 1],
            [1, 0],
          ],
          { target: "class" },
        ),
      ).y,
    ).toEqual([1, 0]);
    expect(kind([0, 1], { classes: 5, names: ["a", "b"] })).toEqual({
      kind: "class",
      classes: 5,
      names: ["a", "b"],
    });
  });

  test("one number for each row", () => {
    expect(arrayDataset([0.1, 0.2, 0.3], [1.5, 2, 2]).inputShape).toEqual([1]);
  });
});

describe("arrayDataset refuses", () => {
  const refuse = (x: unknown, y: unknown, options: object, message: string | RegExp) =>
    expect(() => arrayDataset(x as number[], y as number[], { name: "points", ...options })).toThrow(message);

  test("NaN and infinity, naming row and column", () => {
    refuse(
      [
        [1, 2],
        [3, NaN],
      ],
      [0, 1],
      {},
      "points: x: row 1, column 1: expected a finite float32 number, got NaN",
    );
    refuse(Float32Array.of(1, 2, Infinity, 4), [0, 1], {}, "points: x: row 1, column 0");
    refuse([[1e300]], [0], {}, "finite float32 number, got 1e+300");
    refuse([[1]], [[NaN]], {}, "points: y: row 0, column 0");
  });

  test("counts and shapes that disagree", () => {
    refuse(
      [
        [1, 2],
        [3, 4],
      ],
      [0, 1, 2],
      {},
      "points: x has shape [2, 2], so 2 rows, but y has 3",
    );
    refuse([1, 2, 3], [0, 1], {}, "points: x has 3 values, y has 2 rows");
    refuse(
      new Float32Array(7),
      [0, 1],
      { inputShape: [4] },
      "expected 2 rows of [4] (8 values), one for each target, got 7",
    );
    refuse({ data: new Float32Array(3), shape: [2, 2] }, [0, 1], {}, "shape [2, 2] needs 4 values, got 3");
    refuse([[1, 2], [3]], [0, 1], {}, "points: x: row 1: expected 2 values as in row 0, got 1 values");
    refuse([[1, 2], 3], [0, 1], {}, "points: x: row 1: expected 2 values as in row 0, got 3");
    refuse([[1]], [], {}, "expected at least one value, got an empty array");
    refuse(new Float32Array(0), new Int32Array(0), {}, "y has no rows");
  });

  test("a missing batch dimension, with the way out", () => {
    refuse(
      [
        [1, 2],
        [3, 4],
      ],
      [0],
      {},
      "Is this one row? Then the batch dimension is missing: pass [x], of shape [1, 2, 2]",
    );
    refuse(
      new Float32Array(4),
      [0, 1],
      { inputShape: [2, 2] },
      "that is a single row: the batch dimension is missing",
    );
  });

  test("labels that are none", () => {
    refuse(
      [[1], [2]],
      [0, 4],
      { classes: 3 },
      "points: y: row 1: expected a label, a whole number from 0 to 2, got 4",
    );
    refuse([[1], [2]], [0, 0.5], { target: "class" }, 'got 0.5; for quantities pass target: "values"');
    refuse([[1], [2]], [0, 1e9], {}, "below 100000, got 1000000000");
    refuse(
      [[1], [2]],
      [
        [0, 1],
        [1, 1],
      ],
      { target: "class" },
      "points: y: row 1: expected one 1 and 1 zeros",
    );
  });

  test("what is no array of numbers", () => {
    refuse([["a"]], [0], {}, 'points: x: expected a number, got "a"');
    refuse(null, [0], {}, "points: x: expected an array, a typed array or { data, shape }, got null");
  });
});
