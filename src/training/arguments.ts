/** The ways in which data can be passed: x and y, or a data set. */

import { type ArrayLike2, type ArrayRecord, arrayDataset, isRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import type { recordDataset } from "../data/records.ts";
import { NablaError } from "../errors.ts";
import { nameLayers, outputCount } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import type { CompiledTraining } from "./compile.ts";
import type { BatchSource } from "./source.ts";

/** A data set; or x and y, where rows may have factors of the loss. */
export type DataArgument =
  | Dataset
  | readonly [x: ArrayLike2 | ArrayRecord, y: ArrayLike2 | ArrayRecord, sampleWeight?: ArrayLike<number>];

export function isDataset(value: unknown): value is Dataset {
  return (
    typeof value === "object" &&
    value !== null &&
    "read" in value &&
    typeof (value as Dataset).read === "function"
  );
}

/** Data of unknown length: an iterator, something to iterate over, or a function. */
export const isStream = (value: unknown): value is BatchSource =>
  typeof value === "function" ||
  (typeof value === "object" &&
    value !== null &&
    !isDataset(value) &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    ("next" in value || Symbol.iterator in value || Symbol.asyncIterator in value));

/** What may have several inputs or outputs has code for arrays by their names; a chain has one of each. */
export interface ReadsRecords {
  readonly recordDataset?: typeof recordDataset;
}

/** What data is for: a model's layers, and its loss where it is compiled. */
interface Purpose {
  readonly topology: Topology;
  readonly builder: ReadsRecords;
  readonly state: { readonly compiled: CompiledTraining | undefined };
}

/** (data, options) or (x, y, options). @throws NablaError where y is missing */
export function argumentsOf<O>(
  who: string,
  purpose: Purpose,
  x: Dataset | ArrayLike2 | ArrayRecord,
  y: ArrayLike2 | ArrayRecord | O | undefined,
  more: O | undefined,
): [data: Dataset, options: O] {
  if (isDataset(x)) return [x, (y ?? {}) as O];
  if (y === undefined) throw new NablaError(`${who}: expected x and y, or a data set; got only x`);
  return [datasetOf([x, y as ArrayLike2 | ArrayRecord], who, purpose), (more ?? {}) as O];
}

/** @param name what errors call it */
export function datasetOf(
  data: DataArgument,
  name: string,
  { topology, state, builder }: Purpose,
  kind?: Dataset["target"]["kind"],
): Dataset {
  if (isDataset(data)) return data;
  const [x, y] = data;
  // labels stay labels where there is an output for each; with one output a regression takes whole numbers as they are
  const goals = state.compiled?.goals ?? [];
  const isQuantity = (k: number) => goals[k]?.loss.classification === false && outputCount(topology, k) === 1;
  const { layers, outputs } = topology;
  const inputs = layers.filter(({ type }) => type === "input").map((layer) => layer.name!);
  const names = outputs ? Object.keys(outputs) : [nameLayers(layers).at(-1)!.name!];
  // options in the place of y are no record of targets
  const one = names.length === 1 && !(isRecord(y) && names[0] in y);
  const { recordDataset } = builder;
  if (!recordDataset || (!isRecord(x) && inputs.length < 2 && one)) {
    const target = isQuantity(0) ? "values" : kind;
    const targets = one ? (y as ArrayLike2) : alone(y, names[0], `${name}: y`);
    return arrayDataset(alone(x, "input", `${name}: x`), targets, { name, ...(target && { target }) });
  }
  return recordDataset(byName(x, inputs, `${name}: x`), byName(y, names, `${name}: y`), {
    name,
    quantities: new Set(names.filter((_, k) => isQuantity(k))),
  });
}

/** What a chain is given: an array, which may have the name of the only input or output. */
function alone(values: ArrayLike2 | ArrayRecord, name: string, who: string): ArrayLike2 {
  if (!isRecord(values)) return values;
  const { [name]: array, ...others } = values;
  if (array !== undefined && Object.keys(others).length === 0) return array;
  throw new NablaError(
    `${who}: expected an array, or { ${name} }, got { ${Object.keys(values).join(", ")} }`,
  );
}

/** Arrays by name; one alone has the name of the only one there is. */
function byName(values: ArrayLike2 | ArrayRecord, names: readonly string[], who: string): ArrayRecord {
  if (isRecord(values)) return values;
  if (names.length === 1) return { [names[0]]: values };
  throw new NablaError(`${who}: expected arrays by name, { ${names.join(", ")} }, got one array`);
}
