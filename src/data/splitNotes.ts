/** What is worth saying of how rows were cut in two. */
import { show } from "../fields/fields.ts";
import type { Dataset } from "./dataset.ts";
import { countsOf } from "./split.ts";

/** What is worth saying of a split: classes that have one row, and those of which none is trained on. */
export function splitNotes(dataset: Dataset, [train, kept]: readonly [Uint32Array, Uint32Array]): string[] {
  const { target, labels } = dataset;
  if (target.kind !== "class" || !labels) return [];
  const all = countsOf(labels, target.classes);
  const seen = countsOf(
    Int32Array.from(train, (row) => labels[row]!),
    target.classes,
  );
  const named = (fits: (label: number) => boolean): string[] =>
    all.flatMap((_, label) => (fits(label) ? [show(target.names?.[label] ?? String(label))] : []));
  const listed = (names: string[]) =>
    `class${names.length === 1 ? "" : "es"} ${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
  const alone = named((label) => all[label] === 1 && seen[label] === 1);
  const unseen = named((label) => all[label]! > 0 && seen[label] === 0);
  return [
    ...(alone.length > 0 && kept.length > 0 ? [`${listed(alone)}: the only row is trained on`] : []),
    ...(unseen.length > 0 ? [`${listed(unseen)}: no row is trained on, all are kept out`] : []),
  ];
}
