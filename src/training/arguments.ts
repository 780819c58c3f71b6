/** The ways in which data can be passed: x and y, or a data set. */

import { type ArrayLike2, type ArrayRecord, alone, isRecord, shaped, toDataset } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { nameLayers } from "../layers/chain.ts";
import type { Topology } from "../layers/configs.ts";
import type { inputsOf } from "../network/predict.ts";
import type { Loss } from "../plan/loss.ts";
import type { InputKind } from "../plan/operation.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { isA, isPromise } from "../tags.ts";
import type { checkFigures, namedDataset } from "./byName.ts";
import type { CompiledTraining } from "./compile.ts";
import type { BatchSource, TargetsArgument } from "./source.ts";

/** x and y, where rows may have factors of the loss. */
export type Pair = readonly [
  x: ArrayLike2 | ArrayRecord,
  y: TargetsArgument,
  sampleWeight?: ArrayLike<number>,
];

/** A data set; or x and y. */
export type DataArgument = Dataset | Pair;

/** x and y in one object, under these names or those of TensorFlow.js. */
export type Together =
  | { readonly xs: ArrayLike2 | ArrayRecord; readonly ys: TargetsArgument }
  | { readonly x: ArrayLike2 | ArrayRecord; readonly y: TargetsArgument };

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
 * The same for what has more code to read them, loaded when it is used: iterators, x and y in one object, labels that are texts, and
 * promises nobody has waited for are passed on as they are. See meant().
 */
export function unread<O>(
  who: string,
  purpose: Purpose,
  x: Dataset | BatchSource | Together | ArrayLike2 | ArrayRecord,
  y: TargetsArgument | O | undefined,
  more: O | undefined,
): [data: DataArgument | BatchSource | Together, options: O] {
  // options twice are told with what else options cannot be
  if (isDataset(x) || isStream(x) || isTogether(x, purpose))
    return [x, (y && more ? [y, more] : (y ?? more ?? {})) as O];
  if (hasText(y) || isPromise(x) || isPromise(y) || (isRecord(y) && Object.values(y).some(hasText)))
    return [[x as ArrayRecord, y as TargetsArgument], (more ?? {}) as O];
  return argumentsOf(who, purpose, x as ArrayRecord, y as ArrayRecord | O, more);
}

/** Whether a list begins with a text, or with a list that does: a text has a first letter. */
const hasText = (y: unknown): boolean => Array.isArray(y) && typeof y[0]?.[0] === "string";

/** Whether they are x and y in one object, and not one array for each input. */
const isTogether = (x: unknown, { topology }: Purpose): x is Together =>
  isRecord(x) && ("ys" in x || "y" in x) && !topology.layers.some(({ name }) => name! in x);

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

/** The names of outputs, in their order. */
export const outputNames = ({ layers, outputs }: Topology): string[] =>
  outputs ? Object.keys(outputs) : [nameLayers(layers).at(-1)!.name!];

/**
 * @param name what errors call it
 * @param kind what targets are, where nothing else says it
 * @param classes what they are called, where they are labels
 */
export function datasetOf(
  data: DataArgument,
  name: string,
  purpose: Purpose,
  kind?: Dataset["target"]["kind"],
  classes?: readonly string[],
): Dataset {
  if (isDataset(data)) return data;
  const { topology, builder, state, reading } = purpose;
  const [x, y] = data as readonly [ArrayLike2 | ArrayRecord, ArrayLike2 | ArrayRecord];
  const goals = state.compiled?.goals ?? [];
  const kindOf = (k: number, output: Shape | undefined, size: number) =>
    (goals[k] && output && readingOf(goals[k].loss, output, size)) ?? kind;
  const { layers } = topology;
  const inputs = layers.filter(({ type }) => type === "input").map((layer) => layer.name!);
  const names = outputNames(topology);
  // options in the place of y are no record of targets
  const one = names.length === 1 && !(isRecord(y) && names[0] in y);
  if (builder.byName && (isRecord(x) || inputs.length > 1 || !one)) {
    const shapes = purpose.outputShapes([]);
    return builder.byName.dataset(x, y, name, {
      inputs,
      names,
      reading,
      classes,
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
    ...(classes && { names: classes }),
    ...(reading && { inputScale: reading[0]!.scale }),
  });
}

/** A batch as a data set. */
export interface ToDataset {
  /** @param kind what targets are, where that is known @param classes what they are called, where they are labels */
  datasetOf(
    data: DataArgument,
    name: string,
    kind?: Dataset["target"]["kind"],
    classes?: readonly string[],
  ): Dataset;
}
