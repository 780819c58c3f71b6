/** Records of arrays as a data set. */
import { NablaError } from "../errors.ts";
import { type ArrayRecord, shaped, toDataset } from "./arrays.ts";
import type { Dataset, Target } from "./dataset.ts";
import { joinDatasets } from "./join.ts";

/**
 * @param x inputs by name @param y targets by name; labels stay labels
 * @param options.name what errors call it
 * @param options.kindOf whether the targets of a name, so many values a row, are labels or values, where that is known
 * @param options.scaleOf what the bytes of an input are multiplied by, where that is known
 * @param options.classes what classes are called, where there is one target, of labels
 * @throws NablaError where arrays have different numbers of rows, and as toDataset() does
 */
export function recordDataset(
  x: ArrayRecord,
  y: ArrayRecord,
  options: {
    readonly name: string;
    kindOf(key: string, size: number): Target["kind"] | undefined;
    scaleOf(key: string): number | undefined;
    readonly classes?: readonly string[] | undefined;
  },
): Dataset {
  const { name, kindOf, scaleOf, classes } = options;
  const given = Object.entries(y).map(([key, values]) => [key, shaped(values, `${name}: y.${key}`)] as const);
  const counts = given.map(([key, { shape }]) => [key, shape[0]!] as const);
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
    ([key, values]) =>
      [
        key,
        toDataset(values, labels, {
          name: `${name}: ${key}`,
          inputScale: scaleOf(key),
        }),
      ] as const,
  );
  const targets = given.map(([key, values]) => {
    // bytes that are an input as well have its scale
    const like = Object.keys(x).find((input) => x[input] === y[key]);
    return [
      key,
      toDataset(like === undefined ? zeros : x[like]!, values, {
        name: `${name}: ${key}`,
        target: kindOf(key, values.data.length / rows),
        ...(classes && { names: classes }),
        inputScale: like === undefined ? undefined : scaleOf(like),
      }),
    ] as const;
  });
  return joinDatasets({ name, inputs: Object.fromEntries(inputs), targets: Object.fromEntries(targets) });
}
