import { describe, expect, test } from "vitest";
import { range } from "../../../src/data/dataset.ts";
import { TableColumn } from "../../../src/data/tables/column.ts";
import { csvSplit, parseCsvDataset } from "../../../src/data/tables/csv.ts";
import { parseCsvTable } from "../../../src/data/tables/csvTable.ts";
import { fitEncoding } from "../../../src/data/tables/fitEncoding.ts";
import type { CsvOptions } from "../../../src/data/tables/tableInfo.ts";
import reference from "../../golden/tables.json";
import { contents } from "../helpers.ts";

/** What a column is read as, with labels that are classes. */
const column = (cells: readonly string[], options: CsvOptions = {}) => {
  const text = `c,n,label\n${cells.map((cell, i) => `"${cell}",${i},${i % 2 ? "yes" : "no"}`).join("\n")}\n`;
  const { csv, dataset, readings } = parseCsvDataset(text, { name: "t.csv", header: true, ...options });
  const width = dataset.inputShape[0]!;
  const x = contents(dataset).x;
  return {
    entry: csv.encoding?.[0],
    as: readings[0]!.as,
    x: cells.map((_, row) => x.slice(row * width, (row + 1) * width - 1)),
  };
};

const refuse = (cells: readonly string[], message: string | RegExp, options: CsvOptions = {}) =>
  expect(() => column(cells, options)).toThrow(message);

