/** Sequences out of files, JSON or tables: what the reader opens, and what models are asked about. */
import { sha256Hex } from "../../checkpoint/sha256.ts";
import { NablaError } from "../../errors.ts";
import { isObject } from "../../fields/expected.ts";
import { parseLines } from "../jsonLines.ts";
import { contentOf } from "../readers/content.ts";
import type { DataFile, DataHost, ReadData } from "../readers/reader.ts";
import { parseCsvTable } from "../tables/csvTable.ts";
import { decodeText } from "../tables/text.ts";
import { type RawSequences, rawSequences } from "./rawSequences.ts";
import { readAs } from "./readAs.ts";
import { splitSequences } from "./sequenceSplit.ts";
import { type CsvSequenceOptions, ofTable } from "./sequences.ts";
import { checkSequencesInfo, type SequencesInfo } from "./sequencesInfo.ts";

/** A file, and what errors call it. */
interface Place {
  readonly of: DataFile;
  readonly where: string;
}

/** @throws NablaError with row, line and step, as sequences() and csvSequences() do */
export async function openSequences(
  found: Place,
  host: DataHost,
  options: SequencesReaderOptions,
): Promise<ReadData> {
  const bytes = await contentOf(found.of, host.limits.table, host.more);
  const { text, notes } = decodeText(bytes, found.where, options.encoding);
  const { likeSequences: like, testFraction, seed } = options;
  const split = splitSequences(rawText(text, found.where, options, host.limits.cells), {
    ...options,
    ...(like ? { like } : { maskValue: "auto" as const }),
  });
  const { info, train, test } = split;
  return {
    train,
    ...(test && { test }),
    sequences: info,
    notes: [...notes, ...split.notes],
    fingerprint: sha256Hex(bytes),
    origin: {
      ...(testFraction !== undefined && { testSplit: testFraction }),
      ...(seed !== undefined && { seed }),
    },
  };
}

/**
 * The sequences of a text, JSON or a table.
 *
 * @param cells bytes that the cells of a table may take
 */
export function rawText(
  text: string,
  name: string,
  options: SequencesReaderOptions & { unlabelled?: boolean },
  cells?: number,
): RawSequences {
  const { header, delimiter, decimal, likeSequences: like, label, ignore, unlabelled = false } = options;
  if (like != null) checkSequencesInfo(like, "likeSequences");
  const { ids, sequence, known, label: key } = readAs<string | number>(options, like);
  if (/^\uFEFF?\s*[[{]/.test(text)) {
    const given = parseLines(text, name).values;
    if (isObject(given) && "nabla" in given)
      throw new NablaError(`${name}: a configuration, not data; --config ${name} trains by it`);
    return rawSequences(given, {
      name,
      ids,
      alone: unlabelled,
      ...(key !== undefined && { label: String(key) }),
      ...(ignore && { ignore }),
      ...(known && { known }),
    });
  }
  if (sequence === undefined)
    throw new NablaError(
      `${name}: expected JSON, an array of sequences or of records${unlabelled ? "; the model was not trained on a table, so it knows no column that tells which rows of one are a sequence" : ", or a table with sequence (nabla train --sequence): the column that tells which rows are one"}`,
    );
  const table = parseCsvTable(text, name, {
    ...(header !== undefined && { header }),
    ...(delimiter !== undefined && { delimiter }),
    ...(decimal !== undefined && { decimal }),
    ...(cells !== undefined && { maxBytes: cells }),
  });
  return ofTable(
    table,
    {
      sequence,
      ids,
      ...(options.targets && { targets: options.targets }),
      ...(options.time !== undefined && { time: options.time }),
      ...(label !== undefined && { label }),
      ...(ignore && { ignore }),
      ...(like && { like }),
    },
    unlabelled,
  );
}

/** How sequences are read, cut in two, and standardised. */
export interface SequencesReaderOptions
  extends Omit<CsvSequenceOptions, "name" | "maxBytes" | "maskValue" | "like" | "sequence" | "label"> {
  label?: string | number;
  /** Of a table: the column that tells which rows are one sequence. With it a table is sequences. */
  sequence?: string;
  /** Of the text, as TextDecoder calls it; default: UTF-16 where its byte order mark says so, else UTF-8. */
  encoding?: string;
  /** How a model's sequences were read, for reading these the same way. */
  likeSequences?: SequencesInfo;
}
