/** Which columns of a table are meant. */
import { didYouMean, NablaError } from "../../errors.ts";
import type { Table } from "./csvTable.ts";

export function findColumn(table: Table, column: string): number {
  const at = table.columns.indexOf(column);
  if (at >= 0) return at;
  throw new NablaError(
    `${table.name}: there is no column ${JSON.stringify(column)}${didYouMean(column, table.columns)} Columns: ${table.columns.join(", ")}`.replace(
      /([^?]) Columns:/,
      "$1. Columns:",
    ),
  );
}

export function findLabel(table: Table, label: string | number | undefined): number {
  const { columns } = table;
  if (typeof label === "string") return findColumn(table, label);
  if (label === undefined) {
    for (const usual of ["label", "class", "target", "y"]) {
      const at = columns.findIndex((column) => column.toLowerCase() === usual);
      if (at >= 0) return at;
    }
    return columns.length - 1;
  }
  const at = label < 0 ? columns.length + label : label;
  if (Number.isInteger(at) && at >= 0 && at < columns.length) return at;
  throw new NablaError(
    `${table.name}: label: expected a column from 0 to ${columns.length - 1}, got ${label}`,
  );
}
