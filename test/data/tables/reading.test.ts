/** From the bytes of a file to a table: encodings, delimiters, headers. */
import { describe, expect, test } from "vitest";
import { parseCsvTable } from "../../../src/data/tables/csvTable.ts";
import { guessDelimiter } from "../../../src/data/tables/delimiter.ts";
import { decodeText } from "../../../src/data/tables/text.ts";

const table = (text: string, options = {}, known: string[] = []) =>
  parseCsvTable(text, "t.csv", options, known);
const lines = (...all: string[]) => `${all.join("\n")}\n`;

/** UTF-16 with its mark. */
function wide(text: string, little: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2 + 2));
  for (const [i, unit] of [0xfeff, ...Array.from(text, (c) => c.charCodeAt(0))].entries())
    view.setUint16(i * 2, unit, little);
  return new Uint8Array(view.buffer);
}

describe("text", () => {
  const utf8 = (text: string) => new TextEncoder().encode(text);

  test("UTF-8 with and without a mark, UTF-16 by its mark", () => {
    const text = "größe,y\n1,東京\n";
    expect(decodeText(utf8(text), "t.csv")).toEqual({ text, notes: [] });
    expect(decodeText(utf8(`\ufeff${text}`), "t.csv").text).toBe(text);
    expect(decodeText(wide(text, true), "t.csv")).toEqual({ text, notes: ["text in UTF-16LE"] });
    expect(decodeText(wide(text, false), "t.csv").text).toBe(text);
  });

  test("other bytes: where, what to do; and by the option", () => {
    const latin = Uint8Array.from("a,b\n1,gr\xf6\xdfe\n", (c) => c.charCodeAt(0));
    expect(() => decodeText(latin, "t.csv")).toThrow(
      "t.csv: line 2: expected text in UTF-8, got the byte 0xF6; save the file as UTF-8, or say what it is: --encoding windows-1252",
    );
    expect(decodeText(latin, "t.csv", "windows-1252").text).toBe("a,b\n1,größe\n");
    expect(() => decodeText(latin, "t.csv", "latin-9000")).toThrow('--encoding: there is no "latin-9000"');
    // without its mark
    const bare = wide("a,b\n1,2\n3,4\n", true).subarray(2);
    expect(() => decodeText(bare, "t.csv")).toThrow("--encoding utf-16le reads it so");
    expect(decodeText(bare, "t.csv", "utf-16le").text).toBe("a,b\n1,2\n3,4\n");
    expect(() => decodeText(utf8("a,b\n1,2\0\n"), "t.csv")).toThrow(
      "t.csv: line 2: expected text, got a zero byte",
    );
  });
});

describe("delimiter", () => {
  test("judged over all lines, outside quotes, by what cells are then", () => {
    expect(guessDelimiter("a,b\n1,2\n")).toBe(",");
    expect(guessDelimiter("a;b\n1;2\n")).toBe(";");
    expect(guessDelimiter("a|b\n1|2\n")).toBe("|");
    expect(guessDelimiter("a\tb c\n1\t2 d\n")).toBe("\t");
    expect(guessDelimiter("1\n2\n")).toBe(",");
    // decimal commas, without a header that could tell
    expect(guessDelimiter("0,5;0,2;yes\n1,5;1,2;no\n")).toBe(";");
    expect(guessDelimiter("0,5;0,2\n1,5;1,2\n")).toBe(";");
    expect(guessDelimiter("1 000,5;2 000,5\n1 000,5;2 000,5\n")).toBe(";");
    // commas in quotes, and behind words
    expect(guessDelimiter('"Weight, net, kg";"Height, cm";label\n0;0;yes\n1;1;no\n')).toBe(";");
    expect(guessDelimiter("Smith, John;30\nDoe, Jane;31\n")).toBe(";");
    expect(guessDelimiter("2021-01-01 10:00,5\n2021-01-02 11:30,6\n")).toBe(",");
    expect(guessDelimiter("New York,10\nLos Angeles,20\n")).toBe(",");
    // a first line that says something else
    expect(guessDelimiter("a;b;c, d, e, f\n1;2;3\n4;5;6\n7;8;9\n")).toBe(";");
  });

  test("blanks only where nothing else makes a table of it", () => {
    expect(guessDelimiter("a b c\n1 2 3\n4 5 6\n")).toBe(" ");
    expect(guessDelimiter("0,5 1,5 yes\n1,5 2,5 no\n")).toBe(" ");
    expect(guessDelimiter("23979.63 €\tred\n11.5 €\tblue\n")).toBe("\t");
    const mpg = '18.0   8   307.0\t"chevrolet chevelle malibu"\n15.0   8   350.0\t"buick skylark 320"\n';
    expect(table(mpg).rows).toEqual([
      ["18.0", "8", "307.0", "chevrolet chevelle malibu"],
      ["15.0", "8", "350.0", "buick skylark 320"],
    ]);
  });

  test("sep=, as Excel writes it, and the option", () => {
    expect(table("sep=;\r\na;b\r\n1;2,5\r\n")).toMatchObject({
      columns: ["a", "b"],
      lines: [3],
      rows: [["1", "2,5"]],
    });
    expect(table('"sep=\t"\na\tb\n1\t2\n').columns).toEqual(["a", "b"]);
    expect(table("a,b;c\n1,2;3\n", { delimiter: ";" }).columns).toEqual(["a,b", "c"]);
    expect(table("a\tb\n1\t2\n", { delimiter: "tab" }).columns).toEqual(["a", "b"]);
    expect(() => table("a,b\n", { delimiter: "" })).toThrow("delimiter: expected what separates cells");
    expect(table("a;b\n1;2\n").notes).toEqual(["delimiter: ;"]);
  });
});

