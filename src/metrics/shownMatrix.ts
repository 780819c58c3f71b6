/** A confusion matrix as text, for consoles. */
import type { ConfusionMatrix } from "./confusion.ts";

/** Names and numbers of so many classes are shown. */
const MOST = 20;
/** Of longer names the beginning. */
const LONGEST = 12;

/** @param names of the classes. Default: their numbers */
export function shownMatrix(
  { counts, accuracy }: ConfusionMatrix,
  names: readonly string[] = counts.map((_, c) => `${c}`),
): string {
  const head = `ConfusionMatrix of ${counts.length} classes, accuracy ${accuracy.toFixed(4)}`;
  if (counts.length > MOST) return `${head}; its counts are in .counts[true][predicted]`;
  const short = names.map((name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name));
  const rows = [
    ["true \\ predicted", ...short],
    ...counts.map((row, c) => [short[c], ...row.map((n) => (n ? `${n}` : "·"))]),
  ];
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return [head, ...rows.map((row) => `  ${row.map((cell, c) => cell.padStart(widths[c])).join("  ")}`)].join(
    "\n",
  );
}
