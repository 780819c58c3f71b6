import { describe, expect, test } from "vitest";
import { csvSplit, parseCsvDataset } from "../../../src/data/tables/csv.ts";
import { encodeCsvRow } from "../../../src/data/tables/csvRow.ts";
import { contents } from "../helpers.ts";

const FLOWERS = "length,width,kind\n1,2,iris\n3,4,rose\n5,6.5,iris\n";

describe("parseCsvDataset", () => {
  test("a header, text labels, classes in the order of their names", () => {
    const { dataset, csv } = parseCsvDataset(FLOWERS, { name: "flowers.csv" });
    expect(csv).toEqual({
      columns: ["length", "width"],
      label: "kind",
      named: true,
      classes: ["iris", "rose"],
    });
    expect(dataset).toMatchObject({ name: "flowers.csv", length: 3, inputShape: [2], inputType: "float32" });
    expect(dataset.target).toEqual({ kind: "class", classes: 2, names: ["iris", "rose"] });
    expect(contents(dataset)).toEqual({ x: [1, 2, 3, 4, 5, 6.5], y: [0, 1, 0] });
  });

  test("no header; the last column is the target", () => {
    const { dataset, csv } = parseCsvDataset("1,2,0.5\n3,4,1.5\n");
    expect(csv).toEqual({ columns: ["column 1", "column 2"], label: "column 3", named: false });
    expect(dataset.target).toEqual({ kind: "values", size: 1 });
    expect(contents(dataset).y).toEqual([0.5, 1.5]);
  });

  test("a number on top of a column of numbers: no header, whatever is next to it", () => {
    const iris = [
      "5.1,3.5,1.4,0.2,Iris-setosa",
      "4.9,3.0,1.4,0.2,Iris-setosa",
      "7.0,3.2,4.7,1.4,Iris-versicolor",
    ];
    for (const rows of [
      iris,
      iris.slice(0, 1),
      [iris[0], ...iris.slice(1).map((row) => row.replace(/[^,]+$/, "1"))],
    ])
      expect(parseCsvDataset(rows.join("\n"), { task: "classification" }).dataset.length).toBe(rows.length);
    // a missing value in the first row is one, not taken for a name
    expect(() => parseCsvDataset("5.1,?,a\n4.9,3.0,b\n4.7,3.2,a\n", { missing: "error" })).toThrow(
      'line 1: column "column 2"',
    );
    expect(parseCsvDataset("x,,label\n1,2,a\n3,4,b\n").csv.columns).toEqual(["x", "column 2"]);
  });

  test("lines above the table that begin with #", () => {
    const table = "a,b,label\n1,2,x\n3,4,y\n5,6,x\n";
    const plain = parseCsvDataset(table);
    for (const above of ["# made by a tool\n# units: m, s\n", "#\r\n\r\n# one, two, three, four\n"]) {
      const { dataset, csv, notes } = parseCsvDataset(above + table);
      expect(csv).toEqual(plain.csv);
      expect(contents(dataset)).toEqual(contents(plain.dataset));
      expect(notes).toContain("2 lines beginning with # left out");
      // lines are still those of the file
      const line = above.split("\n").length + 4;
      expect(() => parseCsvDataset(`${above}${table}7,x\n`)).toThrow(`line ${line}: expected 3 values`);
    }
    // names, as numpy.savetxt() writes them
    const names = parseCsvDataset(`# made by a tool\n# a,b,label\n${table.slice(10)}`);
    expect(names.csv.columns).toEqual(["# a", "b"]);
    expect(names.notes).toContain("1 line beginning with # left out");
    // values may begin so
    expect(parseCsvDataset("#f00,1,a\n#0f0,2,b\n#f00,3,a\n#0f0,1,b\nred,2,a\nred,3,b\n").dataset.length).toBe(
      6,
    );
  });

  test("a delimiter behind the names alone", () => {
    const { csv, dataset } = parseCsvDataset("a,b,label,\n1,2,x\n3,4,y\n");
    expect(csv.columns).toEqual(["a", "b"]);
    expect(contents(dataset).x).toEqual([1, 2, 3, 4]);
  });

  test("text labels alone are no header, unless told", () => {
    expect(parseCsvDataset("1,a\n2,b\n3,a\n").dataset.length).toBe(3);
    expect(parseCsvDataset("1,a\n2,b\n3,a\n", { header: true }).csv.columns).toEqual(["1"]);
    expect(parseCsvDataset("1,2\n3,4\n", { header: true }).dataset.length).toBe(1);
    expect(() => parseCsvDataset("x,2\n1,2\n", { header: false })).toThrow('line 1: column "column 1"');
  });

  test("the label column by custom, name, number from either end", () => {
    const text = "Target,a,b\n0.5,1,2\n1.5,3,4\n";
    const label = (option?: string | number) => parseCsvDataset(text, { label: option }).csv.label;
    expect([label(), label("b"), label(1), label(-1)]).toEqual(["Target", "b", "a", "b"]);
    expect(parseCsvDataset(text, { ignore: ["a"] }).csv.columns).toEqual(["b"]);
  });

  test("quotes, other delimiters, blank lines, byte order mark, line ends", () => {
    const { dataset, csv } = parseCsvDataset(
      '\uFEFFa;"the ""b"";";label\r\n\r\n"1"; 2 ;"x;\ny"\r\n-.5;1e2;z\r\n',
    );
    expect(csv).toEqual({ columns: ["a", 'the "b";'], label: "label", named: true, classes: ["x;\ny", "z"] });
    expect(contents(dataset).x).toEqual([1, 2, -0.5, 100]);
    expect(parseCsvDataset("a\tb\n1\t0.5\n").csv.columns).toEqual(["a"]);
  });

  test("when whole numbers are classes", () => {
    const kind = (labels: number[], task?: "classification" | "regression") =>
      parseCsvDataset(labels.map((y) => `1,${y}`).join("\n"), { header: false, ...(task && { task }) }).csv
        .classes;
    expect(kind([0, 1, 1, 0])).toEqual(["0", "1"]);
    expect(kind([10, 9, 9, 10])).toEqual(["9", "10"]); // sorted as numbers
    expect(kind([3, 1, 4, 7])).toBeUndefined(); // all different
    expect(kind([0, -1, -1, 0])).toBeUndefined();
    expect(kind([0, 0.5, 0, 0])).toBeUndefined();
    expect(kind(Array.from({ length: 100 }, (_, i) => i % 30))).toBeUndefined(); // too many for so few rows
    expect(kind([3, 1, 4, 7], "classification")).toEqual(["1", "3", "4", "7"]);
    expect(kind([0, 1, 1, 0], "regression")).toBeUndefined();
  });
});

