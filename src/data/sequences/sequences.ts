/** Sequences of different lengths to data sets: padded at their end, standardised by the rows that are trained on. */
import { NablaError } from "../../errors.ts";
import { demandText } from "../../fields/expected.ts";
import { type Fields, number, string } from "../../fields/fields.ts";
import { checkGiven, having } from "../../fields/programs.ts";
import type { Dataset } from "../dataset.ts";
import { parseLines } from "../jsonLines.ts";
import { tableFields } from "../tables/csvFields.ts";
import { type CsvTableOptions, parseCsvTable } from "../tables/csvTable.ts";
import type { Task } from "../tables/target.ts";
import type { TargetScale } from "../targetScale.ts";
import { givenOf } from "./given.ts";
import { type RawSequences, rawSequences } from "./rawSequences.ts";
import type { MISSING_STEPS } from "./rawSeries.ts";
import { readAs } from "./readAs.ts";
import { sequenceFields } from "./sequenceFields.ts";
import { encodeRaw, splitSequences } from "./sequenceSplit.ts";
import { checkSequencesInfo, type SequencesInfo } from "./sequencesInfo.ts";
import { tableSequences } from "./tableSequences.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How sequences become rows. */
export interface SequenceOptions {
  /** What errors call it; default "sequences". */
  name?: string;
  /**
   * What each sequence is to be told as, where they are no records: names of classes, numbers, or lists of as many numbers; or of every step
   * one of these.
   */
  labels?: ArrayLike<unknown>;
  /** The key or column of the target. Default: label, class, target or y; of a table else the last. */
  label?: string;
  /** Keys or columns to leave out. */
  ignore?: readonly string[];
  /** Default "auto": texts, or few different whole numbers, are classes; anything else is regression. */
  task?: Task;
  /**
   * "sequence": one target for each; "each": one for every step, as the tags of words. Default: "each" where labels are lists of names, or
   * lists as long as sequences of different lengths; else "sequence", whose labels may be lists of as many numbers. Of tables "sequence".
   */
  targets?: SequencesInfo["targets"];
  /** Whether a step is an id, a whole number from 1 for `embedding`, instead of a quantity; default false. */
  ids?: boolean;
  /** Steps of a row; default: those of the longest sequence. */
  steps?: number;
  /** Which steps of longer sequences are kept; default: these are refused. */
  keep?: "first" | "last";
  /**
   * What fills up shorter sequences: for masking({ maskValue }). Default 0. "auto": 0, or a number that no step has. Ids and words are filled up
   * with 0.
   */
  maskValue?: number | "auto";
  /** Missing values. "error" (default); "fill": the step before is taken again; "drop": such sequences are left out. */
  missing?: (typeof MISSING_STEPS)[number];
  /** Default true: features get mean 0 and variance 1, by the sequences that are trained on. */
  standardise?: boolean;
  /** Default true: targets that are quantities get mean 0 and variance 1 each, for the training; models predict in their own units. */
  targetScale?: boolean | TargetScale;
  /** Of texts; default: the words of the sequences that are trained on, in lower case. */
  vocabulary?: Vocabulary;
  /** The share of sequences that are tested with; default 0.2; 0 for none. */
  testFraction?: number;
  /** Chooses those; default 0. */
  seed?: number;
  /** How a model's sequences were read, for reading these the same way: metadata.extra.sequences. */
  like?: SequencesInfo;
}

/** How the text of a table is read as sequences. */
export interface CsvSequenceOptions extends CsvTableOptions, Omit<SequenceOptions, "labels" | "vocabulary"> {
  /** The column that tells which rows are one sequence. Needed, but where `like` names it. */
  sequence?: string;
  /** The column that orders the rows of a sequence. Default: one called as times are; else the order of the table. */
  time?: string;
}

/** Sequences to train on and to test with. */
export interface SequenceSplit {
  train: Dataset;
  test?: Dataset;
  info: SequencesInfo;
  /** What was read and how, in plain sentences. */
  notes: string[];
}

const fields = (mask: unknown): Fields => ({
  ...sequenceFields(),
  name: string(),
  ...(mask !== "auto" && { maskValue: number() }),
});

