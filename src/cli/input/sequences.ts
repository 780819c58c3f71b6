/** Sequences to predict from: as those a model was trained on. */
import { rawText } from "../../data/sequences/openSequences.ts";
import { encodeRaw } from "../../data/sequences/sequenceSplit.ts";
import type { SequencesInfo } from "../../data/sequences/sequencesInfo.ts";
import { classFinder } from "../../data/tables/target.ts";
import { NablaError } from "../../errors.ts";
import type { Model } from "../../model/model.ts";
import type { OpenDataOptions } from "../../node/dataFiles.ts";
import { sizeOf } from "../../shape.ts";
import { extraOf } from "../training/resume.ts";
import type { InputRow } from "./row.ts";

/** How a model's sequences were read, in its file. */
export const sequencesOf = (model: Model): SequencesInfo | undefined => extraOf(model)?.sequences;

/**
 * How to read sequences as those of a model.
 *
 * @param targets whether it is to predict what it was trained to predict
 */
export function sequencesAs(model: Model, targets = true): Pick<OpenDataOptions, "likeSequences"> {
  const info = sequencesOf(model);
  if (!info) return {};
  const { classes: _, targetScale: _s, ...inputs } = info;
  return { likeSequences: targets ? info : inputs };
}

/** All sequences of a text, JSON or a table. @param name what errors and results call it */
export function sequenceRows(
  model: Model,
  text: string,
  name: string,
  reading: Pick<OpenDataOptions, "header" | "delimiter" | "decimal"> = {},
): InputRow[] {
  const info = sequencesOf(model)!;
  const raw = rawText(text, name, { ...reading, likeSequences: info, unlabelled: true });
  const { data, lengths } = encodeRaw(raw, info);
  const width = sizeOf(model.inputShape);
  const { length } = raw.rows;
  if (data.length !== length * width)
    throw new NablaError(
      `${name}: the model takes rows of ${width} numbers, but its sequences make ${data.length / length}; the file is malformed`,
    );
  // of steps the labels are no class of the row
  const find = info.classes && info.targets !== "each" && classFinder(info.classes, false);
  return raw.rows.map((_, row) => {
    const told = raw.labels?.[row];
    const label = !find || told === undefined || told === null ? undefined : find(String(told));
    return {
      name: length === 1 ? name : `${name}#${row}`,
      values: data.slice(row * width, (row + 1) * width),
      ...(label !== undefined && { label }),
      ...(info.targets === "each" && { steps: lengths[row]! }),
    };
  });
}

/** A sequence on the command line: JSON, or the words of a text. */
export const isSequence = (model: Model, spec: string): boolean =>
  /^\s*[[{]/.test(spec) || sequencesOf(model)!.kind === "words";

/** Words as JSON. */
export const asJson = (spec: string): string => (/^\s*[[{]/.test(spec) ? spec : JSON.stringify([spec]));
