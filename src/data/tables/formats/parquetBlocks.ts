/** Parquet files that are larger than memory. */
import { NablaError } from "../../../errors.ts";
import { MOST_CELLS } from "../records.ts";
import type { ReadBlocks } from "./format.ts";
import { asBytes, openParquet } from "./parquet.ts";

/** A group of rows at a time; less of it where the file says where its pages lie. */
export const parquetBlocks: ReadBlocks = async ({ parts, where, host }, { used, rows: some }) => {
  const { cells: maxBytes = MOST_CELLS } = host.limits;
  const { columns, rows, groups, wanted, read } = await openParquet(asBytes(parts), where, host, used);
  const counts = groups.map(({ num_rows }) => Number(num_rows));
  if (!counts.every((count) => count >= 0) || counts.reduce((sum, count) => sum + count, 0) !== rows)
    throw new NablaError(
      `${where}: a Parquet file that cannot be read: its groups have other numbers of rows than it has`,
    );
  return {
    columns,
    async *blocks() {
      let from = 0;
      for (const { num_rows, columns } of groups) {
        const [begins, end] = [from, from + Number(num_rows)];
        const chunks = columns.filter(({ meta_data: of }) => of && wanted.has(of.path_in_schema[0]!));
        const inPages = chunks.every((chunk) => chunk.offset_index_offset !== undefined);
        const step = inPages ? Math.min(some(chunks.length), end - begins) : end - begins;
        const share = step / (end - begins);
        const bytes = chunks.reduce((sum, { meta_data: of }) => sum + Number(of!.total_uncompressed_size), 0);
        const values = Math.round(Math.max(bytes * share, 8 * step * chunks.length));
        if (values > maxBytes)
          throw new NablaError(
            `${where}: rows ${begins + 1} to ${end} are one group, whose values take ${values} bytes, more than ${maxBytes}; write it anew in smaller ones: pyarrow.parquet.write_table(table, path, row_group_size=100000)`,
          );
        for (; from < end; from += step) yield await read(from, Math.min(end, from + step));
        from = end;
      }
    },
  };
};
