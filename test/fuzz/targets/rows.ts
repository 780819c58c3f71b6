/** What a data set says and holds, to compare two readings. */
import { buffersFor, type Dataset, range } from "../../../src/data/dataset.ts";

/** Rows that are looked at. */
const MOST = 50;
/** Values of them. */
const VALUES = 1e6;

export async function contentOf(dataset: Dataset): Promise<unknown> {
  const { name, length, inputShape, inputType, inputScale, target, standardisation } = dataset;
  const width = inputShape.reduce((product, n) => product * n, 1);
  const rows = Math.min(length, MOST, Math.floor(VALUES / Math.max(1, width)));
  const { x, y } = buffersFor(dataset, rows);
  if (rows > 0) await dataset.read(range(rows), x, y);
  return { name, length, inputShape, inputType, inputScale, target, standardisation, x, y };
}
