/** What data sets call their classes, against what the model does: asked wherever data come in. Loaded with what trains and evaluates. */
import type { Dataset, Target } from "../data/dataset.ts";
import { isNumeric } from "../data/labels.ts";
import { targetsIn } from "../data/places.ts";
import { some } from "../data/texts.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";

/** Names of classes, by number. */
type Names = readonly string[];

/** The only target; of several none is meant, and what comes is of values. */
export function targetIn(dataset: Dataset): Target {
  const targets = targetsIn(dataset, "");
  return targets.length === 1 ? targets[0]!.target : dataset.target;
}

const namesOf = (target: Target): Names | undefined => (target.kind === "class" ? target.names : undefined);

/** What the classes are called; undefined where nothing says it, and of several targets. */
export const namesIn = (dataset: Dataset): Names | undefined => namesOf(targetIn(dataset));

/** What a model calls its classes once it is trained on these rows: classes that they have no names for keep theirs. */
export function namesAfter(dataset: Dataset, before: Names | undefined): Names | undefined {
  const names = namesIn(dataset);
  return names ? [...names, ...(before ?? []).slice(names.length)] : before;
}

/**
 * @param classes those that are known; undefined where there are none
 * @param how.whose they are, in errors
 * @param how.renames whether classes may be given other names: by what a model is trained on
 * @throws NablaError for a class that has another number than the one of its name, and for a name that is none of theirs
 */
export function checkNames(
  dataset: Dataset,
  classes: Names | undefined,
  { whose = "the model", renames = false } = {},
): void {
  const targets = targetsIn(dataset, "");
  // of several outputs nobody knows which of them the names are of
  const mayHaveOthers = renames || targets.length > 1;
  for (const { target } of targets) {
    if (targets.length === 1) checkNumbers(dataset.name, target, classes, whose);
    compare(dataset.name, namesOf(target), classes, whose, mayHaveOthers);
  }
}

/** @throws NablaError for labels that are numbers, where classes are called by other numbers: nobody knows which of the two they are */
function checkNumbers(name: string, target: Target, classes: Names | undefined, whose: string): void {
  if (target.kind !== "class" || target.names || !classes || !isNumeric(classes)) return;
  if (classes.every((each, number) => Number(each) === number)) return;
  throw new NablaError(
    `${name}: labels are numbers, and ${whose}'s classes are called by numbers that are not their places: ${some(classes)}; give labels as texts, "${classes[0]}", or a data set whose labels go by place, from 0, with names: arrayDataset(x, y, { names: model.metadata.classes })`,
  );
}

/**
 * As many names as there are classes.
 *
 * @param units of the only output
 * @param may whether some may be missing: a model that is trained already may never have had them
 * @throws NablaError where some are missing, or there are more
 */
export function checkCount(name: string, names: Names | undefined, units: number, may = false): void {
  const has = units > 1 ? units : 2;
  if (!names || names.length === has || (may && names.length < has)) return;
  throw new NablaError(
    `${name}: expected names of ${has} classes, as the model has ${units > 1 ? `${units} outputs` : "one output, which tells two classes apart"}, got ${names.length}: ${some(names)}; name all classes, in the order of outputs, or give the last layer ${Math.max(2, names.length)} units`,
  );
}

/**
 * The same of a batch of an iterator, whose classes are numbered as those of the first.
 *
 * @param name what errors call it
 * @param classes the model's, before it was trained on the first
 */
export function checkBatchNames(
  dataset: Dataset,
  first: Dataset,
  classes: Names | undefined,
  name: string,
): void {
  const targets = targetsIn(dataset, "");
  const before = targetsIn(first, "");
  for (const { name: key, target } of targets) {
    const names = namesOf(target);
    if (!names) continue;
    const like = before.find((each) => each.name === key)?.target;
    const known = targets.length === 1 ? namesAfter(first, classes) : like && namesOf(like);
    if (!known || known.length < names.length)
      throw new NablaError(
        `${name}: its classes are called ${some(names)}, those of the first batch ${known ? `only ${some(known)}` : "have no names"}; give the data set of every batch the names of all classes, in one order`,
      );
    compare(name, names, known, "the first batch", false);
  }
}

function compare(
  name: string,
  names: Names | undefined,
  classes: Names | undefined,
  whose: string,
  mayHaveOthers: boolean,
): void {
  if (!names || !classes) return;
  const advice = `give the data set ${whose}'s classes in their order: ${some(classes)} (the option names of arrayDataset)`;
  const moved = names.findIndex((each, number) => classes[number] !== each && classes.includes(each));
  if (moved >= 0)
    throw new NablaError(
      `${name}: class ${show(names[moved])} is number ${moved} here, and number ${classes.indexOf(names[moved]!)} of ${whose}; ${advice}`,
    );
  const other = names.find((each, number) => number < classes.length && classes[number] !== each);
  if (other === undefined || mayHaveOthers) return;
  throw new NablaError(
    `${name}: class ${show(other)} is none of ${whose}'s${didYouMean(other, classes) || ";"} ${advice}`,
  );
}
