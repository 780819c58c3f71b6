/** SQLite databases, where the host has SQLite. */
import { sha256Hex } from "../../../checkpoint/sha256.ts";
import { NablaError } from "../../../errors.ts";
import { toUtf8, wellFormed } from "../../../host.ts";
import type { TableFormat } from "./format.ts";
import { tableOfValues } from "./values.ts";

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
      fingerprint: sha256Hex(toUtf8(wellFormed(JSON.stringify([columns, table.rows])))),
    };
  },
};
