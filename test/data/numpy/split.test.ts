/** Which arrays of an archive are the data set, and what their values mean. */
import { describe, expect, test } from "vitest";
import { type NpzSplitOptions, npzSplit, onlyInputs } from "../../../src/data/numpy/split.ts";
import { csvSplit } from "../../../src/data/tables/csv.ts";
import { type Code, withHeader, writeNpy, writeTexts, writeZip } from "../../support/data/npy.ts";
import { contents } from "../helpers.ts";

/** Three rows of two floats from −1 to 1, and as many labels. */
const x = writeNpy("f4", [3, 2], [0, 0.5, 1, -1, 0.25, 0]);
const y = writeNpy("i8", [3], [0n, 1n, 1n]);
const one = writeNpy("f4", [1, 2], [0.5, 0.75]);
const label = writeNpy("i8", [1], [1n]);
/** Anything that Python alone can read. */
const pickled = withHeader("|O", [], Uint8Array.of(0x80, 4, 0x4e, 0x2e));

const zip = (arrays: Record<string, Uint8Array>): Uint8Array =>
  writeZip(
    Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content })),
    { deflate: true },
  );
const split = (arrays: Record<string, Uint8Array>, options?: NpzSplitOptions) =>
  npzSplit(zip(arrays), "a.npz", options);