describe("what a column is", () => {
  test("numbers as programs write them need no encoding", () => {
    expect(column(["1", "2.50", "-3e2", "007."])).toMatchObject({ entry: undefined, as: "number" });
    expect(column(["1", "2.50", "-3e2", "+.5"]).x).toEqual([[1], [2.5], [-300], [0.5]]);
  });

  test("numbers with a unit, separators, decimal commas", () => {
    expect(column(["$1,000", "$2,500.50", "$3"]).x).toEqual([[1000], [2500.5], [3]]);
    expect(column(["$1,000", "$2,500.50", "$3"]).entry).toEqual({ kind: "number", decimal: ".", unit: "$" });
    expect(column(["1,5", "2", "1.000,25"]).x).toEqual([[1.5], [2], [1000.25]]);
    expect(column(["5%", "12.5%", "7%"]).x).toEqual([[5], [12.5], [7]]);
    refuse(["1,234", "5", "6"], '"1,234" is 1234 with --decimal ., 1.234 with --decimal ,');
    expect(column(["1,234", "5", "6"], { decimal: "," }).x).toEqual([[Math.fround(1.234)], [5], [6]]);
    refuse(["5%", "0.05", "7%"], 'line 3: column "c": "0.05" beside "5%" may be percent or a share of 1');
    expect(column(["5%", "0", "7%"]).x).toEqual([[5], [0], [7]]);
    refuse(["$5", "€6", "$7"], 'line 3: column "c": "€6" beside "$5": expected one unit in a column');
  });

  test("points between thousands, where other columns have decimal commas", () => {
    const text = (cells: readonly string[], other: string) =>
      `a;b;label\n${cells.map((cell, i) => `${cell};${other};${i % 2 ? "yes" : "no"}`).join("\n")}\n`;
    const read = (cells: readonly string[], other = "2,5") =>
      contents(parseCsvDataset(text(cells, other)).dataset).x.filter((_, i) => i % 2 === 0);
    expect(read(["1.000", "1.037", "12", "1.234.567"])).toEqual([1000, 1037, 12, 1234567]);
    expect(read(["1.000", "1.037", "12"])).toEqual([1000, 1037, 12]);
    // one cell that can only be a fraction says what the others are
    expect(read(["1.000", "1.5", "12"])).toEqual([1, 1.5, 12]);
    expect(read(["1.000", "1.037", "12"], "2")).toEqual([1, Math.fround(1.037), 12]);
  });

  test("texts that may be dates or numbers", () => {
    const cells = (write: (i: number) => string) => Array.from({ length: 30 }, (_, i) => write(i));
    refuse(
      cells((i) => `${String(i + 1).padStart(2, "0")}.01.21`),
      /free text or ids .*\. Is "01\.01\.21" a date\? Years need four digits/,
    );
    refuse(
      cells((i) => `${i + 50}.5 kg`),
      /free text or ids .*\. Are these numbers\? Then leave "kg" out/,
    );
    refuse(
      cells((i) => `AB${i}`),
      /reads it as categories$/,
    );
  });

  test("truths", () => {
    for (const [yes, no] of [
      ["True", "False"],
      ["yes", "NO"],
      ["t", "f"],
      ["on", "off"],
    ] as const)
      expect(column([yes, no, yes])).toMatchObject({ entry: { kind: "boolean" }, x: [[1], [0], [1]] });
    expect(column(["1", "0", "1"], { columns: { c: "boolean" } }).entry).toEqual({ kind: "boolean" });
    refuse(["1", "0", "2"], 'line 4: column "c": expected true or false (or yes, no, 1, 0), got "2"', {
      columns: { c: "boolean" },
    });
  });

  test("texts: a 1 for each value, by code unit", () => {
    expect(column(["b", "a", "b", "ä", "a", "ä"])).toEqual({
      entry: { kind: "category", values: ["a", "b", "ä"] },
      as: "3 categories: a, b, ä",
      x: [
        [0, 1, 0],
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [1, 0, 0],
        [0, 0, 1],
      ],
    });
  });

  test("codes are texts, and numbers are where that is asked for", () => {
    expect(column(["02134", "10001", "02134", "10001"]).entry).toEqual({
      kind: "category",
      values: ["02134", "10001"],
    });
    expect(column(["02134", "10001", "02134", "10001"], { columns: { c: "number" } }).x[0]).toEqual([2134]);
    const ids = ["208310224003697457", "208310224003697458", "208310224003697457", "208310224003697458"];
    expect(column(ids).entry).toMatchObject({ kind: "category", values: ids.slice(0, 2) });
    expect(column(["1", "2", "1.0", "2"], { columns: { c: "category" } }).entry).toEqual({
      kind: "category",
      values: ["1", "2"],
    });
  });

  test("dates, in days; cycles where they are asked for", () => {
    expect(column(["2021-01-31", "1970-01-02", "2021-01-31"])).toMatchObject({
      entry: { kind: "date" },
      x: [[18658], [1], [18658]],
    });
    expect(column(["31/01/2021", "1/2/2021", "5/6/2021"]).entry).toEqual({ kind: "date", order: "dmy" });
    refuse(
      ["3/1/2021", "1/2/2021"],
      'line 2: column "c": "3/1/2021" begins with the day or with the month: --column c=date:dmy or c=date:mdy',
    );
    expect(column(["3/1/2021", "1/2/2021"], { columns: { c: { kind: "date", order: "mdy" } } }).x).toEqual([
      [18687],
      [18629],
    ]);
    const { x, entry } = column(["2021-01-04", "2021-01-06"], {
      columns: { c: { kind: "date", cyclic: ["week"] } },
    });
    expect(entry).toEqual({ kind: "date", cyclic: ["week"] });
    expect(x[1]![1]).toBeCloseTo(Math.sin((4 * Math.PI) / 7), 6);
    expect(x[1]![2]).toBeCloseTo(Math.cos((4 * Math.PI) / 7), 6);
  });

  test("an order that is asked for", () => {
    const columns = { c: { kind: "ordered", values: ["S", "M", "L"] } } as const;
    expect(column(["M", "S", "L", "M"], { columns })).toMatchObject({
      entry: columns.c,
      as: "ordered: S < M < L",
      x: [[1], [0], [2], [1]],
    });
    refuse(["M", "S", "XL"], 'line 4: column "c": expected one of S, M, L', { columns });
  });

  test("a number too many to be a slip", () => {
    refuse(
      ["1", "2", "three", "4"],
      'line 4: column "c": expected a number as in 3 of 4 cells, got "three"; mend the cell, or --column c=category takes each different cell as a category, --ignore c leaves the column out',
    );
    expect(column(["1", "3+", "2", "3+", "b", "b"]).entry).toMatchObject({ values: ["1", "2", "3+", "b"] });
  });
});

describe("free text and ids", () => {
  const rows = (n: number) => Array.from({ length: n }, (_, i) => i);

  test("are refused together, with the option for each", () => {
    const text = `name,a,ticket\n${rows(90)
      .map((i) => `Mr ${i},${i},T${i % 72}`)
      .join("\n")}`;
    const table = parseCsvTable(text, "t.csv");
    const columns = table.columns.map((_, at) => new TableColumn(table, at));
    expect(() => fitEncoding(columns, range(90), { maxCategories: 8 })).toThrow(
      't.csv: columns "name", "ticket": free text or ids (90, 72 different values in 90 rows), from which nothing can be learned; --ignore name --ignore ticket leaves them out, --column name=category reads one as categories',
    );
    refuse(
      rows(6).map((i) => `id${i}`),
      'column "c": free text or ids (6 different values in 6 rows)',
    );
  });

  test("numbers that are called an id are read, and said", () => {
    const text = `PassengerId,note_id,y\n${rows(12)
      .map((i) => `${i + 1},${i % 6},${i % 2}`)
      .join("\n")}`;
    const { readings } = parseCsvDataset(text);
    expect(readings.map(({ as }) => as)).toEqual([
      "number, different in each row: is it an id? --ignore PassengerId leaves it out",
      "number",
    ]);
  });

  test("are read where categories are asked for", () => {
    const cells = rows(6).map((i) => `id${i}`);
    expect(column(cells, { columns: { c: "category" } }).x[2]).toEqual([0, 0, 1, 0, 0, 0]);
  });
});