describe("header", () => {
  const named = (...all: string[]) => table(lines(...all)).named;

  test("text on top of numbers, dates, truths", () => {
    expect(named("x,y", "1,2", "3,4")).toBe(true);
    expect(named("day,kind", "2021-01-01,a", "2021-01-02,b")).toBe(true);
    expect(named("member,kind", "True,a", "False,b", "True,a", "False,b")).toBe(true);
    expect(named("1,2", "3,4", "5,6")).toBe(false);
    expect(named("5.1,?,a", "4.9,3.0,b", "4.7,3.2,a")).toBe(false);
    expect(named("0,5;0,2;yes", "1,5;1,2;no", "2,5;1,2;no")).toBe(false);
  });

  test("numbers that count up: as pandas writes them, and years", () => {
    expect(named("label,0,1", "0,0.99,0.86", "1,0.12,0.33")).toBe(true);
    expect(named(",0,1,2", "0,0.77,0.54,0", "1,0.86,0.23,1")).toBe(true);
    expect(named("0,1,2", "0.5,1.5,2.5", "3.5,4.5,5.5")).toBe(true);
    expect(
      named(
        "country,2019,2020",
        ...Array.from({ length: 6 }, (_, i) => `${i % 2 ? "A" : "B"},${100 + i},${200 + i}`),
      ),
    ).toBe(true);
    expect(named("0,1,yes", "1,0,no", "1,1,no", "0,0,yes", "0,1,no")).toBe(false);
    // truth tables
    expect(named("0,0,0", "0,1,1", "1,0,1", "1,1,0")).toBe(false);
    expect(named("Anna,1919,1920", "Bert,1911,1980", "Anna,1950,1999")).toBe(false);
  });

  test("what may be either is asked about", () => {
    const asks = (...all: string[]) =>
      expect(() => table(lines(...all))).toThrow(/--header yes takes it for names, --header no/);
    asks("0,1,2", "3,4,5", "6,7,8");
    asks("5,oops,7", "4,3,2", "1,2,3");
    asks("2018,2019,2020", "1,2,3", "4,5,6");
    asks("alpha,beta", "gamma,delta", "epsilon,zeta");
    expect(table("0,1,2\n3,4,5\n", { header: true }).columns).toEqual(["0", "1", "2"]);
    expect(table("0,1,2\n3,4,5\n", { header: false }).rows.length).toBe(2);
  });

  test("all text: names come once, values again", () => {
    const rows = ["x,p,e", "b,a,p", "s,n,e", "x,p,p", "b,a,e", "s,n,p"];
    expect(named("cap,odor,kind", ...rows)).toBe(true);
    expect(named("s,a,p", ...rows)).toBe(false);
    expect(named("text,label", "good film,pos", "bad film,neg")).toBe(true);
    expect(named("Y,red", "N,blue", "Y,red", "N,red", "Y,blue")).toBe(false);
  });

  test("names that are looked for make a header of any row", () => {
    expect(table("0,1,2\n3,4,5\n", {}, ["0", "1"]).named).toBe(true);
    expect(table("a,b\nc,d\n", {}, ["b", "a"]).named).toBe(true);
  });
});

describe("what spreadsheets and other programs leave behind", () => {
  test("empty rows and columns, delimiters at the end of rows", () => {
    const excel = table("a,b,,\n1,2,,\n,,,\n3,4,,\n,,,\n,,,\n");
    expect(excel).toMatchObject({
      columns: ["a", "b"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
      lines: [2, 4],
    });
    expect(excel.notes).toEqual(["3 empty rows left out", "2 empty columns left out"]);
    expect(table("a,b\n1,2,\n3,4,\n")).toMatchObject({
      columns: ["a", "b"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
  });

  test("an index is known as one, by pandas' empty name or R's short header", () => {
    expect(table(",a,b\n0,5,x\n1,6,y\n")).toMatchObject({ index: 0, columns: ["column 1", "a", "b"] });
    expect(table("Unnamed: 0,a,b\n5,5,x\n2,6,y\n").index).toBe(0);
    expect(table("a b\n1 5 x\n2 6 y\n")).toMatchObject({ index: 0, columns: ["column 1", "a", "b"] });
    expect(table(",a,b\n1,5,x\n1,6,y\n").index).toBeUndefined();
    expect(table(",a,b\n0,5,x\n1,6,y\n").notes).toEqual([
      "the first column numbers the rows, and is left out",
    ]);
  });

  test("names are compared as they look; names that come again get a number, as pandas gives them", () => {
    expect(table("Île,b\n1,2\n").columns).toEqual(["Île"].concat("b").map((name) => name.normalize("NFC")));
    const twice = table("a,a,a.1,a\n1,2,3,4\n");
    expect(twice.columns).toEqual(["a", "a.2", "a.1", "a.3"]);
    expect([...twice.repeated]).toEqual(["a"]);
  });

  test("blanks in quotes around numbers mean nothing, around words they stay", () => {
    expect(table('a,b\n" 1 "," x "\n').rows).toEqual([["1", " x "]]);
  });
});
