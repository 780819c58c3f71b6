/** Rows of a table's file to predict from: read as `evaluate` and `train` read it. */
import type { TableOptions } from "../../data/readers/csv.ts";
import { matchColumns } from "../../data/tables/columns.ts";
import { rowIn } from "../../data/tables/csvTable.ts";
import { classFinder } from "../../data/tables/target.ts";
import type { Model } from "../../model/model.ts";
import { openTable } from "../../node/dataFiles.ts";
import { sizeOf } from "../../shape.ts";
import { extraOf } from "../training/resume.ts";

/** The cells that a model wants of each row. */
export interface TableRows {
  readonly length: number;
  /** What was read and how. */
  readonly notes: readonly string[];
  cells(index: number): string[];
  /** What errors call a row. */
  where(index: number): string;
  /** The number of its class, where the table has the target's column and it is one of the known ones. */
  label(index: number): number | undefined;
}

/** undefined where the file is no table. @throws NablaError for columns that are missing */
export async function tableRows(
  model: Model,
  path: string,
  options: TableOptions,
): Promise<TableRows | undefined> {
  const csv = extraOf(model)?.csv;
  const table = await openTable(path, options, csv?.columns);
  if (!table) return undefined;
  const columns = Array.from({ length: sizeOf(model.inputShape) }, (_, i) => `column ${i + 1}`);
  const { inputs, labelAt, byPosition } = matchColumns(
    table,
    csv ?? { columns: model.metadata.standardisation?.columns ?? columns, label: "the label" },
  );
  const classOf = classFinder(csv?.classes ?? [], csv?.named === undefined);
  return {
    length: table.rows.length,
    notes: [...table.notes, ...(byPosition && table.named ? ["columns are taken by position"] : [])],
    cells: (index) => inputs.map((at) => table.rows[index]![at]!),
    where: (index) => `${table.name}: ${rowIn(table, index)}`,
    label(index) {
      return labelAt < 0 ? undefined : classOf(table.rows[index]![labelAt]!);
    },
  };
}
