/**
 * Data as programs write it that needs reading before it is a data set: x and y in one object, and labels that are texts. Loaded with what
 * trains and evaluates.
 */
import { isRecord } from "../data/arrays.ts";
import { apart, awaited, pairIn } from "../data/both.ts";
import type { Dataset } from "../data/dataset.ts";
import { areTexts, numbered, some } from "../data/texts.ts";
import { NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import type { Network } from "../network/network.ts";
import {
  type DataArgument,
  isDataset,
  isStream,
  outputNames,
  type Pair,
  type Purpose,
  type ToDataset,
  type Together,
} from "./arguments.ts";
import { isFresh } from "./fresh.ts";
import type { BatchSource } from "./source.ts";

/** A model whose classes may have names. */
export interface NamesClasses extends Purpose {
  readonly metadata: { readonly classes?: readonly string[] | undefined };
  readonly network: Network | undefined;
  readonly seed: number;
}

/** What a program passed, and what reads other data it passes: batches, rows to validate on. */
export interface Meant extends ToDataset {
  readonly data: Dataset | BatchSource;
}

/**
 * @param learns whether labels name the classes of a model that has no names yet
 * @param datasetOf makes data sets of arrays
 * @throws NablaError for labels that are not of the model's classes, or that do not say which class is which
 */
export function meant(
  who: string,
  subject: NamesClasses,
  given: DataArgument | BatchSource | Together,
  learns: boolean,
  { datasetOf }: ToDataset,
): Meant {
  const read: ToDataset["datasetOf"] = (data, name, kind, known = subject.metadata.classes) => {
    if (isDataset(data)) return data;
    const [x, y, ...rest] = data;
    for (const each of [x, y]) awaited(name, each);
    const texts = textsOf(y, name, subject);
    if (!texts) return datasetOf(data, name, kind);
    const called = `${name}: y`;
    if (!known) checkMayLearn(called, subject, learns && name === who);
    const { labels, classes } = numbered(texts, called, known);
    const dataset = datasetOf([x, labels, ...rest], name, "class", classes);
    checkClasses(called, subject, dataset, classes, !known);
    return dataset;
  };
  awaited(who, given);
  if (isStream(given)) return { datasetOf: read, data: given };
  const data = isRecord(given) && !isDataset(given) ? (apart(who, given) as Pair) : (given as DataArgument);
  return { datasetOf: read, data: read(data, who) };
}

/**
 * x and y, perhaps with factors of the loss, as a batch or rows to validate on are given: in a list or an object.
 *
 * @returns undefined for what is neither, and for objects that lack x or y
 * @throws NablaError for a promise, and for what else is in the object, by name
 */
export function pairOf(name: string, given: unknown): Pair | undefined {
  awaited(name, given);
  if (Array.isArray(given)) return given.length === 2 || given.length === 3 ? (given as never) : undefined;
  if (typeof given !== "object" || given === null) return undefined;
  const { sampleWeight, ...rest } = given as { readonly sampleWeight?: ArrayLike<number> };
  const { pair, others } = pairIn(rest) as { pair: Pair | undefined; others: readonly string[] };
  if (!pair) return undefined;
  if (others.length > 0)
    throw new NablaError(
      `${name}: unknown field ${show(others[0])}; there are xs and ys (or x and y) and sampleWeight`,
    );
  return sampleWeight === undefined ? pair : [pair[0], pair[1], sampleWeight];
}

/** Labels that are texts, as a list; undefined for other targets. @throws NablaError where they are of one of several outputs */
function textsOf(y: unknown, name: string, { topology }: Purpose): readonly string[] | undefined {
  if (areTexts(y)) return y;
  if (Array.isArray(y) && areTexts(y[0])) {
    if (y.every((row) => Array.isArray(row) && row.length === 1)) return y.flat();
    throw new NablaError(
      `${name}: y: row 0: expected one label, got ${show(y[0])}; where a row has several, give a 0 or 1 for each of them, to activation "sigmoid" with loss "binaryCrossentropy"; where each step of a sequence has one, sequences() of nabla/sequences reads their names`,
    );
  }
  if (!isRecord(y)) return undefined;
  const names = outputNames(topology);
  const of = y as unknown as Readonly<Record<string, unknown>>;
  const found = names.find((output) => areTexts(of[output]));
  if (found === undefined) return undefined;
  const texts = of[found] as readonly string[];
  if (names.length === 1 && Object.keys(of).length === 1) return texts;
  throw new NablaError(
    `${name}: y.${found}: ${show(texts[0])}: labels are texts only where a model has one output; give the numbers of classes`,
  );
}

/** @throws NablaError where nobody knows which class is which */
function checkMayLearn(name: string, { network, seed }: NamesClasses, learns: boolean): void {
  const fresh = !network || isFresh(network, seed);
  if (learns && fresh) return;
  throw new NablaError(
    `${name}: labels are texts, but the model's classes have no names${fresh ? " yet" : ": it was trained on their numbers"}; say which is which: model.metadata = { ...model.metadata, classes: ["cat", …] }`,
  );
}

/** @param fresh whether these labels name the classes, so that all have to be among them @throws NablaError where they are not the model's */
function checkClasses(
  name: string,
  subject: NamesClasses,
  dataset: Dataset,
  classes: readonly string[],
  fresh: boolean,
): void {
  const { target, inputShape, parts } = dataset;
  const { loss } = subject.state.compiled?.goals[0] ?? {};
  if ((parts?.targets[0]?.target ?? target).kind !== "class")
    throw new NablaError(
      `${name}: ${show(classes[0])}: loss "${loss?.name}" takes quantities, numbers, and these are names of classes; compile loss "binaryCrossentropy" for two of them, "categoricalCrossentropy" for more`,
    );
  const [output] = subject.outputShapes(inputShape);
  const units = output?.at(-1) ?? 1;
  const has = units > 1 ? units : 2;
  if (!fresh || classes.length === has) return;
  const outputs = units > 1 ? `${units} outputs` : "one output, which tells two classes apart";
  throw new NablaError(
    `${name}: ${classes.length === 1 ? "all labels are" : `there are ${classes.length} different labels,`} ${some(classes)}, but the model has ${outputs}; give the last layer ${Math.max(2, classes.length)} units${classes.length < has ? ', or name all classes: model.metadata = { classes: ["cat", …] }' : ""}`,
  );
}