describe("missing values", () => {
  test("are filled with the mean or the most frequent value, and marked", () => {
    expect(column(["1", "NA", "4", "?"])).toEqual({
      entry: { kind: "number", fill: 2.5, indicator: true },
      as: "number; 2 missing, filled with 2.5 and marked",
      x: [
        [1, 0],
        [2.5, 1],
        [4, 0],
        [2.5, 1],
      ],
    });
    expect(column(["a", "", "b", "b"]).entry).toEqual({
      kind: "category",
      values: ["a", "b"],
      fill: "b",
      indicator: true,
    });
    expect(column(["yes", "no", "-", "no"]).entry).toEqual({ kind: "boolean", fill: false, indicator: true });
    expect(column(["2021-01-01", "null", "2021-01-03"])).toMatchObject({
      entry: { kind: "date", fill: 18629, indicator: true },
      as: "date; 1 missing, filled with 2021-01-02 and marked",
    });
  });

  test("where they are refused, or their rows are left out", () => {
    refuse(
      ["1", "2", "N/A", "4"],
      't.csv: line 4: column "c": the value is missing ("N/A"); --missing fill puts the mean or the most frequent value there, --missing drop leaves such rows out',
      { missing: "error" },
    );
    const text = "a,b,y\n1,,0.5\n2,3,1.5\n,4,2.5\n5,6,NA\n7,8,4.5\n";
    const { dataset, csv, notes } = parseCsvDataset(text, { missing: "drop" });
    expect(contents(dataset)).toEqual({ x: [2, 3, 7, 8], y: [1.5, 4.5] });
    expect(csv).toMatchObject({ columns: ["a", "b"], missing: "drop" });
    expect(notes).toContain("3 rows left out: a value is missing (lines 2, 4, 5)");
    // the same rows of another table
    expect(parseCsvDataset(text, { like: csv }).dataset.length).toBe(2);
    expect(() => parseCsvDataset(text)).toThrow('line 5: column "y": the label is missing ("NA")');
    const filled = parseCsvDataset(text, { missing: "fill" });
    expect(filled.dataset.length).toBe(4);
    expect(filled.notes).toContain("1 row left out: the label is missing (line 5)");
    expect(() => parseCsvDataset("a,b,y\n1,,0\n,2,1\n", { missing: "drop" })).toThrow(
      "every row has a missing value",
    );
  });

  test("what a model's file says of its table is checked", () => {
    for (const like of [
      { columns: 3, label: "y" },
      { columns: ["a"], label: 1 },
      { columns: [], label: "y" },
    ])
      expect(() => parseCsvDataset("a,y\n1,0\n2,1\n", { like: like as never })).toThrow(
        /like\.(columns|label): expected/,
      );
  });

  test("a column without any value is left out", () => {
    const { csv, readings } = parseCsvDataset("a,b,y\n1,,0\n2,NA,1\n3,,0\n4,,1\n");
    expect(csv).toMatchObject({ columns: ["a"], ignored: ["b"] });
    expect(readings[1]).toEqual({ column: "b", as: "left out: all values are missing" });
  });
});

