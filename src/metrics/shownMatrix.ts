/** A confusion matrix as text, for consoles, and as a table, for notebooks. */

/** What is shown of a ConfusionMatrix. */
interface Counted {
  readonly counts: readonly (readonly number[])[];
  readonly accuracy: number;
}

/** Names and numbers of so many classes are shown. */
const MOST = 20;

/** Of longer names the beginning. */
const LONGEST = 12;

/** @param names of the classes. Default: their numbers */
export function shownMatrix(
  { counts, accuracy }: Counted,
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

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (c) => ENTITIES[c]);

/** A table whose colours are shares of a row: green on the diagonal, red beside it. @param names of the classes. Default: their numbers */
export function matrixHtml(
  { counts, accuracy }: Counted,
  names: readonly string[] = counts.map((_, c) => `${c}`),
): string {
  const row = (cells: string) => `<tr>${cells}</tr>`;
  const rows = counts.map((all, t) => {
    const sum = all.reduce((a, b) => a + b, 0) || 1;
    const cells = all.map((n, p) => {
      // mistakes are few: their colour rises as the square root of their share
      const share = t === p ? n / sum : Math.sqrt(n / sum);
      const colour = t === p ? "22,163,74" : "220,38,38";
      return `<td style="background:rgba(${colour},${(share * 0.6).toFixed(3)})">${n || ""}</td>`;
    });
    return row(`<th>${escaped(names[t])}</th>${cells.join("")}`);
  });
  const head = names.map((name) => `<th>${escaped(name)}</th>`).join("");
  return `<table><caption style="white-space:nowrap;text-align:left">accuracy ${accuracy.toFixed(4)}; rows: true classes, columns: predicted ones</caption>${row(`<th></th>${head}`)}${rows.join("")}</table>`;
}
