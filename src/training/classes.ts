/** Factors of the loss by class, as programs write them: by number or name, in an object, a list or a Map. Loaded with what trains. */
import { buffersFor, type Dataset, range, readNow, type Target } from "../data/dataset.ts";
import { stepClasses, stepLabels } from "../data/sequences/stepClasses.ts";
import { labelsOf } from "../data/split.ts";
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { isA } from "../tags.ts";
import { targetIn } from "./called.ts";
import type { WeightOptions } from "./options.ts";

/**
 * Factors by the numbers of classes. @param target whose classes they are; their names may stand for their numbers
 * @throws NablaError for what are no factors by class, a list that is too short, and a name that is another's number
 */
export function byNumber(
  weights: NonNullable<WeightOptions["classWeight"]>,
  target: Target,
): Record<string, number> {
  const { names = [] } = target;
  if (Array.isArray(weights) && target.kind === "class" && weights.length < target.classes)
    throw new NablaError(
      `classWeight: expected ${target.classes} factors, one for each class, got ${weights.length}; { 0: 2 } leaves the others at 1`,
    );
  if (typeof weights !== "object" || weights === null)
    throw new NablaError(
      `classWeight: expected "balanced", or factors by class, { 3: 10 } or [1, 1, 1, 10], got ${show(weights)}`,
    );
  const entries = isA("Map", weights)
    ? [...(weights as unknown as Map<unknown, number>)]
    : Object.entries(weights);
  const factors = entries.map(([key, factor]): [string, number] => {
    const at = names.indexOf(String(key));
    if (at < 0 && !/^\d+$/.test(String(key)))
      throw new NablaError(
        `classWeight: there is no class ${key}; classes go by their numbers, from 0${names.length > 0 ? `, or by their names: ${names.join(", ")}` : ""}${didYouMean(String(key), names)}`,
      );
    const named = names[Number(key)];
    if (at >= 0 && named !== undefined && named !== String(key) && !Array.isArray(weights))
      throw new NablaError(
        `classWeight: ${key} may be the class of that name or class number ${key}, which is called "${named}"; give a list, [factor of "${names[0]}", …]`,
      );
    return [at >= 0 && !Array.isArray(weights) ? String(at) : String(key), factor];
  });
  return Object.fromEntries(factors);
}

/** Labels of all rows; in rows that are joined of several inputs they are numbers among bytes. */
function labelsIn(rows: Dataset): ArrayLike<number> & Iterable<number> {
  if (rows.target.kind === "class") return labelsOf(rows);
  const { x, y } = buffersFor(rows, rows.length);
  if (readNow(rows, range(rows.length), x, y)) return y;
  throw new NablaError(
    `classWeight: "balanced" counts the rows of each class, and ${rows.name} reads asynchronously; give factors by class, { 3: 10 }`,
  );
}

/**
 * Factors that give every class the same weight altogether: rows / (classes · rows of the class). Classes without rows are not counted.
 * Where every step of a sequence has a class, steps are counted that are no padding.
 *
 * @param rows to train on; undefined where they come from an iterator
 * @throws NablaError where there are no classes, or nobody can count
 */
export function balanced(rows: Dataset | undefined): Record<string, number> {
  const all = rows && (targetIn(rows).kind === "class" ? labelsIn(rows) : stepLabels(rows));
  if (!all)
    throw new NablaError(
      `classWeight: "balanced" counts the rows of each class, and ${rows ? "the targets are values; give labels as whole numbers, or" : "an iterator does not say how many there will be; give"} factors by class, { 3: 10 }`,
    );
  const counts = new Map<number, number>();
  for (const label of all) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sorted = [...counts].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    sorted.map(([label, count]) => [String(label), all.length / (counts.size * count)]),
  );
}

/** The same of the classes of these rows. @param classes what the model calls them, where the rows have no names for them */
export function ofClasses(
  weights: NonNullable<WeightOptions["classWeight"]>,
  dataset: Dataset,
  classes: readonly string[] | undefined,
): Record<string, number> {
  const target = targetToWeigh(dataset);
  return byNumber(weights, { ...target, ...(!target.names && classes && { names: classes }) });
}

/** The only target, as one of classes where steps have them. */
export function targetToWeigh(dataset: Dataset): Target {
  const names = stepClasses(dataset.extra);
  return names ? { kind: "class", classes: names.length, names } : targetIn(dataset);
}

/** Options whose factors of classes go by number. */
export const byNumbers = <T extends WeightOptions>(
  options: T,
  dataset: Dataset,
  classes: readonly string[] | undefined,
): T =>
  options.classWeight === undefined
    ? options
    : { ...options, classWeight: ofClasses(options.classWeight, dataset, classes) };
