/** A confusion matrix and figures per class as text. */

import type { ConfusionMatrix } from "../../metrics/confusion.ts";
import { figure, type Seen } from "../figures.ts";
import type { Terminal } from "../terminal.ts";
import { count, percent, table } from "./format.ts";
import { inLine } from "./visible.ts";

/** Rows are true classes, columns predicted ones. If it is wider than the terminal, a line that says so. */
export function confusionTable(
  confusion: ConfusionMatrix,
  names: readonly string[],
  { bold, columns, dim, green, red }: Terminal,
): string {
  const { counts } = confusion;
  const widest = Math.max(...counts.flat().map((n) => count(n).length));
  const short = names.map(inLine).map((name) => (name.length > 12 ? `${name.slice(0, 11)}…` : name));
  const width = Math.max(widest, ...short.slice(0, counts.length).map((name) => name.length)) + 2;
  const first = Math.max(4, ...short.map((name) => name.length));
  const needed = first + width * counts.length;
  if (needed > columns())
    return dim(
      `(the confusion matrix needs ${needed} columns, the terminal has ${columns()}: widen it, or use nabla evaluate --json)`,
    );
  const head = dim("true".padEnd(first)) + short.map((name) => dim(name.padStart(width))).join("");
  const rows = counts.map((row, t) => {
    const cells = row.map((n, p) => {
      const cell = (n ? count(n) : "·").padStart(width);
      return t === p ? green(cell) : n ? red(cell) : dim(cell);
    });
    return bold(short[t]!.padEnd(first)) + cells.join("");
  });
  return [`${" ".repeat(first + 2)}${dim("predicted")}`, head, ...rows].join("\n");
}

/** Figures of each label, where a row has several. */
export function labelTable(seen: Seen, names: readonly string[]): string {
  const { units } = seen.subject;
  const of = (name: "precision" | "recall" | "f1", classId: number) =>
    percent(figure(seen, { name, classId }));
  const rows = Array.from({ length: units }, (_, c) => [
    names[c] ?? String(c),
    of("precision", c),
    of("recall", c),
    of("f1", c),
  ]);
  return table(["label", "precision", "recall", "f1"], rows);
}

/** @param what is counted: rows, or steps */
export function classTable(confusion: ConfusionMatrix, names: readonly string[], what = "rows"): string {
  return table(
    ["class", "precision", "recall", "f1", what],
    confusion
      .perClass()
      .map((f, c) => [names[c]!, percent(f.precision), percent(f.recall), percent(f.f1), count(f.support)]),
  );
}
