import { fromJson } from "../../src/cli/input/json.ts";
import { csvSplit } from "../../src/data/tables/csv.ts";
import { parseCsvLine } from "../../src/data/tables/csvTable.ts";
import { encodeRows } from "../../src/data/tables/rows.ts";
import { decodeText } from "../../src/data/tables/text.ts";
import { dense } from "../../src/layers/index.ts";
import { sequential } from "../../src/model/model.ts";
import { joined, latin, list, numbered, type Reader, type Row, repeated } from "./row.ts";

const table = (shape: string, make: (n: number) => string, options: object = {}): Row => ({
  shape,
  make,
  run: (text: string) => csvSplit(text, { header: true, ...options }),
});

export const tables: Reader = {
  reader: "CSV text",
  most: 1600,
  rows: [
    table("narrow rows", (n) => `a,y\n${repeated("1,2\n", n)}`),
    table("rows of texts", (n) => `a,y\n${repeated("ab,cd\nef,gh\n", n)}`),
    table("many categories", (n) => `a,y\n${numbered(n, (i) => `c${i},1\n`)}`, {
      columns: { a: "category" },
    }),
    table("free text", (n) => `a,y\n${numbered(n, (i) => `c${i},1\n`)}`),
    table("dates", (n) => `a,y\n${repeated("2021-03-04 05:06,1\n", n)}`),
    table("decimal commas", (n) => `a;y\n${repeated("1.234,5;1\n", n)}`),
    table("currencies", (n) => `a,y\n${repeated("$ 1,1\n€ 2,3\n", n)}`),
    table("missing values", (n) => `a,y\n${repeated("NA,1\n3,1\n", n)}`),
    table("rows left out", (n) => `a,y\n${repeated("NA,1\n3,1\n", n)}`, { missing: "drop" }),
    table("columns of numbers", (n) => `${repeated("1,", n / 3)}1\n`.repeat(3), { header: false }),
    table("columns of texts", (n) => `${repeated("ab,", n / 3)}1\n`.repeat(3), { header: false }),
    table("columns of one name", (n) => `${repeated("ab,", n / 2)}y\n${repeated("1,", n / 3)}1\n`),
    table("columns of like names", (n) => `${numbered(n, (i) => `c${i},`)}y\n${"1,".repeat(9)}1\n`),
    table(
      "a label that is not there",
      (n) => {
        const names = numbered(n / 2, (i) => `c${i},`);
        return `${names}y\n${names.replace(/c\d+/g, "1")}1\n`;
      },
      { label: "c123456" },
    ),
    table(
      "columns to leave out",
      (n) => {
        const names = numbered(n / 2, (i) => `c${i},`);
        return `${names}y\n${names.replace(/c\d+/g, "1")}1\n`;
      },
      { ignore: Array.from({ length: 200 }, (_, i) => `c${i}`) },
    ),
    table("empty cells", (n) => repeated(`${",".repeat(99)}\n`, n)),
    table("empty lines", (n) => `a,y\n${"\n".repeat(n)}1,2\n`),
    table("carriage returns", (n) => `a,y\r${"\r".repeat(n)}1,2\r`),
    table("comments", (n) => `${repeated("# a\n", n)}a,y\n1,2\n`),
    table("comments like rows", (n) => `${repeated("# a,b\n", n)}a,y\n1,2\n`),
    table("quotes", (n) => '"'.repeat(n + 1)),
    table("quotes within cells", (n) => `a,y\n${repeated('"a" b,1\n', n)}`),
    table("quotes in pairs", (n) => `a,y\n${repeated('"a""b",1\n', n)}`),
    table("quotes that begin everywhere", (n) => `a,y\n${repeated('"a,"b,', n)}`),
    table("a quoted cell of lines", (n) => `a,y\n"${"\n".repeat(n)}",1\n`),
    table("rows of other lengths", (n) => `a,y\n${repeated("1,2\n", n)}1,2,3\n`),
    table("blanks", (n) => `a y\n1${" ".repeat(n)}2\n3 4\n`),
    table("columns of blanks", (n) => `a y\n${repeated("1  2\n", n)}`, { delimiter: " " }),
    table("delimiters of all kinds", (n) => `a,y\n${repeated("a;b|c\td e,1\n", n)}`),
    table("long cells of all kinds", (n) => {
      const parts = ["1", "1,", "1.", " ", "-", "1 ", "e", "(", "01/", "1:", "a ", "\u00a0", "$", "é"];
      const cells = parts.map((part) => `"${repeated(part, n / 4)}x"`);
      return `${parts.map((_, i) => `c${i}`)},y\n${cells.join()},1\n${parts.map(() => 1)},2\n`;
    }),
    table("a long name", (n) => `${"x".repeat(n)},y\n1,2\nz,2\n4,1\n`),
    table("labels that are many texts", (n) => `a,y\n${numbered(n, (i) => `1,c${i}\n`)}`),
    table("whole groups", (n) => `g,a,y\n${numbered(n, (i) => `g${i},1,2\n`)}`, { split: { group: "g" } }),
    table("rounded numbers", (n) => `a,y\n${numbered(n, (i) => `16777216${i},1\n`)}`),
  ],
};

