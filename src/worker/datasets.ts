/** In the worker: datasets from the page's descriptions. */
import { augment } from "../data/augment/index.ts";
import { shifted } from "../data/augment/shifted.ts";
import type { Dataset, Inputs, Targets } from "../data/dataset.ts";
import { digits } from "../data/digits/index.ts";
import { joinDatasets } from "../data/join.ts";
import { rowsDataset } from "../data/rows.ts";
import { textRows } from "../data/sequences/textRows.ts";
import { windowRows } from "../data/sequences/windowRows.ts";
import { subset } from "../data/split.ts";
import { standardise } from "../data/standardise.ts";
import { NablaError } from "../errors.ts";
import type { SentDataset, SentValues } from "./protocol.ts";

export type Read = (
  dataset: number,
  indices: Uint32Array,
  epoch?: number,
) => Promise<{ x: Inputs; y: Targets }>;

/** @param pieces arrays that came in pieces, by number @param read asks the page for rows */
export function makeDatasets(
  sent: readonly SentDataset[],
  pieces: ReadonlyMap<number, Inputs | Targets>,
  read: Read,
): Dataset[] {
  const made: Dataset[] = [];
  const values = (from: SentValues) => {
    const there = "values" in from ? from.values : pieces.get(from.piece);
    if (!there) throw new NablaError("worker: rows to train on have not arrived whole");
    return there;
  };
  for (const [number, entry] of sent.entries()) made.push(makeDataset(entry, number));
  return made;

  function makeDataset(entry: SentDataset, number: number): Dataset {
    switch (entry.kind) {
      case "arrays":
        return rowsDataset(entry.header, values(entry.x) as Inputs, values(entry.y) as Targets);
      case "text":
        return textRows(entry.header, entry.source);
      case "windows":
        return windowRows(entry.header, entry.source);
      case "digits":
        return digits(entry.options);
      case "joined": {
        const of = (numbers: Record<string, number>) =>
          Object.fromEntries(Object.entries(numbers).map(([key, number]) => [key, made[number]!]));
        return joinDatasets({ name: entry.name, inputs: of(entry.inputs), targets: of(entry.targets) });
      }
      case "subset":
        return subset(made[entry.of]!, entry.rows, entry.name);
      case "shifted":
        return shifted(made[entry.of]!, entry.pixels, entry.options);
      case "augment":
        return augment(made[entry.of]!, entry.options);
      case "standardise":
        return standardise(made[entry.of]!, entry.by);
      case "elsewhere":
        return {
          ...entry.header,
          async read(indices, x, y, epoch) {
            const rows = await read(number, indices, epoch);
            x.set(rows.x);
            y.set(rows.y);
          },
        };
    }
  }
}
