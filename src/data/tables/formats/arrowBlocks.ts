/** Arrow files and streams that are larger than memory. */
import { messageOf, NablaError } from "../../../errors.ts";
import { MOST_CELLS } from "../records.ts";
import { damaged, namesOf, notEnded, openerOf, rowsOf } from "./arrow.ts";
import { messagesOf } from "./arrowParts.ts";
import type { ReadBlocks } from "./format.ts";

/** A batch at a time, with its dictionaries. */
export const arrowBlocks: ReadBlocks = async ({ parts, where, host }, { used }) => {
  const { table: limit, cells = MOST_CELLS } = host.limits;
  const open = openerOf(await parts.read(0, Math.min(parts.size, 8)), where, host);
  const { batches, ended, read } = await messagesOf(parts).catch((cause: unknown) => {
    throw cause instanceof NablaError ? cause : damaged(where, messageOf(cause), cause);
  });
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  if (!(rows > 0)) throw new NablaError(`${where}: there are no rows`);
  const most = Math.min(limit, cells);
  const blockOf = async (number: number, before: number) => {
    const batch = batches[number]!;
    const bytes = [batch, ...batch.dictionaries].reduce((sum, { from, to }) => sum + to - from, 0);
    if (bytes > most)
      throw new NablaError(
        `${where}: rows ${before + 1} to ${before + batch.rows} are one batch of ${bytes} bytes, more than ${most}; write it anew in smaller ones: pyarrow.feather.write_feather(table, path, chunksize=65536)`,
      );
    return (await open(await read(batch), most)).opened;
  };
  return {
    columns: namesOf(await blockOf(0, 0)),
    ...(!ended && { notes: [notEnded(rows)] }),
    async *blocks() {
      let before = 0;
      for (let number = 0; number < batches.length; number++) {
        yield rowsOf(await blockOf(number, before), where, used, before);
        before += batches[number]!.rows;
      }
    },
  };
};