describe("names", () => {
  test.each([
    ["x", "y"],
    ["X", "y"],
    ["X_train", "y_train"],
    ["x_train", "Y_TRAIN"],
    ["train_x", "train_y"],
    ["trainX", "trainY"],
    ["train_set_x", "train_set_y"],
    ["training_data", "training_labels"],
    ["data", "target"],
    ["images", "labels"],
    ["train_images", "train_labels"],
    ["inputs", "outputs"],
    ["features", "targets"],
    ["my data/x", "my data/y"],
  ])("%s and %s, whatever else there is", (nameX, nameY) => {
    const { train, test: held, arrays } = split({ info: pickled, [nameX]: x, [nameY]: y, DESCR: pickled });
    expect(contents(train)).toEqual({ x: [0, 0.5, 1, -1, 0.25, 0], y: [0, 1, 1] });
    expect([held, arrays.names]).toEqual([undefined, { train: { x: nameX, y: nameY } }]);
  });

  test.each([
    ["X_train", "y_train", "X_test", "y_test"],
    ["x", "y", "x_test", "y_test"],
    ["train_images", "train_labels", "test_images", "test_labels"],
    ["X_tr", "y_tr", "X_te", "y_te"],
    ["xtrn", "ytrn", "xtst", "ytst"],
    ["x_tr", "y_tr", "x_ts", "y_ts"],
  ])("%s and %s, with %s and %s to test with", (...names) => {
    const [a, b, c, d] = names;
    const { train, test: held, arrays } = split({ [a]: x, [b]: y, [c]: one, [d]: label });
    expect(train.length).toBe(3);
    expect(contents(held!)).toEqual({ x: [0.5, 0.75], y: [1] });
    expect(arrays.names).toEqual({ train: { x: a, y: b }, test: { x: c, y: d } });
  });

  test.each([
    ["x_val", "y_val"],
    ["devX", "devY"],
    ["valid_images", "valid_labels"],
    ["x_validation", "y_validation"],
  ])("%s and %s are a validation part, with a test part and without", (nameX, nameY) => {
    const parts = { x_train: x, y_train: y, [nameX]: one, [nameY]: label };
    expect(contents(split(parts).validation!)).toEqual({ x: [0.5, 0.75], y: [1] });
    expect(split(parts).test).toBeUndefined();
    const all = split({ ...parts, x_test: x, y_test: y });
    expect([all.train.length, all.validation!.length, all.test!.length]).toEqual([3, 1, 3]);
    expect([all.validation!.name, all.test!.name]).toEqual(["a.npz (validation)", "a.npz (test)"]);
    const like = split({ ...parts, x_test: x, y_test: y }, { likeArrays: all.arrays });
    expect(like.arrays.names).toEqual(all.arrays.names);
    const named = split(
      { a: x, b: y, c: one, d: label, e: x, f: y },
      { arrays: ["a", "b", "c", "d", "e", "f"] },
    );
    expect([named.test!.length, named.validation!.length]).toEqual([1, 3]);
  });

  test("inputs to test with that have no targets, and a part of no rows", () => {
    const { test: held, notes } = split({ x_train: x, y_train: y, x_test: one });
    expect(held).toBeUndefined();
    expect(notes).toContain("x_test not used: there are no targets to go with it");
    const none = split({ x, y, x_test: writeNpy("f4", [0, 2], []), y_test: writeNpy("i8", [0], []) });
    expect(none.test).toBeUndefined();
    expect(none.notes).toContain("x_test and y_test have no rows: there is no test part");
    const alone = split({ x_test: x, y_test: y });
    expect(alone.train.length).toBe(3);
    expect(alone.notes).toContain("there is no training part: x_test and y_test are read as the data set");
  });

  test("arrays without names go by their order, and by their shapes", () => {
    const two = split({ arr_0: x, arr_1: y });
    expect(contents(two.train).y).toEqual([0, 1, 1]);
    expect(two.notes).toContain("arr_0 are the inputs, arr_1 the targets");
    const pairs = split({ arr_0: x, arr_1: y, arr_2: one, arr_3: label });
    expect([pairs.train.length, contents(pairs.test!)]).toEqual([3, { x: [0.5, 0.75], y: [1] }]);
    // train_test_split() returns both inputs first
    const sorted = split({ arr_0: x, arr_1: one, arr_2: y, arr_3: label });
    expect([sorted.train.length, contents(sorted.test!)]).toEqual([3, { x: [0.5, 0.75], y: [1] }]);
    expect(() => split({ arr_0: y, arr_1: x })).toThrow(
      /^a\.npz: arr_0 looks like targets and arr_1 like inputs; arrays: \["X", "Y"\] \(--arrays X,Y\).* Found arr_0: int64 \[3\], arr_1: float32 \[3, 2\]$/,
    );
    expect(contents(split({ arr_0: y, arr_1: x }, { arrays: ["arr_1", "arr_0"] }).train).y).toEqual([
      0, 1, 1,
    ]);
    expect(() => split({ arr_0: x, arr_1: x, arr_2: x, arr_3: x })).toThrow(
      "their order may be x, y, x, y or x, x, y, y",
    );
    expect(() => split({ arr_0: x, arr_1: y, arr_2: one })).toThrow(
      "expected arrays named x_train and y_train",
    );
  });

  test("where several may be meant, it stops with what there is and how to name it", () => {
    const several = { data: x, images: x, target: y };
    expect(() => split(several)).toThrow(
      'a.npz: data and images may each be the inputs; arrays: ["X", "Y"] (--arrays X,Y), with two more for a test part, names them. Found data: float32 [3, 2], images: float32 [3, 2], target: int64 [3]',
    );
    expect(split(several, { arrays: ["images", "target"] }).arrays.names).toEqual({
      train: { x: "images", y: "target" },
    });
    expect(() => split({ x, y, labels: y })).toThrow("y and labels may each be the targets");
    expect(() => split({ x, y, x_train: x, y_train: y })).toThrow(
      "x and y and x_train and y_train may each be what is trained on",
    );
    expect(() => split({ height: x, kind: y })).toThrow(
      /expected arrays named .* found height: float32 \[3, 2\], kind: int64 \[3\]/,
    );
    expect(() => split({})).toThrow("found none");
    expect(() => split(several, { arrays: ["image", "target"] })).toThrow(
      'a.npz: arrays: there is no array "image"; did you mean "images"? found data, images and target',
    );
    expect(() => split(several, { arrays: ["data"] })).toThrow("expected two names (inputs, targets), four");
  });

  test("errors name file, array and type", () => {
    expect(() => split({ x, y: writeNpy("i8", [2], [0n, 1n]) })).toThrow(
      "a.npz: x.npy: float32 [3, 2], so 3 rows, but y (int64 [2]) has 2; expected one target for each row",
    );
    expect(() => split({ x: writeNpy("f8", [2, 2], [1, 2, NaN, 4]), y })).toThrow("so 2 rows");
    expect(() => split({ x: writeNpy("f8", [3, 2], [1, 2, 3, NaN, 5, 6]), y })).toThrow(
      "a.npz: x.npy: float64 [3, 2]: row 1, column 1: expected a finite float32 number, got NaN",
    );
    expect(() => split({ x, y: writeNpy("f8", [3], [0.5, Infinity, 1]) })).toThrow(
      "a.npz: y.npy: float64 [3]: row 1: expected a finite float32 number, got Infinity",
    );
    expect(() => split({ x: withHeader("|O", [3], Uint8Array.of(0x80, 4, 0x2e)), y })).toThrow(
      "a.npz: x.npy: element type |O of [3] is not supported: Python objects",
    );
    expect(() => split({ x: writeTexts([3], ["a", "b", "c"], true), y })).toThrow(
      "a.npz: x.npy: text [3]: expected numbers as inputs",
    );
    expect(split({ images: writeTexts([3], ["a", "b", "c"], true), data: x, y }).arrays.names).toEqual({
      train: { x: "data", y: "y" },
    });
    expect(() => split({ x: writeNpy("f4", [0, 2], []), y: writeNpy("i8", [0], []) })).toThrow(
      "a.npz: x.npy: float32 [0, 2]: no rows",
    );
    expect(() => split({ x, y, x_test: writeNpy("f4", [1, 3], [1, 1, 1]), y_test: label })).toThrow(
      "a.npz: x_test.npy: rows of shape [3], but a.npz: x.npy has [2]",
    );
  });

  test("inputs alone, to predict from", () => {
    expect(onlyInputs(zip({ X: x }), "a")?.shape).toEqual([3, 2]);
    expect(onlyInputs(zip({ anything: x }), "a")?.shape).toEqual([3, 2]);
    expect(onlyInputs(zip({ x_test: x, ids: pickled }), "a")?.shape).toEqual([3, 2]);
    expect(onlyInputs(zip({ x, y }), "a")).toBeUndefined();
  });
});