describe("measured on the rows that are trained on", () => {
  const lines = reference.mixed.text.trimEnd().split("\n");
  const table = parseCsvTable(lines.join("\n"), "mixed.csv");
  const columns = [0, 1, 2, 3].map((at) => new TableColumn(table, at));

  test("as scikit-learn's imputers and encoders are", () => {
    const { encoding } = fitEncoding(columns, range(reference.mixed.train));
    expect(encoding).toEqual([
      { kind: "number", fill: expect.closeTo(reference.mixed.age, 12), indicator: true },
      { kind: "category", values: ["London", "Paris", "Rome"], fill: reference.mixed.city, indicator: true },
      { kind: "boolean" },
      { kind: "date" },
    ]);
  });

  test("values of text that only the test part has share an input that is trained", () => {
    const table = parseCsvTable("c,y\na,0\nb,1\na,0\nb,1\nc,1\nd,0\n", "t.csv");
    const [entry] = fitEncoding([new TableColumn(table, 0)], Uint32Array.of(0, 1, 2, 3, 4), {
      columns: { c: { kind: "category" } },
    }).encoding;
    expect(entry).toEqual({ kind: "category", values: ["a", "b"], other: true });
  });

  test("the frequent values, and the rest together, as scikit-learn's max_categories", () => {
    const { values, kept, features } = reference.rare;
    const text = `c,y\n${values.map((value, i) => `${value},${i % 2}`).join("\n")}`;
    const { csv, dataset, readings } = parseCsvDataset(text, { maxCategories: 5 });
    expect(csv.encoding).toEqual([{ kind: "category", values: kept, other: true }]);
    expect(readings[0]!.as).toBe(`5 categories: ${kept.join(", ")} and all others together`);
    const { x } = contents(dataset);
    expect([0, 1, 2, 3, 4].map((i) => x.reduce((sum, v, at) => sum + (at % 5 === i ? v : 0), 0))).toEqual(
      features,
    );
  });
});

describe("csvSplit", () => {
  test("standardises quantities, and leaves marks of 0 and 1 as they are", () => {
    const rows = reference.mixed.text.trimEnd().split("\n");
    const train = csvSplit(rows.slice(0, 1 + reference.mixed.train).join("\n"), { testFraction: 0 });
    const { standardisation, csv } = train;
    expect(standardisation!.columns).toEqual([
      ...["age", "age missing", "city=London", "city=Paris", "city=Rome", "city missing", "member", "day"],
    ]);
    const all = csvSplit(reference.mixed.text, { testFraction: 0, like: csv, standardisation });
    const wanted = reference.mixed.features.flat();
    const got = contents(all.train).x;
    expect(got.length).toBe(wanted.length);
    got.forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(3e-7));
  });

  test("of quantities to predict it is said which differences are lost", () => {
    const times = (from: number) =>
      `x,when\n${Array.from({ length: 50 }, (_, i) => `${i % 7},${from + i}`).join("\n")}`;
    const said = (from: number) =>
      csvSplit(times(from), { label: "when", task: "regression" }).notes.filter((note) =>
        note.includes("float32"),
      );
    // neighbours of float32 are 128 apart there
    expect(said(1.6e9)).toEqual([
      "target when: 50 different values become 1, being rounded to float32; subtract a number near them",
    ]);
    expect(said(0)).toEqual([]);
  });

  test("in float64: Unix times, Julian dates and the last digits of large numbers keep their differences", () => {
    const { values, features, mean } = reference.series;
    const text = `unix,julian,small,y\n${values.map((row, i) => [...row, i % 2].join()).join("\n")}`;
    const { train, standardisation, notes } = csvSplit(text, { testFraction: 0 });
    standardisation!.mean.forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 6));
    const got = contents(train).x;
    features.flat().forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(2e-6));
    expect(notes.filter((note) => note.includes("float32"))).toEqual([]);
    // not standardised, they are lost, and that is said
    const raw = csvSplit(text, { testFraction: 0, standardise: false });
    expect(raw.notes.filter((note) => note.includes("float32"))[0]).toMatch(
      /^column "unix": \d+ different values become \d, being rounded to float32; standardised, they keep their differences$/,
    );
  });

  test("other parts, for cross-validation: filled and scaled by their own training rows", () => {
    const text = `a,c,y\n${["1", "2", "", "4", "5", "9"].map((a, i) => `${a},${"uv"[i % 2]},${i}.5`).join("\n")}`;
    const { refit, csv } = csvSplit(text, { testFraction: 0 });
    const { train, test } = refit(Uint32Array.of(0, 1, 2), Uint32Array.of(3, 4, 5));
    // the mean of 1 and 2 is filled in; then the deviation of 1, 2 and 1.5 is √(1/6)
    expect(train.standardisation!.mean[0]).toBe(1.5);
    expect(train.standardisation!.scale[0]).toBeCloseTo(Math.sqrt(1 / 6), 12);
    expect(contents(train).x.slice(0, 4)).toEqual([expect.closeTo(-Math.sqrt(1.5), 6), 0, 1, 0]);
    // the scale of the targets stays: losses of folds are compared
    const { mean, scale } = test.targetScale!;
    expect(contents(test).y.map((y) => y * scale[0]! + mean[0]!)).toEqual(
      [3.5, 4.5, 5.5].map((y) => expect.closeTo(y, 5)),
    );
    expect(csv.encoding![0]).toEqual({ kind: "number", fill: 4.2, indicator: true });
  });
});
