/** What a model's file says of the sequences it was trained on: `metadata.extra.sequences`. */
import { NablaError } from "../../errors.ts";
import { choice, int, list, number, show, string } from "../../fields/fields.ts";
import type { TargetScale } from "../targetScale.ts";
import { TARGETS } from "./sequenceFields.ts";
import { checkVocabulary, type VocabularyInfo } from "./vocabulary.ts";

/** What the steps of a sequence are. */
export const STEP_KINDS = ["vectors", "ids", "words"] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** How sequences become rows; plain JSON. */
export interface SequencesInfo {
  /** "vectors": numbers by the names of features; "ids": a whole number; "words": a text's words, by their ids. */
  kind: StepKind;
  /** Steps of a row: shorter sequences are filled up at their end. */
  steps: number;
  /** Names of the numbers of a step, in their order; of vectors alone. */
  features?: string[];
  /** How many ids there are, 0 among them, which is none; of ids and words. */
  size?: number;
  /** What fills rows up: for masking({ maskValue }), or 0 for embedding({ maskZero: true }). Absent where no row was shorter. */
  maskValue?: number;
  /** Of each feature, by the steps that are trained on: (value - mean) / scale. */
  standardisation?: { mean: number[]; scale: number[] };
  vocabulary?: VocabularyInfo;
  /** Class names in the order of their numbers; absent for quantities. */
  classes?: string[];
  /** "each": every step has a target. Absent, or "sequence": the sequence has one. */
  targets?: (typeof TARGETS)[number];
  /** Of quantities, by those that are trained on: (value - mean) / scale. See metadata.targetScale. */
  targetScale?: TargetScale;
  /** What the target is called in records and tables. */
  label?: string;
  /** Of a table: the column that tells which rows are one sequence, and the one that orders them. */
  sequence?: string;
  time?: string;
}

/** @throws NablaError for what is none: files come from strangers */
export function checkSequencesInfo(value: unknown, path = "sequences"): SequencesInfo {
  const info = value as SequencesInfo;
  if (typeof value !== "object" || value === null)
    throw new NablaError(`${path}: expected an object that sequences() wrote, got ${show(value)}`);
  choice(STEP_KINDS).check(info.kind, `${path}.kind`);
  int({ min: 1 }).check(info.steps, `${path}.steps`);
  if (info.maskValue !== undefined) number().check(info.maskValue, `${path}.maskValue`);
  if (info.targets !== undefined) choice(TARGETS).check(info.targets, `${path}.targets`);
  if (info.targetScale !== undefined) checkTargetScale(info.targetScale, `${path}.targetScale`);
  for (const key of ["label", "sequence", "time"] as const)
    if (info[key] !== undefined) string().check(info[key], `${path}.${key}`);
  if (info.classes !== undefined) list(string(), { min: 1 }).check(info.classes, `${path}.classes`);
  if (info.kind !== "vectors") {
    int({ min: 2 }).check(info.size, `${path}.size`);
    if (info.kind === "words") checkVocabulary(info.vocabulary, `${path}.vocabulary`);
    return info;
  }
  list(string(), { min: 1 }).check(info.features, `${path}.features`);
  const { length } = info.features!;
  const { standardisation: by } = info;
  if (by === undefined) return info;
  if (typeof by !== "object" || by === null)
    throw new NablaError(`${path}.standardisation: expected { mean, scale }, got ${show(by)}`);
  for (const key of ["mean", "scale"] as const)
    list(number(), { min: length, max: length }).check(by[key], `${path}.standardisation.${key}`);
  if (by.scale.some((scale) => scale === 0))
    throw new NablaError(`${path}.standardisation.scale: expected numbers that are not 0`);
  return info;
}

/**
 * @param quantities how many are to be scaled; 0: classes; undefined: as many as it says
 * @throws NablaError for what is no scale of so many, and for classes
 */
export function checkTargetScale(by: TargetScale, path: string, quantities?: number): TargetScale {
  if (quantities === 0)
    throw new NablaError(
      `${path}: expected targets that are quantities, got classes; leave it out, or say false`,
    );
  if (typeof by !== "object" || by === null)
    throw new NablaError(`${path}: expected { mean, scale }, got ${show(by)}`);
  const length = quantities ?? list(number(), { min: 1 }).check(by.mean, `${path}.mean`).length;
  for (const key of ["mean", "scale"] as const)
    list(number(), { min: length, max: length }).check(by[key], `${path}.${key}`);
  if (by.scale.includes(0)) throw new NablaError(`${path}.scale: expected a number that is not 0`);
  return by;
}