describe("parseCsvDataset refuses", () => {
  const refuse = (text: string, message: string, options = {}) =>
    expect(() => parseCsvDataset(text, { name: "d.csv", ...options })).toThrow(message);

  test("nothing, and only a header", () => {
    refuse("", "d.csv: the file is empty");
    refuse("\n \n", "d.csv: the file is empty");
    refuse("a,b,c\n", "d.csv: only a header, no rows of data");
  });

  test("ragged rows, by line", () => {
    refuse("a,b\n1,2\n\n3\n", "d.csv: line 4: expected 2 values as in the first row, got 1");
    refuse('a,b\n1,"x\ny"\n1,2,3\n', "d.csv: line 4: expected 2 values as in the first row, got 3");
  });

  test("what is no number, by line and column", () => {
    refuse(
      "a,b,y\n1,2,0\n1,two,0\n",
      'd.csv: line 3: column "b": expected a number as in 1 of 2 cells, got "two"; mend the cell, or --column b=category takes each different cell as a category, --ignore b leaves the column out',
    );
    refuse("a,b,y\n1,3,0\n1,Infinity,0\n", 'got "Infinity"');
    refuse("a,b,y\n1,3,0\n1,1e99,0\n", 'got "1e99"');
    refuse("a,b,y\n1,3,0\n1,0x10,0\n", 'got "0x10"');
    refuse('a,b,y\n1,2,"p\nq"\nx,2,r\n', 'd.csv: line 4: column "a"');
    refuse("a,y\n1,2\n1,x\n", 'd.csv: line 3: column "y": expected a number, got "x"', {
      task: "regression",
    });
    refuse("a,y\n1,2\n1,\n", 'd.csv: line 3: column "y": the label is missing');
  });

  test("an unknown label column, with the known ones", () => {
    refuse(FLOWERS, 'd.csv: there is no column "knd"; did you mean "kind"? Columns: length, width, kind', {
      label: "knd",
    });
    refuse(FLOWERS, 'd.csv: there is no column "colour". Columns: length, width, kind', { label: "colour" });
    refuse(FLOWERS, "d.csv: label: expected a column from 0 to 2, got 3", { label: 3 });
    refuse("y\n1\n2\n", "expected at least one column besides the label column");
  });

  test("broken quoting", () => {
    refuse('a,b\n1,"2\n', 'd.csv: line 2: a cell opens with " and no other " closes it');
  });
});

