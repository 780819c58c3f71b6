/** Databases: SQLite as Node has it, read alone. */

import type { Answer, DataFile } from "../data/readers/reader.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { attempt } from "../host.ts";

/** What is used of node:sqlite, which is younger than the oldest Node that Nabla runs in. */
interface Sqlite {
  DatabaseSync: new (
    path: string,
    options: { readOnly: boolean },
  ) => {
    prepare(sql: string): Statement;
    close(): void;
  };
}
interface Statement {
  setReadBigInts(on: boolean): void;
  columns?(): { name: string }[];
  all(): Record<string, unknown>[];
  iterate(): Iterable<Record<string, unknown>>;
}

/** @throws NablaError where this Node has none, for a file that is damaged, and for a query that cannot be asked */
export async function database({ path }: DataFile, where: string, query?: string): Promise<Answer> {
  const { close, rows, ...answer } = ask(path, where, query);
  try {
    return { ...answer, rows: [...rows] };
  } finally {
    close();
  }
}

/** The same, whose rows are read as they are wanted, once. */
export function ask(path: string, where: string, query?: string): Answer & { close(): void } {
  const { DatabaseSync } = sqlite(where);
  const within = <T>(what: string, act: () => T): T => {
    try {
      return act();
    } catch (cause) {
      if (cause instanceof NablaError) throw cause;
      throw new NablaError(`${where}: ${what}: ${(cause as Error).message}`, { cause });
    }
  };
  const opened = within("the database cannot be opened", () => new DatabaseSync(path, { readOnly: true }));
  try {
    const asked =
      query ?? within("the database cannot be read", () => everything((sql) => opened.prepare(sql), where));
    const answering = <T>(act: () => T): T => within(`the query ${show(asked)} cannot be answered`, act);
    return answering(() => {
      const statement = opened.prepare(asked);
      // beyond 2^53 they would be other numbers
      statement.setReadBigInts(true);
      const rows = statement.iterate()[Symbol.iterator]();
      let next = rows.next();
      // older ones do not say it
      const columns = statement.columns?.().map(({ name }) => name) ?? Object.keys(next.value ?? {});
      if (columns.length === 0)
        throw new NablaError(
          `${where}: query: expected one that answers with rows, as SELECT does, got ${show(asked)}`,
        );
      if (new Set(columns).size < columns.length)
        throw new NablaError(
          `${where}: query: several columns of the answer have the same name; call them apart with AS`,
        );
      const all = function* () {
        for (; !next.done; next = answering(() => rows.next())) {
          const row = next.value;
          yield columns.map((column) => row[column]);
        }
      };
      return { columns, rows: all(), query: asked, close: () => opened.close() };
    });
  } catch (cause) {
    opened.close();
    throw cause;
  }
}

function sqlite(where: string): Sqlite {
  const found = attempt(() => process.getBuiltinModule?.("node:sqlite")) as Sqlite | undefined;
  if (found) return found;
  throw new NablaError(
    `${where}: an SQLite database, which Node reads from version 22.13 on, and this is ${process.version}; use a newer Node, or write the table as CSV: sqlite3 -header -csv FILE "SELECT …"`,
  );
}

/** The query for all rows of the only table. */
function everything(prepare: (sql: string) => Statement, where: string): string {
  const found = prepare(
    "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name",
  ).all();
  const names = found.map(({ name }) => String(name));
  if (names.length === 1) return `SELECT * FROM "${names[0]!.replaceAll('"', '""')}"`;
  throw new NablaError(
    names.length === 0
      ? `${where}: the database has no table`
      : `${where}: the database has ${names.length} tables (${names.slice(0, 12).join(", ")}${names.length > 12 ? ", …" : ""}); query (--query) says which rows are meant: "SELECT * FROM ${names[0]}"`,
  );
}
