/** Sequences of different lengths to data sets: padded at their end, standardised by the rows that are trained on. */
import { NablaError } from "../../errors.ts";
import { demandText } from "../../fields/expected.ts";
import { type Fields, number, string } from "../../fields/fields.ts";
import { checkGiven, having } from "../../fields/programs.ts";
import type { WithTest } from "../dataset.ts";
import { parseLines } from "../jsonLines.ts";
import { tableFields } from "../tables/csvFields.ts";
import { type CsvTableOptions, parseCsvTable } from "../tables/csvTable.ts";
import { givenOf } from "./given.ts";
import { type RawSequences, rawSequences } from "./rawSequences.ts";
import { readAs } from "./readAs.ts";
import { sequenceFields } from "./sequenceFields.ts";
import type { SequenceOptions, SequenceSplit } from "./sequenceOptions.ts";
import { encodeRaw, splitSequences } from "./sequenceSplit.ts";
import { checkSequencesInfo, type SequencesInfo } from "./sequencesInfo.ts";
import { tableSequences } from "./tableSequences.ts";

/** How the text of a table is read as sequences. */
export interface CsvSequenceOptions extends CsvTableOptions, Omit<SequenceOptions, "labels" | "vocabulary"> {
  /** The column that tells which rows are one sequence. Needed, but where `like` names it. */
  sequence?: string;
  /** The column that orders the rows of a sequence. Default: one called as times are; else the order of the table. */
  time?: string;
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
export function sequences<F extends number = 0.2>(
  given: unknown,
  asked: SequenceOptions & { testFraction?: F } = {},
): WithTest<SequenceSplit, F> {
  return readSequences("sequences", given, asked) as WithTest<SequenceSplit, F>;
}

/** The same of the text of a JSON document, or of a JSON value on each line. */
export function jsonSequences<F extends number = 0.2>(
  text: string,
  asked: SequenceOptions & { testFraction?: F } = {},
): WithTest<SequenceSplit, F> {
  demandText("jsonSequences", "a JSON document", text);
  const { name } = givenOf("jsonSequences", asked);
  return readSequences(
    "jsonSequences",
    parseLines(text, typeof name === "string" ? name : "sequences").values,
    asked,
  ) as WithTest<SequenceSplit, F>;
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
export function csvSequences<F extends number = 0.2>(
  text: string,
  asked: CsvSequenceOptions & { testFraction?: F },
): WithTest<SequenceSplit, F> {
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
  return splitSequences(ofTable(table, options), options) as WithTest<SequenceSplit, F>;
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
