/** Tables that are larger than memory: --large. */
import { type DataKind, kindOf } from "../../data/readers/open.ts";
import { isAddress, publicly } from "../../data/readers/remote.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { hostFor, type OpenDataOptions, type OpenedData } from "../../node/dataFiles.ts";
import { freeMemory, LARGE_OPTIONS, type LargeTableOptions, openLargeTable } from "../../node/large/index.ts";
import { dataAt } from "../../node/paths.ts";
import type { LargeFlags } from "../options/tables.ts";

/** What openLargeTable() has not, and how it is called here. */
const NOT_LARGE = { missing: "--missing", encoding: "--encoding", maxBytes: "--max-bytes" } as const;

/**
 * A table that is read in pieces. What is no option of tables is left to the checks of whoever opens it.
 *
 * @param processes that open it on this machine at the same time
 * @throws NablaError for data that is no table in a file, and for flags of tables that are not for large ones
 */
export async function openLarge(
  source: string,
  options: OpenDataOptions,
  { pieceBytes }: LargeFlags,
  processes = 1,
): Promise<OpenedData & { close(): void }> {
  const name = publicly(source);
  for (const [option, flag] of Object.entries(NOT_LARGE))
    if (options[option as keyof typeof NOT_LARGE] !== undefined)
      throw new NablaError(`${flag} is not for tables that are read in pieces (--large); leave it out`);
  if (typeof options.split === "object")
    throw new NablaError(
      `--split: expected random or time with --large, got ${show(options.split)}: the groups of all rows are not known`,
    );
  if (isAddress(source)) throw new NablaError(`--large: expected a file, got ${name}: download it first`);
  const kind = await kindAt(source);
  if (kind !== "csv")
    throw new NablaError(
      `--large is for tables: text, JSON lines, Parquet, Arrow or SQLite; ${name} is something else`,
    );
  const known: readonly string[] = LARGE_OPTIONS;
  const reading = Object.fromEntries(
    Object.entries(options).filter(([option, value]) => value !== undefined && known.includes(option)),
  ) as LargeTableOptions;
  const table = await openLargeTable(source, {
    ...reading,
    ...(pieceBytes !== undefined && { pieceBytes }),
    memoryBytes: Math.floor(freeMemory() / 2 / processes),
  });
  const { name: called } = table.train.extra!.data as { name: string };
  return { ...table, name: called, kind };
}

/** An error of data that is too large for memory; if it is a table, with what helps. */
export async function withLarge(error: unknown, source: string): Promise<unknown> {
  if (!(error instanceof NablaError) || !error.message.includes("(--max-bytes)") || isAddress(source))
    return error;
  const kind = await kindAt(source).catch(() => undefined);
  if (kind !== "csv") return error;
  const { details } = error;
  return new NablaError(`${messageOf(error)}, or read it in pieces: --large`, {
    cause: error,
    ...(details && { details }),
  });
}

async function kindAt(source: string): Promise<DataKind | undefined> {
  const found = await dataAt(source);
  return found && kindOf(found, hostFor());
}
