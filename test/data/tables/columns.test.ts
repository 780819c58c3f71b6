/** Which columns are meant. */
import { describe, expect, test } from "vitest";
import { chooseColumns, findLabel, ignoredColumns, matchColumns } from "../../../src/data/tables/columns.ts";
import { parseCsvTable } from "../../../src/data/tables/csvTable.ts";

const table = (text: string, options = {}) => parseCsvTable(text, "t.csv", options);

describe("the label", () => {
  test("a name first, then a number", () => {
    const numbered = table("label,0,1\n0,0.9,0.8\n1,0.1,0.3\n");
    expect(["0", "1", 0, 1, "2", "-1", -3].map((label) => findLabel(numbered, label))).toEqual([
      1, 2, 0, 1, 2, 2, 0,
    ]);
    expect(() => findLabel(numbered, "7")).toThrow("t.csv: label: expected a column from 0 to 2, got 7");
    expect(() => findLabel(numbered, "lable")).toThrow('there is no column "lable"; did you mean "label"?');
  });

  test("a name that stands over two columns is asked about", () => {
    const twice = table("x,y,y\n1,2,3\n");
    expect(() => findLabel(twice, "y")).toThrow('several columns are called "y"; give the number');
    expect(findLabel(twice, "y.1")).toBe(2);
    expect(findLabel(twice, 1)).toBe(1);
  });

  test("however accents are written, and whatever blanks are around", () => {
    const accents = table("Île ,prix\n1,2\n");
    expect(findLabel(accents, " I\u0302le")).toBe(0);
    expect(findLabel(accents, "\u00cele")).toBe(0);
  });
});

describe("columns that are left out", () => {
  const commas = table('"note, free","a,b",c,"d, e, f",g\n1,2,3,4,5\n');

  test("names with commas, several names, several options", () => {
    expect(ignoredColumns(commas, ["note, free"])).toEqual(["note, free"]);
    expect(ignoredColumns(commas, ["c,note, free,a,b"])).toEqual(["c", "note, free", "a,b"]);
    expect(ignoredColumns(commas, ['"note, free",c', "d, e, f"])).toEqual(["note, free", "c", "d, e, f"]);
    expect(() => ignoredColumns(commas, ["c,cc"])).toThrow('there is no column "cc"');
    expect(() => ignoredColumns(commas, ["c,"])).toThrow(
      '--ignore: expected names separated by commas, got "c,"',
    );
  });

  test("the index is no input, unless it is asked for", () => {
    const indexed = table(",a,b\n0,5,x\n1,6,y\n");
    expect(chooseColumns(indexed, {})).toEqual({ inputs: [1], labelAt: 2 });
    expect(chooseColumns(indexed, { label: 0 })).toEqual({ inputs: [1, 2], labelAt: 0 });
    expect(() => chooseColumns(indexed, { ignore: ["a"] })).toThrow(
      "expected at least one column besides the label",
    );
  });
});

describe("columns of a model in another file", () => {
  const model = { columns: ["Weight", "Height"], label: "kind", named: true };
  const match = (text: string, known: object = model, options = {}) =>
    matchColumns(table(text, options), known as never);

  test("by name: in another order, among others, with the label or without", () => {
    expect(match("Height,Weight\n1,2\n")).toEqual({ inputs: [1, 0], labelAt: -1, byPosition: false });
    expect(match("id,kind,Height,note,Weight\n1,a,2,b,3\n")).toEqual({
      inputs: [4, 2],
      labelAt: 1,
      byPosition: false,
    });
    expect(match(",Height ,Weight\n0,2,3\n1,3,4\n")).toMatchObject({ inputs: [2, 1] });
  });

  test("a column that is missing is an error, also where as many are there", () => {
    expect(() => match("Height (cm),Weight\n1,2\n")).toThrow(
      't.csv: there is no column "Height"; did you mean "Height (cm)"? Columns: Height (cm), Weight',
    );
    expect(() => match("height,Weight\n1,2\n")).toThrow('did you mean "height"?');
    expect(() => match("length,Weight\n1,2\n")).toThrow(
      'there is no column "Height". Columns: length, Weight',
    );
  });

  test("by position where the file has no names", () => {
    const plain = { header: false };
    expect(match("1,2\n3,4\n")).toEqual({ inputs: [0, 1], labelAt: -1, byPosition: true });
    expect(match("1,2,a\n3,4,b\n", model, plain)).toEqual({ inputs: [0, 1], labelAt: 2, byPosition: true });
    expect(match("a,1,2\nb,3,4\n", { ...model, labelAt: 0 }, plain)).toMatchObject({
      inputs: [1, 2],
      labelAt: 0,
    });
    expect(() => match("1\n2\n")).toThrow(
      "there is no header, so columns are taken by position: expected 2 (Weight, Height), or one more for kind, got 1",
    );
  });

  test("by position where the model has no names", () => {
    const unnamed = { columns: ["column 1", "column 3"], label: "column 2", named: false, labelAt: 1 };
    expect(match("1,2\n3,4\n", unnamed)).toMatchObject({ inputs: [0, 1], labelAt: -1 });
    expect(match("1,0,2\n3,1,4\n", unnamed)).toMatchObject({ inputs: [0, 2], labelAt: 1 });
    expect(match("x,y\n1,2\n", unnamed)).toMatchObject({ inputs: [0, 1], byPosition: true });
    // of an earlier version
    expect(match("1,2,a\n3,4,b\n", { columns: ["column 1", "column 2"], label: "column 3" })).toMatchObject({
      inputs: [0, 1],
      labelAt: 2,
    });
  });

  test("100,000 columns are found in no time to speak of", () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const wide = table(`${names.join()}\n${names.map(() => "1").join()}\n${names.map(() => "2").join()}\n`);
    expect(matchColumns(wide, { columns: [...names].reverse(), label: "y", named: true }).inputs[0]).toBe(
      99_999,
    );
  });
});
