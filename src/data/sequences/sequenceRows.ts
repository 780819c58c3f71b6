/** Sequences to rows: as many steps each, filled up at the end with what is told apart from any step. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { measure } from "../standardise.ts";
import type { RawSequences } from "./rawSequences.ts";
import type { SequencesInfo } from "./sequencesInfo.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Numbers a data set may have: one long sequence among many short ones would fill all memory. */
const MOST = 2 ** 29;

/** Steps as numbers, before they are scaled: a list for each row. */
export interface Steps {
  readonly rows: readonly ArrayLike<number>[];
  /** Numbers of a step. */
  readonly width: number;
}

/** @param vocabulary of words @throws NablaError for a text without words */
export function stepsOf({ name, kind, rows, features, place }: RawSequences, vocabulary?: Vocabulary): Steps {
  if (kind !== "words") return { rows: rows as Float64Array[], width: Math.max(1, features.length) };
  const ids = rows.map((text, row) => {
    const found = vocabulary!.encode(text as string | readonly string[], `${name}: ${place(row)}`);
    if (found.length === 0)
      throw new NablaError(`${name}: ${place(row)}: an empty sequence; expected at least one word`);
    return found;
  });
  return { rows: ids, width: 1 };
}

export const lengthsOf = ({ rows, width }: Steps): number[] => rows.map((row) => row.length / width);

/** Mean and deviation of each feature over the steps of some rows. */
export function scaleSteps({ rows, width }: Steps, some: Uint32Array): { mean: number[]; scale: number[] } {
  const steps = some.reduce((sum, row) => sum + rows[row]!.length / width, 0);
  const { mean, scale } = measure(width, steps, (visit) => {
    for (const row of some) for (let at = 0; at < rows[row]!.length; at += width) visit(rows[row]!, at);
  });
  return { mean, scale };
}

/** Whole numbers from `least` on. @returns how many ids there are, 0 among them */
export function checkIds(raw: RawSequences, { rows }: Steps, least: number): number {
  let most = 1;
  rows.forEach((row, r) => {
    for (let t = 0; t < row.length; t++) {
      const id = row[t]!;
      if (Number.isInteger(id) && id >= least && id < 2 ** 24) most = Math.max(most, id);
      else
        throw new NablaError(
          `${raw.name}: ${raw.placeOf(r, t)}: expected an id, a whole number ${
            id === 0
              ? "from 1, got 0, which fills up shorter sequences; add 1 to all ids"
              : `from ${least}, got ${show(id)}`
          }`,
        );
    }
  });
  return most + 1;
}

/**
 * All rows, [rows, steps, width].
 *
 * @param keep which steps of longer sequences; without it these are refused
 * @throws NablaError for sequences beyond the steps of a row, and for a step that is what rows are filled up with
 */
export function packRows(raw: RawSequences, given: Steps, info: SequencesInfo, keep?: "first" | "last") {
  const { rows, width } = given;
  const { steps, maskValue, standardisation: by } = info;
  const { name, place } = raw;
  if (rows.length * steps * width > MOST)
    throw new NablaError(
      `${name}: ${rows.length} sequences of ${steps} steps take ${rows.length * steps * width} numbers, more than ${MOST}; expected shorter sequences: steps with keep leaves out the rest of long ones`,
    );
  const x = new Float32Array(rows.length * steps * width);
  if (maskValue) x.fill(maskValue);
  rows.forEach((row, r) => {
    const length = row.length / width;
    if (length > steps && !keep)
      throw new NablaError(
        `${name}: ${place(r)}: length ${length} is beyond the ${steps} steps; leave out the rest, as keep: "first" or "last" does where a model is trained (nabla train --keep-steps)`,
      );
    if (length < steps && maskValue === undefined)
      throw new NablaError(
        `${name}: ${place(r)}: length ${length}, but all sequences that were trained on have ${steps} steps; expected as many`,
      );
    const from = length > steps && keep === "last" ? length - steps : 0;
    const end = Math.min(length, steps);
    for (let t = 0; t < end; t++) {
      let masked = maskValue !== undefined;
      for (let i = 0; i < width; i++) {
        const value = row[(from + t) * width + i]!;
        const scaled = Math.fround(by ? (value - by.mean[i]!) / by.scale[i]! : value);
        x[(r * steps + t) * width + i] = scaled;
        masked &&= scaled === maskValue;
      }
      if (masked)
        throw new NablaError(
          `${name}: ${raw.placeOf(r, from + t)}: the step is ${maskValue}${width > 1 ? " in every feature" : ""}${by ? " once standardised" : ""}, which fills up shorter sequences and would be left out; maskValue: expected a number that no step has`,
        );
    }
  });
  return x;
}

/** A number that no step has in every feature: 0, else the first of -1, -2, … */
export function freeMask({ rows, width }: Steps, by: SequencesInfo["standardisation"]): number {
  const taken = new Set<number>();
  for (const row of rows)
    for (let at = 0; at < row.length; at += width) {
      const scaled = (i: number) =>
        Math.fround(by ? (row[at + i]! - by.mean[i]!) / by.scale[i]! : row[at + i]!);
      const first = scaled(0);
      if (!(Number.isInteger(first) && first <= 0)) continue;
      let alike = true;
      for (let i = 1; i < width; i++) alike &&= scaled(i) === first;
      if (alike) taken.add(first === 0 ? 0 : first);
    }
  let mask = 0;
  while (taken.has(mask)) mask--;
  return mask;
}
