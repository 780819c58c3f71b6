/** The target column: classes or quantities, and what is asked about. */
import { describe, expect, test } from "vitest";
import { parseCsvDataset } from "../../../src/data/tables/csv.ts";
import { contents } from "../helpers.ts";

/** A table of one input that says nothing, and this target. */
function read(cells: readonly string[], options = {}) {
  const text = `x,target\n${cells.map((cell, i) => `${i % 5},${/[",]/.test(cell) ? `"${cell}"` : cell}`).join("\n")}\n`;
  const { dataset, csv, notes } = parseCsvDataset(text, { name: "t.csv", ...options });
  return { classes: csv.classes, y: contents(dataset).y, notes };
}
const refuse = (cells: readonly string[], message: string | RegExp, options = {}) =>
  expect(() => read(cells, options)).toThrow(message);
const changed = (cells: readonly string[], at: number, to: string) =>
  cells.map((cell, i) => (i === at ? to : cell));
const times = (cells: readonly string[], n: number) =>
  Array.from({ length: cells.length * n }, (_, i) => cells[i % cells.length]!);

describe("identity of labels", () => {
  test("as many classes as different cells", () => {
    expect(read(times(["007", "07", "7"], 5)).classes).toEqual(["007", "07", "7"]);
    expect(read(times(["1e3", "1000", "red"], 5)).classes).toEqual(["1000", "1e3", "red"]);
    const ids = ["208310224003697457", "208310224003697458", "308310224003697457", "308310224003697458"];
    expect(read(times(ids, 5))).toMatchObject({
      classes: ids,
      y: times(["0", "1", "2", "3"], 5).map(Number),
    });
    expect(read(times(["+1", "-1", "x"], 5)).classes).toEqual(["+1", "-1", "x"]);
  });

  test("beyond 1 and 1.0, which is said", () => {
    const { classes, y, notes } = read(["1", "2", "1.0", "2.0", "1", "2"]);
    expect(classes).toEqual(["1", "2"]);
    expect(y).toEqual([0, 1, 0, 1, 0, 1]);
    expect(notes).toContain("1.0 and 1 are one class");
  });

  test("numbers are sorted as numbers, texts by code unit", () => {
    expect(read(times(["10", "9", "2"], 4)).classes).toEqual(["2", "9", "10"]);
    // class 1 is the positive one
    expect(read(times(["+1", "-1"], 4)).classes).toEqual(["-1", "+1"]);
    expect(read(times(["1e3", "20", "1000"], 4)).classes).toEqual(["20", "1000", "1e3"]);
    expect(read(times(["b", "B", "a"], 4)).classes).toEqual(["B", "a", "b"]);
  });

  test("zip codes that are all different are no quantities", () => {
    const codes = Array.from({ length: 40 }, (_, i) => String(501 + i * 7).padStart(5, "0"));
    refuse(codes, 't.csv: line 2: column "target": "00501" is a code, not a quantity');
    expect(read(codes, { task: "classification" }).classes).toEqual(codes);
    expect(read(codes, { task: "regression" }).y[1]).toBe(508);
  });
});

test("quantities that float32 cannot tell apart are said", () => {
  const near = Array.from({ length: 40 }, (_, i) => String(20000001 + i));
  expect(read(near).notes).toContain(
    "target target: 40 different values become 21, being rounded to float32; subtract a number near them",
  );
  expect(read(near.map((cell) => String(Number(cell) - 20000000))).notes).toEqual([
    "target target: quantities",
  ]);
});

describe("the task", () => {
  test("0/1, −1/+1 and −1/0/1 are classes, of however few rows", () => {
    expect(read(["0", "1"]).classes).toEqual(["0", "1"]);
    expect(read(["-1", "1", "-1"]).classes).toEqual(["-1", "1"]);
    expect(read(["1", "0", "-1"]).classes).toEqual(["-1", "0", "1"]);
    // + and - as well, where they come together
    expect(read(times(["+", "-"], 3)).classes).toEqual(["+", "-"]);
  });

  test("fractions, and many different numbers, are quantities", () => {
    expect(read(["0.5", "1", "1"])).toMatchObject({ classes: undefined, y: [0.5, 1, 1] });
    expect(read(["3", "1", "4", "7"]).classes).toBeUndefined();
    expect(read(times(["1.50", "1.5"], 3)).y).toEqual([1.5, 1.5, 1.5, 1.5, 1.5, 1.5]);
  });

  test("does not flip on one odd cell", () => {
    const prices = Array.from({ length: 40 }, (_, i) => String(100 + 3.5 * i));
    refuse(
      changed(prices, 5, "oops"),
      't.csv: line 7: column "target": expected a number as in 39 of 40 cells, got "oops"',
    );
    refuse(
      changed(prices, 5, "NA"),
      't.csv: line 7: column "target": the label is missing ("NA"); --missing drop leaves such rows out',
    );
    refuse(
      changed(times(["0", "1"], 10), 3, "x"),
      'line 5: column "target": expected a number as in 19 of 20 cells, got "x"',
    );
    expect(read(changed(prices, 5, "oops"), { task: "classification" }).classes!.length).toBe(40);
    // several of them are a class
    expect(read(times(["0", "1", "2", "other"], 5)).classes).toEqual(["0", "1", "2", "other"]);
  });

  test("texts that are all different are no classes", () => {
    const names = Array.from({ length: 30 }, (_, i) => `name ${i}`);
    refuse(
      names,
      /line 2: column "target": 30 of 30 cells are different texts .*--label names another column/,
    );
    expect(read(names, { task: "classification" }).classes!.length).toBe(30);
  });
});

describe("numbers that people write", () => {
  test("a decimal comma", () => {
    const cells = ["100,0", "103,5", "107,0", "110,5"];
    refuse(
      cells,
      'line 2: column "target": "100,0" is a number with a decimal comma, or a text: --decimal , reads the numbers, --task classification',
    );
    expect(read(cells, { decimal: "," }).y).toEqual([100, 103.5, 107, 110.5]);
    expect(read(cells, { task: "regression" }).y).toEqual([100, 103.5, 107, 110.5]);
    expect(read(cells, { task: "classification" }).classes).toEqual(["100,0", "103,5", "107,0", "110,5"]);
  });

  test("the other columns of a file show how it is written", () => {
    const { dataset, csv, notes } = parseCsvDataset("a;b;price\n0,5;1;100,0\n1,5;2;103,5\n2,5;3;1.207,0\n");
    expect(csv.classes).toBeUndefined();
    expect(contents(dataset)).toMatchObject({ y: [100, 103.5, 1207] });
    expect(notes).toContain("target price: quantities, decimal commas");
  });

  test("separators between thousands, and what may be either", () => {
    const cells = ["1,000", "1,350", "12,700"];
    refuse(
      cells,
      'line 2: column "target": "1,000" is a number with separators, or a text: --decimal . reads 1000, --decimal , reads 1, --task',
    );
    expect(read(cells, { decimal: "." }).y).toEqual([1000, 1350, 12700]);
    expect(read(cells, { decimal: "," }).y).toEqual([1, Math.fround(1.35), Math.fround(12.7)]);
    refuse(cells, '"1,000" is 1000 with --decimal ., 1 with --decimal ,; give one of them', {
      task: "regression",
    });
    expect(read([...cells, "1,350.5"], { task: "regression" }).y).toEqual([1000, 1350, 12700, 1350.5]);
    refuse(
      ["1.5", "1,5", "2"],
      'line 3: column "target": "1,5" beside "1.5" in line 2: expected one decimal sign',
      {
        task: "regression",
      },
    );
  });

  test("currency and percent", () => {
    refuse(
      ["$1000", "$1350", "$20"],
      'line 2: column "target": "$1000" is a number with "$", or a text: --task regression reads the numbers',
    );
    expect(read(["$1000", "$1350", "$20"], { task: "regression" })).toMatchObject({
      y: [1000, 1350, 20],
      notes: ['target target: quantities, "$" taken off'],
    });
    expect(read(["12%", "7.5%"], { task: "regression" }).y).toEqual([12, 7.5]);
    refuse(["$10", "€10"], '"€10" beside "$10": expected one unit in a column', { task: "regression" });
    refuse(["12%", "0.3"], "expected one unit in a column", { task: "regression" });
  });
});

describe("classes of a model", () => {
  const like = { columns: ["x"], label: "target", named: true, classes: ["007", "1", "7"] };

  test("are told by name; 1.0 is 1", () => {
    expect(read(["7", "007", "1.0"], { like }).y).toEqual([2, 0, 1]);
    refuse(["7", "07"], 'line 3: column "target": "07" is none of the known classes', { like });
    refuse(["7", ""], 'line 3: column "target": the label is missing', { like });
  });

  test("of earlier versions, 007 and 7 are one, as they were trained", () => {
    const { named: _, ...old } = { ...like, classes: ["7"] };
    expect(read(["7", "007"], { like: old }).y).toEqual([0, 0]);
  });
});
