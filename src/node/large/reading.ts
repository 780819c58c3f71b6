/** How the pieces of a table are read: each as the first one. */
import type { Targets } from "../../data/dataset.ts";
import { isMissing, isNumber } from "../../data/tables/cells.ts";
import { rowIn, type Table } from "../../data/tables/csvTable.ts";
import { prepareTable } from "../../data/tables/tableData.ts";
import type { CsvInfo, ReadTable } from "../../data/tables/tableInfo.ts";
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { isA } from "../../tags.ts";

/** A piece that is read as the first one was. */
export function again(table: Table, csv: CsvInfo): ReadTable {
  if (!csv.classes) demandPlain(table, csv);
  return prepareTable(table, { like: csv, ...(csv.classes ? {} : { decimal: csv.decimal ?? "." }) });
}

/** Reads a piece. @param seen how many rows said what columns are: the error says it, if the piece has others */
export function like<T>(seen: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof NablaError)) throw cause;
    const { message, details } = cause;
    throw new NablaError(
      `${message}. The first ${seen} rows say what columns are; if this is right, let more of them say it: larger pieces (pieceBytes, --piece-bytes), or columns (--column)`,
      { cause, ...(details && { details }) },
    );
  }
}

/** What is written in another way in one piece than in another would be another number. */
function demandPlain(table: Table, csv: CsvInfo): void {
  const at = table.columns.indexOf(csv.label);
  const row = table.rows.findIndex((cells) => !isNumber(cells[at]!) && !isMissing(cells[at]!));
  if (row >= 0)
    throw new NablaError(
      `${table.name}: ${rowIn(table, row)}: column ${show(csv.label)}: expected a number as programs write it, got ${show(table.rows[row]![at])}: targets of large tables have no units and separators`,
      { details: { line: table.lines[row], column: csv.label } },
    );
}

/** All targets. */
export function joined(parts: readonly Targets[]): Targets {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = isA("Int32Array", parts[0]) ? new Int32Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
