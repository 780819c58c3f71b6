/** SQLite databases, where the host has SQLite. */
import { NablaError } from "../../../errors.ts";
import type { TableFormat } from "./format.ts";
import { digestOfCells, tableOfValues } from "./values.ts";

const MAGIC = "SQLite format 3\0";

export const sqlite: TableFormat = {
  title: "SQLite database",
  ending: ".sqlite",
  asked: true,
  is: (head) => Array.from(MAGIC).every((character, i) => character.charCodeAt(0) === head[i]),
  async read({ of, where, host }, { query, used }) {
    if (!host.database)
      throw new NablaError(
        `${where}: an SQLite database, which is read in Node from version 22.13 on; elsewhere write the table as CSV`,
      );
    const { columns, rows, query: asked } = await host.database(of, where, query);
    const table = tableOfValues({
      name: where,
      columns,
      used,
      rows,
      unit: "row",
      maxBytes: host.limits.cells,
    });
    const notes =
      query === undefined ? [`all rows of its only table: ${asked}`, ...table.notes] : table.notes;
    return {
      table: { ...table, notes },
      fingerprint: digestOfCells({ columns, rows: table.rows }),
    };
  },
};
