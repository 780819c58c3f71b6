/** The text of a file as tables of some megabytes of its text each, so that it is never in memory as a whole. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { isGzip } from "../../data/gzip.ts";
import {
  type CsvTableOptions,
  delimiterFor,
  parseCsvTable,
  type Table,
  tableOf,
} from "../../data/tables/csvTable.ts";
import { guessDelimiter } from "../../data/tables/delimiter.ts";
import { tableOfValues } from "../../data/tables/formats/values.ts";
import { readRecords } from "../../data/tables/records.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { isObject } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { parseJson } from "../../fields/json.ts";
import { unreadable } from "../fileSystem.ts";

export interface PieceOptions extends Pick<CsvTableOptions, "header" | "delimiter" | "decimal"> {
  /** Bytes of text that are looked at together. */
  readonly pieceBytes: number;
  /** Columns that nobody looks at may hold anything. */
  used(column: string): boolean;
  /** Is told every byte of the text. */
  onBytes(bytes: Uint8Array): void;
}

/** The tables, one after the other, each with the columns of the first. @throws NablaError with the line, for what does not fit the first */
export async function* piecesOf(path: string, options: PieceOptions): AsyncGenerator<Table> {
  let first: Table | undefined;
  let line = 1;
  let jsonl: boolean | undefined;
  let delimiter = options.delimiter === undefined ? "" : delimiterFor(options.delimiter);
  let rest = "";
  const take = (text: string): Table | undefined => {
    const lines = text.split("\n").length - 1;
    const at = line;
    line += lines;
    if (text.trim() === "") return undefined;
    const table = jsonl ? recordsOf(text, path, at, first, options) : rowsOf(text, path, at, first, options);
    if (!first && !jsonl && delimiter !== "" && table.delimiter !== delimiter)
      throw new NablaError(
        `${path}: cells may be separated by ${show(delimiter)} or ${show(table.delimiter)}: say which (delimiter)`,
      );
    first ??= table;
    return table;
  };
  for await (const text of textOf(path, options)) {
    rest += text;
    if (!first && /^\s*\[\s*\{/.test(rest.slice(0, SAMPLE)))
      throw new NablaError(
        `${path}: expected records on lines of their own, got an array of them; write one on each line`,
      );
    if (rest.length < options.pieceBytes) continue;
    jsonl ??= /^\s*\{/.test(rest);
    if (!jsonl) delimiter ||= guessDelimiter(rest.slice(0, SAMPLE));
    const end = jsonl ? rest.lastIndexOf("\n") + 1 : lastEnd(rest, delimiter);
    if (end === 0) {
      if (rest.length < 16 * options.pieceBytes) continue;
      throw new NablaError(
        `${path}: line ${line}: a row that begins here does not end within ${rest.length} characters; is a quote open?`,
      );
    }
    const table = take(rest.slice(0, end));
    // a copy: the slice would keep the whole
    rest = Buffer.from(rest.slice(end)).toString();
    if (table) yield table;
  }
  jsonl ??= /^\s*\{/.test(rest);
  const table = take(rest);
  if (table) yield table;
  if (!first) throw new NablaError(`${path}: the file is empty; expected rows of values`);
}

async function* textOf(path: string, { pieceBytes, onBytes }: PieceOptions): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const file = createReadStream(path, { highWaterMark: Math.min(1 << 18, pieceBytes) });
  let source: AsyncIterable<Uint8Array> = file;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch (cause) {
      throw new NablaError(`${path}: expected text in UTF-8; save the file as UTF-8`, { cause });
    }
  };
  try {
    const iterator = file[Symbol.asyncIterator]();
    const begun = await iterator.next();
    if (begun.done) return;
    const head: Uint8Array = begun.value;
    const all = (async function* () {
      yield head;
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        yield next.value as Uint8Array;
      }
    })();
    source = isGzip(head) ? (await import("node:stream")).Readable.from(all).pipe(createGunzip()) : all;
    for await (const bytes of source) {
      onBytes(bytes);
      yield decode(bytes);
    }
    yield decode();
  } catch (cause) {
    if (cause instanceof NablaError) throw cause;
    if ((cause as NodeJS.ErrnoException).code?.startsWith("Z_"))
      throw new NablaError(`${path}: broken gzip data: ${messageOf(cause)}; fetch the file again`, { cause });
    throw unreadable(path, cause);
  } finally {
    file.destroy();
  }
}

/** So much of a text shows the delimiter. */
const SAMPLE = 1 << 16;

const QUOTE = '"';

/** Behind the last row that is whole: quotes are read as readRecords() reads them. 0 where there is none. */
function lastEnd(text: string, delimiter: string): number {
  let end = 0;
  let begins = true;
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!;
    if (begins && c === QUOTE) {
      for (at++; ; at++) {
        at = text.indexOf(QUOTE, at);
        if (at < 0) return end;
        if (text[at + 1] !== QUOTE) break;
        at++;
      }
      // what is behind it until the next delimiter belongs to the cell
      begins = false;
    } else if (c === "\n") {
      end = at + 1;
      begins = true;
    } else if (c === delimiter[0] || (c === "\t" && delimiter === " ")) begins = true;
    else if (c !== " " && c !== "\t") begins = false;
  }
  return end;
}

function rowsOf(
  text: string,
  path: string,
  line: number,
  first: Table | undefined,
  { header, delimiter, decimal }: PieceOptions,
): Table {
  if (!first)
    return parseCsvTable(text, path, {
      ...(header !== undefined && { header }),
      ...(delimiter !== undefined && { delimiter }),
      ...(decimal && { decimal }),
    });
  const { rows, lines } = readRecords(text, first.delimiter, path, { line });
  const width = first.columns.length;
  const kept = { rows: [] as string[][], lines: [] as number[] };
  rows.forEach((row, i) => {
    if (row.every((cell) => cell === "")) return;
    // a delimiter at the end of each row is no cell
    while (row.length > width && row.at(-1) === "") row.pop();
    if (row.length !== width)
      throw new NablaError(
        `${path}: line ${lines[i]}: expected ${width} values as in the first row, got ${row.length}`,
        { details: { line: lines[i] } },
      );
    kept.rows.push(row);
    kept.lines.push(lines[i]!);
  });
  return {
    ...first,
    ...tableOf(first.columns, width, kept, []),
    columns: first.columns,
    repeated: first.repeated,
  };
}

function recordsOf(
  text: string,
  path: string,
  line: number,
  first: Table | undefined,
  { used }: PieceOptions,
): Table {
  const lines: number[] = [];
  const records: Record<string, unknown>[] = [];
  text.split("\n").forEach((each, i) => {
    if (each.trim() === "") return;
    const value = parseJson(each, `${path}: line ${line + i}`);
    if (!isObject(value) || Array.isArray(value))
      throw new NablaError(
        `${path}: line ${line + i}: expected a record, { "column": value, … }, got ${show(value)}`,
      );
    records.push(value as Record<string, unknown>);
    lines.push(line + i);
  });
  const columns = first?.columns ?? [...new Set(records.flatMap(Object.keys))];
  const known = new Set(columns);
  records.forEach((record, i) => {
    const strange = Object.keys(record).find((key) => !known.has(key));
    if (strange !== undefined)
      throw new NablaError(
        `${path}: line ${lines[i]}: ${show(strange)} is in none of the first records; let the first one have it, as null, or look at more of them together (pieceBytes)`,
      );
  });
  const rows = records.map((record) =>
    columns.map((key) => (Object.hasOwn(record, key) ? record[key] : null)),
  );
  return tableOfValues({ name: path, columns, used, rows, lines });
}
