import { describe, expect, test } from "vitest";
import { isMissing, isNumber, labelOf, truthOf } from "../../../src/data/tables/cells.ts";
import {
  columnNumbers,
  decimalOf,
  decimalOfColumn,
  decimalOfTable,
  readNumber,
} from "../../../src/data/tables/numbers.ts";

describe("cells", () => {
  test("numbers as programs write them", () => {
    for (const cell of [
      "0",
      "-1",
      "+1",
      "1.",
      ".5",
      "007",
      "1e3",
      "1E-3",
      "-1.5e+10",
      "1.000000000000000000e+00",
    ])
      expect(isNumber(cell), cell).toBe(true);
    for (const cell of [
      "",
      ".",
      "-",
      "1e",
      "e5",
      "0x10",
      "NaN",
      "Infinity",
      "1,5",
      "1 000",
      "1_000",
      "--1",
      "1.2.3",
      "٣",
    ])
      expect(isNumber(cell), cell).toBe(false);
  });

  test("a label is a number only if writing the number gives the cell back", () => {
    expect(["1", "1.0", "-1.0", "10.0", "0.0"].map(labelOf)).toEqual(["1", "1", "-1", "10", "0"]);
    for (const cell of [
      "007",
      "007.0",
      "1e3",
      "1.00",
      "1.50",
      "+1",
      "-0.0",
      ".0",
      "9007199254740993",
      "9007199254740993.0",
      "x.0",
    ])
      expect(labelOf(cell), cell).toBe(cell);
  });

  test("what is missing, and what is true", () => {
    for (const cell of [
      "",
      "NA",
      "na",
      "N/A",
      "#N/A",
      "NaN",
      "null",
      "NULL",
      "None",
      "?",
      "-",
      "−",
      "–",
      "<NA>",
    ])
      expect(isMissing(cell), cell).toBe(true);
    for (const cell of ["0", "nan1", "no", "nah", "none of these", "unknown", " "])
      expect(isMissing(cell), cell).toBe(false);
    expect(["True", "FALSE", "yes", "No", "t", "F", "maybe", "1"].map(truthOf)).toEqual([
      ...[true, false, true, false, true, false, undefined, undefined],
    ]);
  });

  test("a megabyte of digits takes no time to speak of", () => {
    const digits = "1".repeat(1_000_000);
    for (const cell of [
      `${digits}x`,
      `${digits}.${digits}x`,
      `${digits}e${digits}x`,
      `.${digits}.`,
      `1,${"111,".repeat(250_000)}`,
    ]) {
      expect(isNumber(cell)).toBe(false);
      expect(readNumber(cell)).toBeUndefined();
      expect(readNumber(cell, ",")).toBeUndefined();
      expect(labelOf(cell)).toBe(cell);
    }
  });
});

describe("numbers as people write them", () => {
  const value = (cell: string, decimal: "." | "," = ".") => readNumber(cell, decimal)?.value;

  test("decimal commas and separators between thousands", () => {
    expect(value("1,5", ",")).toBe(1.5);
    expect(value("-,5", ",")).toBe(-0.5);
    expect(value("1.234,56", ",")).toBe(1234.56);
    expect(value("1.234.567", ",")).toBe(1234567);
    expect(value("1 234,5", ",")).toBe(1234.5);
    expect(value("1\u00a0234,5", ",")).toBe(1234.5);
    expect(value("1'234.5")).toBe(1234.5);
    expect(value("1,234.56")).toBe(1234.56);
    expect(value("1,234,567")).toBe(1234567);
    expect(value("12,34,567")).toBe(1234567); // as in India
    expect(value("1,5e3", ",")).toBe(1500);
  });

  test("currencies, percent, signs and parentheses", () => {
    expect(readNumber("$1,350.50")).toEqual({ value: 1350.5, unit: "$" });
    expect(readNumber("-$5")).toEqual({ value: -5, unit: "$" });
    expect(readNumber("$-5")).toEqual({ value: -5, unit: "$" });
    expect(readNumber("1.234,50 €", ",")).toEqual({ value: 1234.5, unit: "€" });
    expect(readNumber("12.5%")).toEqual({ value: 12.5, unit: "%" });
    expect(readNumber("USD 20")).toEqual({ value: 20, unit: "USD" });
    expect(readNumber("20 kr")).toEqual({ value: 20, unit: "kr" });
    expect(value("(1,000)")).toBe(-1000);
    expect(value("−7")).toBe(-7);
  });

  test("what is none", () => {
    for (const cell of [
      "1,5",
      "1,23",
      "12,3456",
      "1,,000",
      "0,123,",
      "$",
      "%",
      "€ €",
      "1-2",
      "1 2",
      "5 disk",
      "1e5e5",
      "$5%",
      "--1",
    ])
      expect(readNumber(cell), cell).toBeUndefined();
    for (const cell of ["1.5", "12.34", "1.23.456", "1,2,3", ",", "1,"])
      expect(readNumber(cell, ","), cell).toBeUndefined();
  });

  test("which decimal sign a cell shows", () => {
    expect(
      ["1,5", "1.5", "1,234", "1.234", "1,234.5", "1.234,5", "12", "x,5", "0,500"].map(decimalOf),
    ).toEqual([...[",", ".", "?", "?", ".", ",", "", undefined, ","]]);
  });

  test("a column's decimal sign: its own cells', else the table's, else a point", () => {
    const of = (cells: string[], table?: "." | ",") => decimalOfColumn(columnNumbers(cells), table);
    expect(of(["1", "2"])).toBe(".");
    expect(of(["1", "1,5"])).toBe(",");
    expect(of(["1,234", "1,5"])).toBe(",");
    expect(of(["1,234", "2,345"])).toBeUndefined();
    expect(of(["1,234", "2,345"], ".")).toBe(".");
    expect(of(["1,5", "1.5"])).toBeUndefined();
    const columns = [
      ["1", "2"],
      ["0,5", "1,5"],
      ["a", "b"],
    ].map(columnNumbers);
    expect(decimalOfTable(columns)).toBe(",");
    expect(decimalOfTable([...columns, columnNumbers(["0.5"])])).toBeUndefined();
  });
});