describe("inputs", () => {
  const pixels = Array.from({ length: 3 * 64 }, (_, i) => (i * 67) % 256);
  const WHOLE: Code[] = ["u1", "u2", "i2", "u4", "i4", "f4", "f8"];

  test.each([...WHOLE, "i8" as const, "u8" as const])(
    "pixels as %s are the bytes they are as uint8",
    (code) => {
      const values = code === "i8" || code === "u8" ? pixels.map(BigInt) : pixels;
      for (const shape of [
        [3, 8, 8],
        [3, 64],
        [3, 8, 8, 1],
      ]) {
        const { train, notes } = split({ x: writeNpy(code, shape, values), y });
        expect([train.inputType, train.inputScale]).toEqual(["uint8", 1 / 255]);
        expect(train.inputShape).toEqual(shape.length === 2 ? [64] : [8, 8, 1]);
        expect(contents(train).x).toEqual(pixels);
        expect(notes[0]).toMatch(/^x: \w+ \[3, .*\], from 0 to 255: pixels, scaled by 1\/255$/);
      }
    },
  );

  test("float16 holds them as well", () => {
    // 1024 + n is 0x6400 + n: whole numbers beside 0 and 1
    const bits = [0x0000, 0x3c00, 0x5bf8, 0x5800]; // 0, 1, 255, 128
    const { train } = split({ x: writeNpy("f2", [1, 2, 2], bits), y: label });
    expect([train.inputType, contents(train).x]).toEqual(["uint8", [0, 1, 255, 128]]);
  });

  test.each(["b1", "u1", "i1", "i4", "f4", "f8"] as const)("0 and 1 as %s are 0 and 1", (code) => {
    const { train, arrays } = split({ x: writeNpy(code, [3, 2], [0, 1, 1, 0, 1, 1]), y });
    expect([train.inputType, train.inputScale, arrays.scaling]).toEqual(["float32", 1, "none"]);
    expect(contents(train).x).toEqual([0, 1, 1, 0, 1, 1]);
  });

  test("pixels that are no whole numbers are divided by 255", () => {
    const values = pixels.map((value) => Math.min(255, value + 0.25));
    const { train, standardisation } = split({ x: writeNpy("f4", [3, 8, 8, 1], values), y });
    expect(train.inputType).toBe("float32");
    expect(contents(train).x).toEqual(values.map((value) => Math.fround(value / 255)));
    expect(standardisation!.scale).toEqual(new Array(64).fill(255));
  });

  test("columns of numbers are standardised by the training rows, in float64", () => {
    // seconds that float32 cannot tell apart; numpy: (x - x.mean(0)) / x.std(0)
    const times = [1.7e9, 1.7e9 + 1, 1.7e9 + 5];
    const table = times.flatMap((time, i) => [time, 3 * i, 7]);
    const {
      train,
      test: held,
      standardisation,
      arrays,
    } = split({
      x: writeNpy("f8", [3, 3], table),
      y,
      x_test: writeNpy("f8", [1, 3], [1.7e9 + 3, 3, 8]),
      y_test: label,
    });
    expect(standardisation!.mean).toEqual([1700000002, 3, 7]);
    const deviations = [2.160246899469287, 2.449489742783178, 1];
    standardisation!.scale.forEach((value, i) => expect(value).toBeCloseTo(deviations[i]!, 12));
    const numpy = [-0.9258201, -1.2247449, 0, -0.46291006, 0, 0, 1.3887302, 1.2247449, 0];
    contents(train).x.forEach((value, i) => expect(value).toBeCloseTo(numpy[i]!, 6));
    expect(contents(held!).x.map((value) => value.toFixed(6))).toEqual(["0.462910", "0.000000", "1.000000"]);
    expect([train.standardisation, arrays.scaling]).toEqual([standardisation, "standardise"]);
    const smallest = split({ x: writeNpy("f8", [3, 2], [0, 0, 5e-324, 7, 0, 9]), y });
    expect(smallest.standardisation!.scale[0]).toBe(1);
    // as they are, where that is asked for
    const raw = split({ x: writeNpy("f8", [3, 3], table), y }, { scaling: "none" });
    expect(contents(raw.train).x).toEqual(table.map(Math.fround));
    expect(() => split({ x: writeNpy("f8", [3, 1], [1e300, -1e300, 0]), y })).toThrow(
      "x.npy: float64 [3, 1]: column 0 has numbers too large to be standardised",
    );
    expect(() => split({ x: writeNpy("f8", [3, 1], [1e39, 0, 0]), y }, { scaling: "none" })).toThrow(
      "got 1e+39",
    );
    expect(() => split({ x: writeNpy("f8", [3, 1], [300, 0, 0]), y }, { scaling: "pixels" })).toThrow(
      "expected pixels from 0 to 255, got 300",
    );
  });

  test("a table is standardised as the same table in CSV is", () => {
    const rows = [
      [5.1, 3500, 1.7e9],
      [4.9, 3000, 1.7e9 + 60],
      [7, 3200.5, 1.7e9 + 61],
      [6.25, -12, 1.7e9 + 4000],
    ];
    const text = `first,second,third,y\n${rows.map((row, i) => `${row.join(",")},${"xyxy"[i]}`).join("\n")}\n`;
    const table = csvSplit(text, { testFraction: 0, header: true });
    const { train, standardisation } = split({
      x: writeNpy("f8", [4, 3], rows.flat()),
      y: writeTexts([4], ["x", "y", "x", "y"], true),
    });
    expect(contents(train)).toEqual(contents(table.train));
    expect([standardisation!.mean, standardisation!.scale]).toEqual([
      table.standardisation!.mean,
      table.standardisation!.scale,
    ]);
  });

  test("a fold is standardised by its own training rows", () => {
    const table = [1, 10, 2, 20, 4, 40, 9, 90];
    const { refit } = split({ x: writeNpy("f8", [4, 2], table), y: writeNpy("u1", [4], [0, 1, 0, 1]) });
    const fold = refit!(Uint32Array.of(0, 2), Uint32Array.of(1, 3));
    // of 1 and 4: mean 2.5, deviation 1.5
    expect(fold.train.standardisation).toEqual({ mean: [2.5, 25], scale: [1.5, 15] });
    expect(contents(fold.train)).toEqual({ x: [-1, -1, 1, 1], y: [0, 0] });
    expect(contents(fold.test)).toEqual({ x: [-1 / 3, -1 / 3, 13 / 3, 13 / 3].map(Math.fround), y: [1, 1] });
    expect(split({ x, y }).refit).toBeUndefined();
  });

  test("series share a mean in each of their columns, pictures with channels in each of these", () => {
    const series = [0, 100, 2, 300, 4, 500].flatMap((value) => [value, value + 1]);
    const { standardisation } = split({ x: writeNpy("f4", [3, 2, 2], series), y });
    expect(standardisation!.mean).toHaveLength(4);
    const wide = split({ x: writeNpy("f4", [1, 3, 2], [0, 1000, 2, 3000, 4, 5000]), y: label });
    expect(wide.standardisation!.mean).toEqual([2, 3000, 2, 3000, 2, 3000]);
  });

  test("channels that come first go last, and that is said", () => {
    const planes = Array.from({ length: 3 * 64 }, (_, i) => Math.floor(i / 64) * 80 + (i % 64));
    const { train, notes } = split({ x: writeNpy("u1", [1, 3, 8, 8], planes), y: label });
    expect(train.inputShape).toEqual([8, 8, 3]);
    expect(contents(train).x.slice(0, 6)).toEqual([0, 80, 160, 1, 81, 161]);
    expect(notes[0]).toBe("x: uint8 [1, 3, 8, 8]: channels first, read as [8, 8, 3]");
    expect(
      split({ x: writeNpy("u1", [1, 1, 8, 8], planes.slice(0, 64)), y: label }).train.inputShape,
    ).toEqual([8, 8, 1]);
    expect(split({ x: writeNpy("u1", [1, 8, 8, 3], planes), y: label }).train.inputShape).toEqual([8, 8, 3]);
  });
});

