/** Records of arrays as a data set. */
import { NablaError } from "../errors.ts";
import { type ArrayRecord, arrayDataset, shaped } from "./arrays.ts";
import type { Dataset } from "./dataset.ts";
import { joinDatasets } from "./join.ts";

/**
 * @param x inputs by name @param y targets by name; labels stay labels
 * @param options.name what errors call it
 * @param options.quantities names of targets whose whole numbers are no labels
 * @throws NablaError where arrays have different numbers of rows, and as arrayDataset() does
 */
export function recordDataset(
  x: ArrayRecord,
  y: ArrayRecord,
  { name, quantities }: { readonly name: string; readonly quantities: ReadonlySet<string> },
): Dataset {
  const counts = Object.entries(y).map(
    ([key, values]) => [key, shaped(values, `${name}: y.${key}`).shape[0]!] as const,
  );
  const [first] = counts;
  if (!first) throw new NablaError(`${name}: y: expected arrays by the names of the outputs, got none`);
  for (const [key, rows] of counts)
    if (rows !== first[1])
      throw new NablaError(
        `${name}: y: "${key}" has ${rows} rows, but "${first[0]}" has ${first[1]}; expected as many`,
      );
  const rows = first[1];
  // a data set has inputs and targets; what is not asked for is a column of zeros
  const zeros = { data: new Float32Array(rows), shape: [rows, 1] };
  const labels = new Uint8Array(rows);
  const inputs = Object.entries(x).map(
    ([key, values]) => [key, arrayDataset(values, labels, { name: `${name}: ${key}` })] as const,
  );
  const targets = Object.entries(y).map(([key, values]) => {
    const target = quantities.has(key) ? ("values" as const) : undefined;
    return [
      key,
      arrayDataset(zeros, values, { name: `${name}: ${key}`, ...(target && { target }) }),
    ] as const;
  });
  return joinDatasets({ name, inputs: Object.fromEntries(inputs), targets: Object.fromEntries(targets) });
}
