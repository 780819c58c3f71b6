/** Whether data is what a training, and its flags, are for. */
import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import type { ImageFlags } from "../input/images.ts";
import { type ArrayFlags, checkArrayFlags } from "../options/arrays.ts";
import { checkSequenceFlags, type SequenceFlags } from "../options/sequenceData.ts";
import { type TableFlags, tableFlagsGiven } from "../options/tables.ts";

/** @throws NablaError where all rows are of one class */
export function checkClasses({ name, train: { target }, csv }: OpenedData): void {
  if (target.kind !== "class" || target.classes > 1) return;
  const one = target.names?.[0] ?? "0";
  throw new NablaError(
    `${name}: every row is of class ${show(one)}; expected at least two classes, which a network can tell apart${csv ? `. Column ${show(csv.label)} is the label: --label names another` : ""}`,
  );
}

/** Flags of tables that mean the same for sequences. */
const OF_SEQUENCES: ReadonlySet<string> = new Set([
  "--header",
  "--delimiter",
  "--encoding",
  "--decimal",
  "--label",
  "--ignore",
  "--task",
  "--missing",
]);

/** Flags that say how data is read. */
interface DataFlags extends TableFlags, ArrayFlags, ImageFlags, SequenceFlags {
  testSplit?: number;
  samples?: number;
}

/** @throws NablaError naming a flag that is for other data */
export function checkApplicable(flags: DataFlags, data: OpenedData): void {
  const only = (option: string, given: unknown, kind: OpenedData["kind"], what: string) => {
    if (given !== undefined && data.kind !== kind)
      throw new NablaError(`${option} is for ${what}; ${data.name} is something else`);
  };
  for (const [option, given] of tableFlagsGiven(flags)) {
    // their own flags are checked where series are opened
    if (data.kind === "series" || data.kind === "text") break;
    // with --labels these are about that table
    if (flags.labels !== undefined && (option === "--label" || option === "--task")) continue;
    if (option === "--task" && data.kind === "npz") continue;
    if (data.kind === "sequences" && OF_SEQUENCES.has(option)) continue;
    only(option, given, "csv", "CSV files");
  }
  checkArrayFlags(flags, data);
  checkSequenceFlags(flags, data);
  if (!["series", "text", "sequences", "images"].includes(data.kind))
    only("--test-split", flags.testSplit, "csv", "CSV files, sequences and folders of pictures");
  only("--samples", flags.samples, "generated", "generated data sets");
  only("--size", flags.size, "images", "folders of pictures");
  only("--channels", flags.channels, "images", "folders of pictures");
  only("--fit", flags.fit, "images", "folders of pictures");
  only("--unreadable", flags.unreadable, "images", "folders of pictures");
  only("--classes", flags.classes, "images", "folders of pictures");
  only("--labels", flags.labels, "images", "folders of pictures");
  only("--label-pattern", flags.labelPattern, "images", "folders of pictures");
}