/**
 * Sequences of a program, as a data set: `sequences([[1, 2, 3], [4, 5]], { labels: ["up", "up"] })`, or records
 * `sequences([{ x: [1, 2], y: [0, 1], label: "wave" }])`. A step is a number, numbers, or an object of numbers; a text is a sequence of words.
 * Rows have the shape [steps, features], or [steps] for ids and words.
 *
 * @throws NablaError with row and step, for an empty sequence, one beyond the steps of a row, and a step that would be taken for padding
 */
export function sequences(given: unknown, asked: SequenceOptions = {}): SequenceSplit {
  return readSequences("sequences", given, asked);
}

/** The same of the text of a JSON document, or of a JSON value on each line. */
export function jsonSequences(text: string, asked: SequenceOptions = {}): SequenceSplit {
  demandText("jsonSequences", "a JSON document", text);
  const { name } = givenOf("jsonSequences", asked);
  return readSequences(
    "jsonSequences",
    parseLines(text, typeof name === "string" ? name : "sequences").values,
    asked,
  );
}

function readSequences(who: string, given: unknown, asked: SequenceOptions): SequenceSplit {
  const options = givenOf(who, asked);
  const vocabulary = having("what wordVocabulary() makes", "split", "encode");
  checkGiven(who, options, { ...fields(options.maskValue), vocabulary }, ["labels", "like", "maskValue"]);
  if (options.like != null) checkSequencesInfo(options.like, `${who}: like`);
  const { like, name = "sequences", labels, ignore } = options;
  const { ids, label, known } = readAs(options, like);
  const raw = rawSequences(given, {
    name,
    ids,
    ...(labels && { labels }),
    ...(label !== undefined && { label }),
    ...(ignore && { ignore }),
    ...(known && { known }),
  });
  return splitSequences(raw, options);
}

/** Sequences of the text of a table whose rows are steps: `csvSequences(text, { sequence: "recording" })`. */
export function csvSequences(text: string, asked: CsvSequenceOptions): SequenceSplit {
  const who = "csvSequences";
  demandText(who, "the text of a table", text);
  const options = givenOf(who, asked);
  const { header, delimiter, decimal } = tableFields();
  const more = {
    sequence: string(),
    time: string(),
    maxBytes: number({ min: 1 }),
    header,
    delimiter,
    decimal,
  };
  checkGiven(who, options, { ...fields(options.maskValue), ...more }, ["like", "maskValue"]);
  if (options.like != null) checkSequencesInfo(options.like, `${who}: like`);
  const { name = "sequences.csv" } = options;
  if (readAs(options, options.like).sequence === undefined)
    throw new NablaError(`${who}: sequence: expected the column that tells which rows are one sequence`);
  const table = parseCsvTable(text, name, only(options, ["header", "delimiter", "decimal", "maxBytes"]));
  return splitSequences(ofTable(table, options), options);
}

/** Of a table that is read already. One of the two says which column tells the sequences. */
export function ofTable(
  table: Parameters<typeof tableSequences>[0],
  options: Omit<CsvSequenceOptions, keyof CsvTableOptions | "name" | "label"> & {
    readonly label?: string | number;
  },
  unlabelled = false,
): RawSequences {
  const { ids, targets, label, sequence, time, known } = readAs(options, options.like);
  return tableSequences(table, {
    ...only(options, ["ignore"]),
    sequence: sequence!,
    ids,
    unlabelled,
    each: targets === "each",
    ...(label !== undefined && { label }),
    ...(time !== undefined && { time }),
    ...(known && { known }),
  });
}

function only<T extends object, K extends keyof T>(from: T, names: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name as K))) as Partial<
    Pick<T, K>
  >;
}

/** Rows of sequences as a model was trained on others: { data, shape } for predict(). */
export function encodeSequences(
  given: unknown,
  info: SequencesInfo,
  asked: { name?: string; keep?: "first" | "last" } = {},
): { data: Float32Array; shape: number[] } {
  const { name = "sequences", keep } = givenOf("encodeSequences", asked);
  checkSequencesInfo(info, "encodeSequences: info");
  const { kind, label, features } = info;
  const { data, shape } = encodeRaw(
    rawSequences(given, {
      name,
      alone: true,
      ids: kind === "ids",
      ...(label !== undefined && { label }),
      ...(features && { known: features }),
    }),
    info,
    keep,
  );
  return { data, shape };
}
