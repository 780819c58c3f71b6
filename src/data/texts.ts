/** Labels that are texts: the names of classes. Loaded with what trains, and with arrayDataset(). */
import { didYouMean, NablaError } from "../errors.ts";
import { show } from "../fields/fields.ts";
import { inOrder, isNumeric } from "./labels.ts";

/** Labels by number, and what each number is called. */
export interface Numbered {
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

/** Whether targets are names of classes: the first of them says it. */
export const areTexts = (y: unknown): y is readonly string[] => Array.isArray(y) && typeof y[0] === "string";

/**
 * Texts as the numbers of classes. New ones are numbered in the order of their names: numbers by size, others by code unit.
 *
 * @param who what errors call them
 * @param known the names of a model's classes, in their order: others are refused
 * @throws NablaError naming the row of what is no name, or none that is known; for texts that may be quantities
 */
export function numbered(texts: readonly string[], who: string, known?: readonly string[]): Numbered {
  const odd = texts.findIndex((text) => typeof text !== "string" || text.trim() === "");
  if (odd >= 0)
    throw new NablaError(
      `${who}: row ${odd}: expected the name of a class, a text as in the rows before, got ${show(texts[odd])}`,
      { details: { row: odd } },
    );
  const classes = known ?? inOrder([...new Set(texts)]);
  const fraction = known ? undefined : fractionIn(classes);
  if (fraction !== undefined)
    throw new NablaError(
      `${who}: ${show(fraction)} may be a quantity or the name of a class; give quantities as numbers, and classes names that are no numbers`,
    );
  const numbers = new Map(classes.map((name, number) => [name, number]));
  const labels = Int32Array.from(texts, (text, row) => {
    const number = numbers.get(text);
    if (number !== undefined) return number;
    throw new NablaError(
      `${who}: row ${row}: ${show(text)} is none of the known classes${didYouMean(text, classes) || ";"} expected ${some(classes)}`,
      { details: { row } },
    );
  });
  return { labels, classes };
}

const fractionIn = (classes: readonly string[]): string | undefined =>
  isNumeric(classes) ? classes.find((name) => !Number.isInteger(Number(name))) : undefined;

/** Names of classes, where there are many the first of them. */
export const some = (names: readonly string[]): string =>
  names.slice(0, 12).join(", ") + (names.length > 12 ? ", …" : "");
