/**
 * Arrays as targets. Text names classes. Whole numbers are labels where they look like labels: all numbers from 0 on, or few different ones
 * that come again and again. Rows of one 1 and zeros are classes as well (one-hot). Anything else is quantities.
 */

import { didYouMean, NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { showShape, sizeOf } from "../../shape.ts";
import { isA } from "../../tags.ts";
import type { Target, Targets } from "../dataset.ts";
import { areFew, areTooMany, inOrder, isNumeric } from "../labels.ts";
import { some } from "../texts.ts";
import { rounded, titleOf, type Values } from "./arranged.ts";

export type TargetTask = "auto" | "classification" | "regression";

/** Text, as a file holds it. */
export interface Texts {
  readonly name: string;
  readonly type: "text";
  readonly texts: readonly string[];
  readonly shape: readonly number[];
}

export interface TargetReading {
  readonly task?: TargetTask | undefined;
  /** Names by class number, where labels are not these numbers: as a model was trained. */
  readonly classes?: readonly string[] | undefined;
  /** Whether a model was trained on labels that count from 0, whichever of them occur here. */
  readonly counted?: boolean | undefined;
  /** What classes are called whose labels are numbers. */
  readonly names?: readonly string[] | undefined;
}

export interface ReadTargets {
  readonly target: Target;
  readonly parts: readonly Targets[];
  /** Names by class number, where labels in the file are these and not the numbers. */
  readonly classes?: readonly string[];
  readonly notes: readonly string[];
}

type Part = Values | Texts;

const isText = (part: Part): part is Texts => part.type === "text";
const isBool = ({ type }: Part): boolean => type === "bool";

/**
 * Reads targets, the training part first; all parts have the same classes.
 *
 * @throws NablaError naming array, type and element
 */
export function readTargets(parts: readonly Part[], how: TargetReading = {}): ReadTargets {
  const [first] = parts as [Part];
  const task = how.task ?? "auto";
  const other = parts.find((part) => isText(part) !== isText(first));
  if (other)
    throw new NablaError(`${other.name}: ${describe(other)}, but ${first.name} is ${describe(first)}`);
  const width = widthOf(first);
  for (const part of parts)
    if (widthOf(part) !== width)
      throw new NablaError(`${part.name}: ${describe(part)}, but ${first.name} is ${describe(first)}`);
  if (isText(first)) {
    if (task === "regression")
      throw new NablaError(`${first.name}: ${describe(first)}: expected numbers, as the task is regression`);
    if (width !== 1)
      throw new NablaError(`${first.name}: ${describe(first)}: expected one label for each row`);
    const all = parts.map((part) => (part as Texts).texts);
    if (task === "auto") for (const [p, part] of parts.entries()) checkThere(part, all[p]!);
    const distinct = new Set(all.flat()).size;
    const rows = all.reduce((sum, part) => sum + part.length, 0);
    if (task === "auto" && !how.classes && areTooMany(distinct, rows))
      throw new NablaError(
        `${first.name}: ${describe(first)}: ${distinct} of ${rows} texts are different, too many for classes: --arrays names other targets, --task classification takes each as a class`,
      );
    return named(all, parts, how);
  }
  const values = parts as readonly Values[];
  values.forEach(checkFinite);
  if (task === "regression") return quantities(values, width);
  if (width > 1)
    return values.every((part) => isOneHot(part, width))
      ? oneHot(values, width, how)
      : refuseMany(values, width, task);
  return labelsOrQuantities(values, task, how);
}

/** No text, and what numpy makes of a missing value, are no names of classes. */
function checkThere(part: Part, texts: readonly string[]): void {
  const at = texts.findIndex((text) => text === "" || text === "nan");
  if (at >= 0)
    throw new NablaError(
      `${part.name}: ${describe(part)}: row ${at}: the label is missing (${show(texts[at])}); leave such rows out; --task classification takes each different text as a class`,
    );
}

const describe = ({ type, shape }: Part): string => `${type} ${showShape(shape)}`;

/** Said where someone may have meant the other: labels as floats, or many of them. */
const otherwise = ({ type }: Part, classes: number): string =>
  type.startsWith("float") || classes > 20 ? "; --task regression makes them quantities" : "";

/** Values of a row. */
const widthOf = ({ name, shape }: Part): number => {
  if (shape.length === 0) throw new NablaError(`${name}: a single value; expected one for each row`);
  return sizeOf(shape.slice(1));
};

function labelsOrQuantities(parts: readonly Values[], task: TargetTask, how: TargetReading): ReadTargets {
  const [first] = parts as [Values];
  if (how.classes)
    return named(
      parts.map(({ data }) => Array.from(data, String)),
      parts,
      how,
    );
  const rows = parts.reduce((sum, { data }) => sum + data.length, 0);
  const bad = parts.map(({ data }) => data.findIndex((value) => !Number.isSafeInteger(value)));
  const odd = bad.findIndex((at) => at >= 0);
  if (odd >= 0) {
    if (task !== "classification") return quantities(parts, 1);
    const { name, data } = parts[odd]!;
    throw new NablaError(
      `${name}: ${describe(parts[odd]!)}: row ${bad[odd]}: expected a label, a whole number, got ${data[bad[odd]!]}`,
    );
  }
  const different = new Set<number>();
  let [min, max] = [Infinity, -Infinity];
  for (const { data } of parts)
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      different.add(value);
      if (value < min) min = value;
      if (value > max) max = value;
    }
  const counts = how.counted || (min === 0 && dense(different.size, max));
  const signs = different.size > 1 && different.has(1) && min >= -1 && max === 1;
  const labels = isBool(first) || signs || areFew(different.size, rows) || (different.size <= 20 && counts);
  if (!labels && task !== "classification")
    return quantities(
      parts,
      1,
      `: ${different.size} different whole numbers; --task classification makes them classes`,
    );
  // labels count from 0 where most numbers up to the largest occur; others are names of classes
  if (how.counted && min < 0)
    throw new NablaError(
      `${first.name}: ${describe(first)}: expected labels from 0, as in training, got ${min}`,
    );
  if (!counts && !isBool(first)) {
    const names = [...different].sort((a, b) => a - b).map(String);
    return named(
      parts.map(({ data }) => Array.from(data, String)),
      parts,
      { ...how, classes: names, names: undefined },
    );
  }
  const least = isBool(first) ? 2 : max + 1;
  const names = how.names && how.names.length >= least ? how.names : undefined;
  const classes = names?.length ?? least;
  return {
    target: { kind: "class", classes, ...(names && { names }) },
    parts: parts.map(({ data }) => Int32Array.from(data)),
    notes: [
      `${titleOf(first)}: labels of ${classes} classes${otherwise(first, classes)}`,
      ...(how.names && !names
        ? [`${how.names.length} names of classes are not used: there are labels up to ${max}`]
        : []),
    ],
  };
}

