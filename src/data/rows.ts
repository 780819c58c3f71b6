/** Rows in memory as a dataset: what arrays, IDX files and tables end up as. */
import { NablaError } from "../errors.ts";
import { sizeOf } from "../shape.ts";
import { type Dataset, type Inputs, type Targets, targetSize } from "./dataset.ts";
import { type DatasetHeader, type Lendable, portable } from "./portable.ts";

/** Rows of fewer values are copied one by one, which takes less time than to make a view of them. */
const NARROW = 48;

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
    read(indices, xOut, yOut) {
      const values = inputs();
      for (let row = 0; row < indices.length; row++) {
        const index = indices[row]!;
        if (width > NARROW) xOut.set(values.subarray(index * width, (index + 1) * width), row * width);
        else for (let i = 0; i < width; i++) xOut[row * width + i] = values[index * width + i]!;
        if (size === 1) yOut[row] = y[index]!;
        else yOut.set(y.subarray(index * size, (index + 1) * size), row * size);
      }
    },
  };
  return portable(dataset, () => ({ kind: "arrays", header, x: inputs(), y, rows, exact }));
}