describe("as a model was trained", () => {
  const flags = writeNpy(
    "u1",
    [3, 64],
    new Array(192).fill(0).map((_, i) => i % 2),
  );
  const ready = writeNpy(
    "f4",
    [3, 64],
    new Array(192).fill(0).map((_, i) => (i % 5) / 4),
  );

  test("bytes stay pixels, whatever they are; what is scaled already is not scaled again", () => {
    const like = { likeArrays: { scaling: "pixels" as const } };
    expect(contents(split({ x: flags, y }, like).train).x.slice(0, 3)).toEqual([0, 1, 0]);
    expect(split({ x: flags, y }, like).train).toMatchObject({ inputType: "uint8", inputScale: 1 / 255 });
    expect(contents(split({ x: ready, y }, like).train).x.slice(0, 5)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  test("a standardisation that was fitted is used again", () => {
    const standardisation = { mean: [1, 2], scale: [2, 4] };
    const like = { likeArrays: { scaling: "standardise" as const }, standardisation };
    expect(contents(split({ x, y }, like).train).x.slice(0, 2)).toEqual([-0.5, -0.375]);
    expect(() => split({ x: flags, y }, like)).toThrow("the model's standardisation is of 2 columns");
  });

  test("labels that are missing", () => {
    for (const gap of ["", "nan"]) {
      const y = writeTexts([3], ["b", gap, "b"], true);
      expect(() => split({ x, y })).toThrow(`y.npy: text [3]: row 1: the label is missing ("${gap}")`);
      expect(split({ x, y }, { task: "classification" }).train.target).toMatchObject({ classes: 2 });
    }
  });

  test("labels keep their numbers", () => {
    const nine = writeNpy("i8", [3], [9n, 3n, 9n]);
    const counted = split({ x, y: nine }, { likeArrays: { task: "classification" } });
    expect(contents(counted.train).y).toEqual([9, 3, 9]);
    const named = split(
      { x, y: writeTexts([3], ["b", "c", "b"], true) },
      { likeArrays: { classes: ["c", "a", "b"] } },
    );
    expect(contents(named.train).y).toEqual([2, 0, 2]);
    expect(() =>
      split({ x, y: writeTexts([3], ["b", "cc", "b"], true) }, { likeArrays: { classes: ["cat", "b"] } }),
    ).toThrow('a.npz: y.npy: text [3]: row 1: "cc" is none of the known classes; expected cat, b');
    const numbers = split({ x, y: nine }, { likeArrays: { task: "regression" } });
    expect(numbers.train.target).toEqual({ kind: "values", size: 1 });
  });
});

describe("targets", () => {
  const six = writeNpy("f4", [6, 1], [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  const targets = (array: Uint8Array, options?: NpzSplitOptions, more?: Record<string, Uint8Array>) => {
    const { train, notes } = split({ x: six, y: array, ...more }, options);
    return { target: train.target, y: contents(train).y, notes: notes.slice(-1) };
  };
  const classes = (n: number, names?: string[]) => ({ kind: "class", classes: n, ...(names && { names }) });

  test("integers are labels, in a row or a column, of any width", () => {
    const labels = [0, 2, 1, 2, 0, 1];
    for (const code of ["u1", "i2", "i4", "f4", "f8"] as const)
      for (const shape of [[6], [6, 1]])
        expect(targets(writeNpy(code, shape, labels))).toMatchObject({ target: classes(3), y: labels });
    expect(targets(writeNpy("u8", [6, 1], labels.map(BigInt)))).toMatchObject({
      target: classes(3),
      y: labels,
    });
    expect(targets(writeNpy("b1", [6, 1], [0, 0, 0, 0, 0, 0]))).toMatchObject({ target: classes(2) });
  });

  test("−1 and 1, labels from 1 on, and codes are classes by name", () => {
    expect(targets(writeNpy("i1", [6], [-1, 1, 1, -1, -1, 1]))).toMatchObject({
      target: classes(2, ["-1", "1"]),
      y: [0, 1, 1, 0, 0, 1],
    });
    expect(targets(writeNpy("i4", [6], [1, 2, 3, 3, 2, 1]))).toMatchObject({
      target: classes(3, ["1", "2", "3"]),
      y: [0, 1, 2, 2, 1, 0],
    });
    expect(targets(writeNpy("u1", [6], [0, 255, 255, 0, 255, 0]))).toMatchObject({
      target: classes(2, ["0", "255"]),
    });
  });

  test("text is classes by name; numbers among it by size", () => {
    const texts = ["cat", "dog", "ähre", "cat", "dog", "dog"];
    for (const unicode of [true, false])
      expect(targets(writeTexts([6], texts, unicode))).toEqual({
        target: classes(3, ["cat", "dog", "ähre"]),
        y: [0, 1, 2, 0, 1, 1],
        notes: ["y: text [6]: labels of 3 classes: cat, dog, ähre"],
      });
    expect(targets(writeTexts([6, 1], ["10", "9", "10", "9", "007", "7"], true)).target).toEqual(
      classes(4, ["007", "7", "9", "10"]),
    );
    expect(() => targets(writeTexts([6], ["1.5", "2", "1.5", "2", "2", "2"], true))).toThrow(
      'a.npz: y.npy: text [6]: "1.5" may be a quantity or the name of a class; store quantities with .astype("float64")',
    );
    const many = Array.from({ length: 40 }, (_, i) => `name ${i}`);
    expect(() =>
      split({
        x: writeNpy(
          "f4",
          [40, 1],
          many.map((_, i) => i),
        ),
        y: writeTexts([40], many, true),
      }),
    ).toThrow("y.npy: text [40]: 40 of 40 texts are different, too many for classes");
    expect(() => targets(writeTexts([6, 2], [...texts, ...texts], true))).toThrow(
      "expected one label for each row",
    );
    expect(() => targets(writeTexts([6], texts, true), { task: "regression" })).toThrow(
      "as the task is regression",
    );
  });

  test("numbers that are no labels are quantities, unless the task is said", () => {
    const prices = writeNpy("i8", [6], [250_000n, 181_500n, 99_000n, 1_250_000n, 42n, 7n]);
    expect(targets(prices)).toMatchObject({
      target: { kind: "values", size: 1 },
      y: [250_000, 181_500, 99_000, 1_250_000, 42, 7],
    });
    expect(targets(prices).notes[0]).toBe(
      "y: int64 [6]: quantities: 6 different whole numbers; --task classification makes them classes",
    );
    expect(targets(prices, { task: "classification" }).target).toMatchObject({ kind: "class", classes: 6 });
    expect(targets(writeNpy("f8", [6], [0.5, 1, 2, 3, 4, 5])).target).toEqual({ kind: "values", size: 1 });
    expect(targets(writeNpy("i4", [6], [0, 1, 0, 1, 0, 1]), { task: "regression" }).target).toEqual({
      kind: "values",
      size: 1,
    });
    expect(() => targets(writeNpy("f8", [6], [0.5, 1, 2, 3, 4, 5]), { task: "classification" })).toThrow(
      "a.npz: y.npy: float64 [6]: row 0: expected a label, a whole number, got 0.5",
    );
  });

  test("one 1 in each row is a class; several, or shares, are values", () => {
    const hot = [1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 1];
    for (const code of ["b1", "u1", "f4"] as const)
      expect(targets(writeNpy(code, [6, 2], hot))).toMatchObject({
        target: classes(2),
        y: [0, 1, 1, 0, 0, 1],
      });
    expect(targets(writeNpy("f4", [6, 2], hot), { task: "regression" }).target).toEqual({
      kind: "values",
      size: 2,
    });
    const several = [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0];
    expect(targets(writeNpy("b1", [6, 2], several))).toMatchObject({
      target: { kind: "values", size: 2 },
      y: several,
    });
    expect(() => targets(writeNpy("b1", [6, 2], several), { task: "classification" })).toThrow(
      "one 1 and 1 zeros in each row",
    );
  });

  test("names of classes that stand beside them", () => {
    const labels = writeNpy("i8", [6], [0n, 1n, 2n, 0n, 1n, 2n]);
    for (const name of ["class_names", "target_names", "classes", "label_names"])
      expect(targets(labels, {}, { [name]: writeTexts([3], ["cat", "dog", "cow"], true) }).target).toEqual(
        classes(3, ["cat", "dog", "cow"]),
      );
    const fewer = targets(labels, {}, { class_names: writeTexts([2], ["cat", "dog"], true) });
    expect(fewer.target).toEqual(classes(3));
    expect(fewer.notes).toEqual(["2 names of classes are not used: there are labels up to 2"]);
    expect(targets(labels, {}, { class_names: pickled }).target).toEqual(classes(3));
  });
});
