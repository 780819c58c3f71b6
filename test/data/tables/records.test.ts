import { parse } from "csv-parse/browser/esm/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BLANKS, readRecords } from "../../../src/data/tables/records.ts";

const rows = (text: string, delimiter = ",") => readRecords(text, delimiter, "t.csv").rows;

describe("records", () => {
  test("RFC 4180: quotes, doubled quotes, delimiters and line ends within them", () => {
    expect(rows('a,"b,c","d ""e"""\n1,"x\ny",\n')).toEqual([
      ["a", "b,c", 'd "e"'],
      ["1", "x\ny", ""],
    ]);
    expect(rows('"",""\n')).toEqual([["", ""]]);
    expect(rows('""\n')).toEqual([[""]]);
  });

  test("line ends of any kind, also mixed; the last line may have none", () => {
    const all = [
      ["a", "b"],
      ["1", "2"],
      ["3", "4"],
      ["5", "6"],
    ];
    for (const ends of [
      ["\n", "\n", "\n"],
      ["\r\n", "\r\n", "\r\n"],
      ["\r", "\r", "\r"],
      ["\r\n", "\n", "\r"],
      ["\n", "\r", "\r\n"],
    ])
      expect(rows(`a,b${ends[0]}1,2${ends[1]}3,4${ends[2]}5,6`)).toEqual(all);
  });

  test("the line of each record, with line ends in cells and lines of nothing", () => {
    const { lines } = readRecords('a,b\r\n"x\r\ny",2\n\n"p\rq",3\r4,5', ",", "t.csv");
    expect(lines).toEqual([1, 2, 5, 7]);
    expect(readRecords("1\n2", ",", "t.csv", { line: 2 }).lines).toEqual([2, 3]);
  });

  test("blanks around cells are no part of them, unless in quotes", () => {
    expect(rows(' a ,\tb\t, "c" ," d "\n')).toEqual([["a", "b", "c", " d "]]);
    // between tabs, a tab is no blank
    expect(rows(" a \t\t b\n", "\t")).toEqual([["a", "", "b"]]);
  });

  test("quotes within cells are themselves", () => {
    expect(rows('5" disk\t3\n"5" disk"\t"x"\n', "\t")).toEqual([
      ['5" disk', "3"],
      ['5" disk', "x"],
    ]);
    expect(rows('"Hello" she said,1\nsay "yes",2\n')).toEqual([
      ['"Hello" she said', "1"],
      ['say "yes"', "2"],
    ]);
  });

  test("runs of blanks between columns, in front and behind", () => {
    expect(rows('  18.0   8  "a  b"\t70  \n 15.0 10  "c"  1\n\n', BLANKS)).toEqual([
      ["18.0", "8", "a  b", "70"],
      ["15.0", "10", "c", "1"],
    ]);
  });

  test("a quoted cell that does not end is refused where it begins", () => {
    expect(() => rows('a,b\n1,"2\n3,4\n')).toThrow('t.csv: line 2: a cell opens with " and no other');
    expect(() => rows('a,b\n1,"2\n3,"4\n')).toThrow('t.csv: line 2: a cell opens with ", goes on');
  });

  test("100,000 columns and one cell of a megabyte take no time to speak of", () => {
    const wide = `${Array(100_000).fill("1").join()}\n`.repeat(3);
    expect(rows(wide).map(({ length }) => length)).toEqual([100_000, 100_000, 100_000]);
    const long = "x".repeat(1_000_000);
    expect(rows(`"${long}",1\n`)[0]![0]!.length).toBe(1_000_000);
    // quotes that stand alone
    expect(rows(`${'5" '.repeat(100_000)},1\n`)[0]!.length).toBe(2);
  });

  test("whatever is written by the rules is read as another parser reads it", () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9 .,;"'\n\r\t-]{0,8}$/),
      fc.constantFrom("", '"', '""', "a\nb", "é", "東京", "1,5"),
    );
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
    const delimiters = fc.constantFrom(",", ";", "\t", "|");
    const lineEnds = fc.constantFrom("\n", "\r\n");
    fc.assert(
      fc.property(table, delimiters, lineEnds, fc.boolean(), (cells, delimiter, end, all) => {
        const needs = (text: string) =>
          all || /["\r\n\t]|^\s|\s$/.test(text) || text === "" || text.includes(delimiter);
        const text = cells
          .map((row) =>
            row.map((one) => (needs(one) ? `"${one.replaceAll('"', '""')}"` : one)).join(delimiter),
          )
          .join(end);
        expect(rows(text, delimiter)).toEqual(cells);
        expect(parse(text, { delimiter, record_delimiter: end })).toEqual(cells);
      }),
      { numRuns: 500 },
    );
  });
});
