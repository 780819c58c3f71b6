/** How a file writes a table: delimiter, quotes, header, line ends, encoding, numbers, missing values. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { type KnownColumn, type KnownTable, randomOf, type Value } from "./known.ts";

export interface Dialect {
  readonly delimiter: "," | ";" | "\t" | "|";
  readonly quotes: "needed" | "all" | "texts";
  readonly header: boolean;
  readonly eol: "\n" | "\r\n" | "\r" | "mixed";
  readonly encoding: "utf8" | "utf8-bom" | "utf16le" | "utf16be";
  readonly gzip: boolean;
  /** Lines of nothing after the last row; with delimiters, as spreadsheets leave them. */
  readonly after: "none" | "newline" | "blank lines" | "empty rows";
  readonly sep: boolean;
  readonly decimal: "." | ",";
  readonly group: "" | "," | "." | " " | "'" | "\u00a0";
  readonly currency: "$" | "€" | " €" | " EUR" | "";
  readonly missing: string;
  readonly truths: readonly [string, string];
  /** pandas' nameless first column of row numbers. */
  readonly index: boolean;
  /** Where the label stands. */
  readonly label: "first" | "middle" | "last";
  readonly seed: number;
}

export const dialect: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(",", ",", ";", "\t", "|"),
  quotes: fc.constantFrom("needed", "needed", "all", "texts"),
  header: fc.constantFrom(true, true, true, false),
  eol: fc.constantFrom("\n", "\n", "\r\n", "\r", "mixed"),
  encoding: fc.constantFrom("utf8", "utf8", "utf8-bom", "utf16le", "utf16be"),
  gzip: fc.constantFrom(false, false, false, true),
  after: fc.constantFrom("none", "newline", "newline", "blank lines", "empty rows"),
  sep: fc.constantFrom(false, false, false, false, true),
  decimal: fc.constantFrom(".", ".", ","),
  group: fc.constantFrom("", ",", ".", " ", "'", "\u00a0"),
  currency: fc.constantFrom("$", "€", " €", " EUR", ""),
  missing: fc.constantFrom("", "", "NA", "N/A", "null", "?", "NaN", "-", "−"),
  truths: fc.constantFrom(
    ["True", "False"],
    ["TRUE", "FALSE"],
    ["true", "false"],
    ["yes", "no"],
    ["Y", "N"],
    ["t", "f"],
  ),
  index: fc.constantFrom(false, false, false, true),
  label: fc.constantFrom("first", "middle", "last", "last"),
  seed: fc.nat(),
}) as fc.Arbitrary<Dialect>;

export interface Written {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** The columns' names in the file's order, the label's among them. */
  readonly order: readonly string[];
}

/** What a file of this dialect holds; `dialect.group` is left out where it is the decimal sign. */
export function written(table: KnownTable, dialect: Dialect): Written {
  const random = randomOf(dialect.seed);
  const inputs = table.columns.map(({ name }) => name);
  const at = { first: 0, middle: inputs.length >> 1, last: inputs.length }[dialect.label];
  const order = [...inputs.slice(0, at), table.label.name, ...inputs.slice(at)];
  const rows = Array.from({ length: table.rows }, (_, row) => {
    const cells = order.map((name): Cell => {
      if (name === table.label.name) {
        const value = table.label.values[row]!;
        return typeof value === "number"
          ? { text: numberText(value, dialect), bare: true }
          : { text: value, bare: /^-?\d+$/.test(value) };
      }
      const column = table.columns.find((each) => each.name === name)!;
      return cellOf(column, column.values[row], dialect);
    });
    return dialect.index && dialect.header ? [{ text: String(row), bare: true }, ...cells] : cells;
  });
  const head = order.map((name): Cell => ({ text: name, bare: false }));
  const lines = [
    ...(dialect.header ? [dialect.index ? [{ text: "", bare: false }, ...head] : head] : []),
    ...rows,
  ].map((cells) => cells.map((cell) => quoted(cell, dialect)).join(dialect.delimiter));
  if (dialect.sep) lines.unshift(`sep=${dialect.delimiter}`);
  const eol = () => (dialect.eol === "mixed" ? (random() < 0.5 ? "\n" : "\r\n") : dialect.eol);
  let text = lines[0]!;
  for (const line of lines.slice(1)) text += eol() + line;
  if (dialect.after !== "none") text += eol();
  if (dialect.after === "blank lines") text += eol() + eol();
  if (dialect.after === "empty rows") text += dialect.delimiter.repeat(rows[0]!.length - 1) + eol();
  const bytes = encoded(text, dialect.encoding);
  return { bytes: dialect.gzip ? new Uint8Array(gzipSync(bytes)) : bytes, text, order };
}

interface Cell {
  text: string;
  /** Numbers and what is written like them: not quoted where only texts are. */
  bare: boolean;
}

function cellOf({ kind }: KnownColumn, value: Value, dialect: Dialect): Cell {
  if (value === undefined) return { text: dialect.missing, bare: true };
  if (typeof value === "boolean") return { text: dialect.truths[value ? 0 : 1], bare: true };
  if (typeof value === "string") return { text: value, bare: kind === "date" };
  const { currency } = dialect;
  if (kind === "money") {
    const number = grouped(value, 2, dialect);
    return { text: /^[$€]/.test(currency) ? currency + number : number + currency, bare: true };
  }
  if (kind === "percent") return { text: `${numberText(value, dialect)}%`, bare: true };
  if (kind === "thousands") return { text: grouped(value, 0, dialect), bare: true };
  return { text: numberText(value, dialect), bare: true };
}

const numberText = (value: number, { decimal }: Dialect): string => String(value).replace(".", decimal);

/** With a separator between thousands, and so many digits after the decimal sign. */
export function grouped(value: number, digits: number, { group, decimal }: Dialect): string {
  const [whole, fraction] = value.toFixed(digits).split(".") as [string, string?];
  const separator = group === decimal ? "" : group;
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, separator);
  return fraction === undefined ? groups : groups + decimal + fraction;
}

function quoted({ text, bare }: Cell, { delimiter, quotes }: Dialect): string {
  const needed = text.includes(delimiter) || /["\r\n]/.test(text) || text !== text.trim();
  if (!needed && (quotes === "needed" || (quotes === "texts" && bare))) return text;
  return `"${text.replaceAll('"', '""')}"`;
}

function encoded(text: string, encoding: Dialect["encoding"]): Uint8Array {
  if (encoding === "utf8") return new TextEncoder().encode(text);
  if (encoding === "utf8-bom") return new TextEncoder().encode(`\ufeff${text}`);
  const units = `\ufeff${text}`;
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), encoding === "utf16le");
  return bytes;
}
