/** One column of a table: its cells, and where they stand. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { rowIn, type Table } from "./csvTable.ts";
import { type ColumnNumbers, columnNumbers } from "./numbers.ts";

export class TableColumn {
  readonly name: string;
  readonly cells: readonly string[];
  private found: ColumnNumbers | undefined;

  constructor(
    readonly table: Table,
    /** Its place. */
    readonly at: number,
  ) {
    this.name = table.columns[at]!;
    this.cells = table.rows.map((row) => row[at]!);
  }

  /** What it is as numbers, which is looked at once. */
  get numbers(): ColumnNumbers {
    this.found ??= columnNumbers(this.cells);
    return this.found;
  }

  /** What is wrong in a row, with its line. */
  problem(row: number, what: string): NablaError {
    const line = this.table.lines[row]!;
    return new NablaError(
      `${this.table.name}: ${rowIn(this.table, row)}: column ${show(this.name)}: ${what}`,
      {
        details: { line, column: this.name },
      },
    );
  }
}
