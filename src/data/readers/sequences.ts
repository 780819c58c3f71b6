/** Sequences of different lengths: JSON, or a table whose rows are steps, where a column is told that says of which sequence. */
import { loaded, NablaError } from "../../errors.ts";
import { string } from "../../fields/fields.ts";
import { object, optional } from "../../fields/objects.ts";
import { plain } from "../../fields/programs.ts";
import type { SequencesReaderOptions } from "../sequences/openSequences.ts";
import { sequenceFields } from "../sequences/sequenceFields.ts";
import type { SequencesInfo } from "../sequences/sequencesInfo.ts";
import { tableFields, textFields } from "../tables/csvFields.ts";
import { isTableText } from "../tables/text.ts";
import { headOf, latin } from "./content.ts";
import { LIKELY, NO, PERHAPS, type Reader, SURE } from "./reader.ts";

const NAMES = /\.(json|jsonl|ndjson)(\.gz)?$/i;
const TABLES = /\.(csv|tsv|txt)(\.gz)?$/i;

/** Behind a byte order mark, too. */
const BEGINS = /^(?:\xEF\xBB\xBF)?\s*[[{]/;

export const sequences: Reader<"sequences", SequencesReaderOptions> = {
  kind: "sequences",
  title: "file of sequences",
  from: "file",
  expected: "sequences (.json)",
  fields() {
    const { header, delimiter, decimal, label } = tableFields();
    return object({
      ...sequenceFields(),
      header,
      delimiter,
      decimal,
      label,
      ...textFields(),
      sequence: optional(string()),
      time: optional(string()),
      likeSequences: optional(plain<SequencesInfo>("what sequences() wrote")),
    });
  },
  async recognise({ of }, host, { sequence, likeSequences }: SequencesReaderOptions = {}) {
    if (of.kind === "folder") return NO;
    const head = await headOf(of, host);
    if (!isTableText(head)) return NO;
    if (BEGINS.test(latin(head))) return TABLES.test(of.name) ? PERHAPS : LIKELY;
    if (NAMES.test(of.name)) return LIKELY;
    return sequence !== undefined || likeSequences?.sequence !== undefined ? SURE : NO;
  },
  async open(found, host, options) {
    if (found.of.kind === "folder") throw new NablaError(`${found.where}: expected a file, got a folder`);
    // most pages that open files open no sequences
    const { openSequences } = await loaded(() => import("../sequences/openSequences.ts"), "openData");
    return openSequences({ of: found.of, where: found.where }, host, options);
  },
};