const dense = (different: number, max: number): boolean => 2 * different >= max + 1;

/** Labels by name; those of a model in its order, others sorted: numbers by size, text by code unit. */
function named(
  texts: readonly (readonly string[])[],
  parts: readonly Part[],
  how: TargetReading,
): ReadTargets {
  const [first] = parts as [Part];
  const classes = how.classes ?? sorted([...new Set(texts.flat())], first);
  const numbers = new Map(classes.map((name, i) => [name, i]));
  const labels = texts.map((part, p) =>
    Int32Array.from(part, (name, row) => {
      const number = numbers.get(name);
      if (number !== undefined) return number;
      throw new NablaError(
        `${parts[p]!.name}: ${describe(parts[p]!)}: row ${row}: ${show(name)} is none of the known classes${didYouMean(name, classes) || ";"} expected ${some(classes)}`,
        { details: { row } },
      );
    }),
  );
  const what = classes.length === 1 ? "1 class" : `${classes.length} classes`;
  return {
    target: { kind: "class", classes: classes.length, names: classes },
    parts: labels,
    classes,
    notes: [`${titleOf(first)}: labels of ${what}: ${some(classes)}${otherwise(first, classes.length)}`],
  };
}

/** @throws NablaError where text is numbers with fractions: quantities, or names of classes? */
function sorted(names: string[], part: Part): string[] {
  const fraction = isNumeric(names) ? names.find((name) => !Number.isInteger(Number(name))) : undefined;
  if (fraction !== undefined)
    throw new NablaError(
      `${part.name}: ${describe(part)}: ${show(fraction)} may be a quantity or the name of a class; store quantities with .astype("float64"), and give classes names that are no numbers`,
    );
  return inOrder(names);
}

function isOneHot({ data }: Values, width: number): boolean {
  for (let row = 0; row < data.length; row += width) {
    let ones = 0;
    for (let i = 0; i < width; i++) {
      const value = data[row + i]!;
      if (value === 1) ones++;
      else if (value !== 0) return false;
    }
    if (ones !== 1) return false;
  }
  return data.length > 0;
}

function oneHot(
  parts: readonly Values[],
  width: number,
  { names: given, classes }: TargetReading,
): ReadTargets {
  const names = classes?.length === width ? classes : given?.length === width ? given : undefined;
  return {
    target: { kind: "class", classes: width, ...(names && { names }) },
    parts: parts.map(({ data }) => {
      const labels = new Int32Array(data.length / width);
      for (let i = 0; i < data.length; i++) if (data[i] === 1) labels[Math.floor(i / width)] = i % width;
      return labels;
    }),
    notes: [
      `${titleOf(parts[0]!)}: one 1 in each row: labels of ${width} classes; --task regression makes them values`,
    ],
  };
}

function refuseMany(parts: readonly Values[], width: number, task: TargetTask): ReadTargets {
  if (task !== "classification") return quantities(parts, width);
  throw new NablaError(
    `${parts[0]!.name}: ${describe(parts[0]!)}: expected labels [n], or one 1 and ${width - 1} zeros in each row, as the task is classification`,
  );
}

function quantities(parts: readonly Values[], size: number, why = ""): ReadTargets {
  return {
    target: { kind: "values", size },
    parts: parts.map(({ data }) => (isA("Float32Array", data) ? data : Float32Array.from(data))),
    notes: [
      `${titleOf(parts[0]!)}: ${size === 1 ? "quantities" : `${size} values a row`}${why}`,
      ...parts.flatMap(rounded),
    ],
  };
}

function checkFinite(part: Values): void {
  const { name, data, shape } = part;
  const width = sizeOf(shape.slice(1));
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(Math.fround(data[i]!))) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    throw new NablaError(
      `${name}: ${describe(part)}: row ${row}${width > 1 ? `, column ${column}` : ""}: expected a finite float32 number, got ${data[i]}`,
      { details: { row, column } },
    );
  }
}
