/** The ways in which data can be passed: x and y, or a data set. */

import { type ArrayLike2, type ArrayRecord, alone, isRecord, shaped, toDataset } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { nameLayers } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import type { inputsOf } from "../network/predict.ts";
import type { InputKind } from "../plan/forward.ts";
import type { Loss } from "../plan/loss.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { isA } from "../tags.ts";
import type { checkFigures, namedDataset } from "./byName.ts";
import type { CompiledTraining } from "./compile.ts";
import type { BatchSource } from "./source.ts";

/** A data set; or x and y, where rows may have factors of the loss. */
export type DataArgument =
  | Dataset
  | readonly [x: ArrayLike2 | ArrayRecord, y: ArrayLike2 | ArrayRecord, sampleWeight?: ArrayLike<number>];

export function isDataset(value: unknown): value is Dataset {
  const { read, inputShape, target } = (value ?? {}) as Partial<Dataset>;
  return typeof read === "function" && Array.isArray(inputShape) && !!target;
}

/** Data of unknown length: an iterator, something to iterate over, or a function. */
export const isStream = (value: unknown): value is BatchSource =>
  typeof value === "function" ||
  (typeof value === "object" &&
    value !== null &&
    !isDataset(value) &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !isA("Map", value) &&
    ("next" in value || Symbol.iterator in value || Symbol.asyncIterator in value));

/** What may have several inputs or outputs has code for arrays by their names; a chain has one of each. */
export interface ReadsRecords {
  readonly byName?: {
    readonly dataset: typeof namedDataset;
    readonly rows: typeof inputsOf;
    readonly checkFigures: typeof checkFigures;
  };
}

/** What data is for: a model's layers, its loss where it is compiled, and how it reads its inputs where it is trained. */
export interface Purpose {
  readonly topology: Topology;
  readonly builder: ReadsRecords;
  readonly state: { readonly compiled: CompiledTraining | undefined };
  readonly reading: readonly InputKind[] | undefined;
  /** @param inputShape of rows, for a model that has not been built */
  outputShapes(inputShape: Shape): Shape[];
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

/**
 * Whether targets are labels or values, where output and loss say so: a column of whole numbers is one of labels where there is an output
 * for each class. With one output a regression takes whole numbers as they are.
 */
function readingOf(
  { classification, lastAxis }: Loss,
  output: Shape,
  size: number,
): Dataset["target"]["kind"] | undefined {
  const units = sizeOf(output);
  if (units === 1) return classification ? undefined : "values";
  return lastAxis && size === 1 && output[output.length - 1] === units ? "class" : undefined;
}

/** @param name what errors call it @param kind what targets are, where nothing else says it */
export function datasetOf(
  data: DataArgument,
  name: string,
  purpose: Purpose,
  kind?: Dataset["target"]["kind"],
): Dataset {
  if (isDataset(data)) return data;
  const { topology, builder, state, reading } = purpose;
  const [x, y] = data;
  const goals = state.compiled?.goals ?? [];
  const kindOf = (k: number, output: Shape | undefined, size: number) =>
    (goals[k] && output && readingOf(goals[k].loss, output, size)) ?? kind;
  const { layers, outputs } = topology;
  const inputs = layers.filter(({ type }) => type === "input").map((layer) => layer.name!);
  const names = outputs ? Object.keys(outputs) : [nameLayers(layers).at(-1)!.name!];
  // options in the place of y are no record of targets
  const one = names.length === 1 && !(isRecord(y) && names[0] in y);
  if (builder.byName && (isRecord(x) || inputs.length > 1 || !one)) {
    const shapes = purpose.outputShapes([]);
    return builder.byName.dataset(x, y, name, {
      inputs,
      names,
      reading,
      kindOf: (k, size) => kindOf(k, shapes[k], size),
    });
  }
  const rows = shaped(alone(x, "input", `${name}: x`), `${name}: x`);
  const targets = shaped(one ? (y as ArrayLike2) : alone(y, names[0], `${name}: y`), `${name}: y`);
  const n = targets.shape[0]!;
  const shape = rows.shape.length > 1 ? rows.shape.slice(1) : [rows.data.length / n];
  const [output] = goals.length > 0 && Number.isInteger(shape[0]) ? purpose.outputShapes(shape) : [];
  const target = kindOf(0, output, targets.data.length / n);
  return toDataset(rows, targets, {
    name,
    ...(target && { target }),
    ...(reading && { inputScale: reading[0]!.scale }),
  });
}
