/** Rows in memory as a dataset: what arrays, IDX files and tables end up as. */
import { NablaError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { type Dataset, type DatasetHeader, type Inputs, type Targets, targetSize } from "./dataset.ts";
import { gather, gathering } from "./gather.ts";
import { type Lendable, portable } from "./portable.ts";

/**
 * @param x all inputs, row after row; used as they are, not copied
 * @param y all labels, or all values
 * @param exact the inputs before they were rounded: what is standardised keeps their differences
 */
export function rowsDataset(
  header: DatasetHeader,
  x: Inputs,
  y: Targets,
  exact?: () => ArrayLike<number>,
): Dataset {
  const { name, length, target } = header;
  const width = sizeOf(header.inputShape);
  const size = targetSize(target);
  const rows: Lendable = { x };
  const inputs = (): Inputs => {
    if (rows.x) return rows.x;
    if (rows.lost)
      throw new NablaError(
        `${name}: its rows were lost with the worker that trained on them, because of transfer: true; make the data set again`,
      );
    throw new NablaError(
      `${name}: its rows are with the worker that trains on them, because of transfer: true; they come back when that training ends`,
    );
  };
  const dataset: Dataset = {
    ...header,
    length,
    ...(target.kind === "class" && { labels: y as Int32Array }),
    read: gathering(
      (indices, xOut, yOut) => {
        gather(inputs(), width, indices, xOut);
        gather(y, size, indices, yOut);
      },
      () => rows.x && { x: rows.x, y },
    ),
  };
  return portable(dataset, () => ({ kind: "arrays", header, x: inputs(), y, rows, exact }));
}