describe("csvSplit", () => {
  const text = `x,k,y\n${Array.from({ length: 100 }, (_, i) => `${i},7,${i % 2}`).join("\n")}`;

  test("standardises by the training part alone", () => {
    const { train, test: held, standardisation, csv } = csvSplit(text, { seed: 1 });
    expect([train.length, held!.length]).toEqual([80, 20]);
    expect(standardisation!.columns).toEqual(["x", "k"]);
    expect(standardisation!.scale[1]).toBe(1); // the constant column
    const column = (values: number[]) => values.filter((_, i) => i % 2 === 0);
    const inTrain = column(contents(train).x);
    expect(inTrain.reduce((a, b) => a + b) / 80).toBeCloseTo(0, 6);
    expect(inTrain.reduce((a, b) => a + b * b, 0) / 80).toBeCloseTo(1, 5);
    // Put back, the held-out rows are the original numbers, and their mean is not what was subtracted.
    const { mean, scale } = standardisation!;
    const back = column(contents(held!).x).map((v) => v * scale[0]! + mean[0]!);
    for (const v of back) expect(Math.abs(v - Math.round(v))).toBeLessThan(1e-4);
    expect(mean[0]).not.toBeCloseTo(49.5, 3);
    expect(csv.classes).toEqual(["0", "1"]);
  });

  test("or not, and without a test part", () => {
    const split = csvSplit(text, { standardise: false, testFraction: 0 });
    expect(split.test).toBeUndefined();
    expect(split.standardisation).toBeUndefined();
    expect(contents(split.train).x.slice(0, 4)).toEqual([0, 7, 1, 7]);
  });
});

describe("encodeCsvRow", () => {
  const meta = { columns: ["x", "k"], standardisation: { mean: [10, 1], scale: [2, 1] } };

  test("a line or cells, standardised as in training", () => {
    expect(Array.from(encodeCsvRow("14, 3", meta))).toEqual([2, 2]);
    expect(Array.from(encodeCsvRow(["14", 3], meta))).toEqual([2, 2]);
    expect(Array.from(encodeCsvRow("14;3", { columns: ["x", "k"] }))).toEqual([14, 3]);
  });

  test("refuses what does not fit", () => {
    expect(() => encodeCsvRow("1", meta)).toThrow("row: expected 2 values (x, k), got 1");
    expect(() => encodeCsvRow("1,2,3", meta)).toThrow("got 3; leave the label out");
    expect(() => encodeCsvRow("1,red", meta)).toThrow('row: column "k": expected a number, got "red"');
    expect(() => encodeCsvRow("1,2\n3,4", meta)).toThrow("expected one row of values, got 2");
  });
});
