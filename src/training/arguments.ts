/** The ways in which data can be passed: x and y, or a data set. */

import { type ArrayLike2, arrayDataset } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { outputCount } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import type { CompiledTraining } from "./compile.ts";
import type { BatchSource } from "./source.ts";

/** A data set; or x and y, where rows may have factors of the loss. */
export type DataArgument =
  | Dataset
  | readonly [x: ArrayLike2, y: ArrayLike2, sampleWeight?: ArrayLike<number>];

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

/** What data is for: a model's layers, and its loss where it is compiled. */
interface Purpose {
  readonly topology: Topology;
  readonly state: { readonly compiled: CompiledTraining | undefined };
}

/** (data, options) or (x, y, options). @throws NablaError where y is missing */
export function argumentsOf<O>(
  who: string,
  { topology, state }: Purpose,
  x: Dataset | ArrayLike2,
  y: ArrayLike2 | O | undefined,
  more: O | undefined,
): [data: Dataset, options: O] {
  if (isDataset(x)) return [x, (y ?? {}) as O];
  if (y === undefined) throw new NablaError(`${who}: expected x and y, or a data set; got only x`);
  return [datasetOf([x, y as ArrayLike2], who, topology, state.compiled), (more ?? {}) as O];
}

/** @param name what errors call it */
export function datasetOf(
  data: DataArgument,
  name: string,
  topology: Topology,
  compiled: CompiledTraining | undefined,
  kind?: Dataset["target"]["kind"],
): Dataset {
  if (isDataset(data)) return data;
  // labels stay labels where there is an output for each; with one output a regression takes whole numbers as they are
  const quantity = compiled?.loss.classification === false && outputCount(topology) === 1;
  const target = quantity ? "values" : kind;
  return arrayDataset(data[0], data[1], { name, ...(target && { target }) });
}