export const texts: Reader = {
  reader: "the bytes of a text",
  most: 20,
  rows: [
    { shape: "ASCII", make: (n) => latin("a".repeat(n)), run: (bytes: Uint8Array) => decodeText(bytes, "a") },
    {
      shape: "no UTF-8 at the end",
      make: (n) => joined("a".repeat(n), Uint8Array.of(0xff)),
      run: (bytes: Uint8Array) => decodeText(bytes, "a"),
    },
    {
      shape: "characters of four bytes, cut",
      make: (n) => new TextEncoder().encode("𝄞".repeat(n / 4)).subarray(0, -1),
      run: (bytes: Uint8Array) => decodeText(bytes, "a"),
    },
    {
      shape: "a zero byte at the end of lines",
      make: (n) => latin(`${"\n".repeat(n)}\0`),
      run: (bytes: Uint8Array) => decodeText(bytes, "a"),
    },
  ],
};

const csv = { columns: ["a", "b"], encoding: [{ kind: "number" }, { kind: "category", values: ["x", "y"] }] };
const model = { metadata: { extra: { csv } } };
const row = (shape: string, make: (n: number) => unknown): Row => ({
  shape,
  make,
  size: (n) => n,
  run: (given: never) => encodeRows(model, given),
});

export const rows: Reader = {
  reader: "rows of programs and of JSON",
  most: 400,
  rows: [
    row("many keys", (n) => Object.fromEntries(list(n, 8, (i) => [`k${i}`, i]))),
    row("a long key", (n) => ({ a: 1, b: "x", ["k".repeat(n)]: 1 })),
    row("a long key, and one that is missing", (n) => ({ a: 1, ["k".repeat(n)]: 1 })),
    row("long cells", (n) => ["1", "1,", " ", "-", "x"].map((part) => [`${repeated(part, n / 5)}x`, "x"])),
    row("a long category", (n) => ({ a: 1, b: "x".repeat(n) })),
    row("many rows", (n) => list(n, 8, () => [1, "x"])),
    row("a deep value", (n) => ({ a: deep(n), b: "x" })),
    {
      shape: "a line of a command",
      make: (n) => repeated("1,", n),
      run: (text: string) => parseCsvLine(text, "row"),
    },
    ...[
      ["lines", (n: number) => repeated("[1,2]\n", n)],
      ["empty lines", (n: number) => `${"\n".repeat(n)}[1,2]`],
      ["brackets", (n: number) => "[".repeat(n)],
      ["brackets that close", (n: number) => "[".repeat(n / 2) + "]".repeat(n / 2)],
      ["rows of different kinds", (n: number) => `[${repeated("[1,2],{},", n)}[]]`],
      ["a long text", (n: number) => `["${"\\n".repeat(n / 2)}", 1]`],
      ["a text that does not end", (n: number) => `["${"a".repeat(n)}`],
    ].map(
      ([shape, make]): Row => ({
        shape: `JSON: ${shape}`,
        make: make as Row["make"],
        run: (text: string) => fromJson(two(), text, "stdin"),
      }),
    ),
  ],
};

const two = () => sequential([dense({ units: 1, inputShape: [2] })]);

/** Lists within lists. */
export function deep(n: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < n / 2; i++) value = [value];
  return value;
}
