/** Figures and tables as people read them. */
import { inLine } from "./visible.ts";

export const count = (n: number): string => n.toLocaleString("en");
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
/** Four significant digits, or all before the point: 0.3214, 12.35, 23,457, 1.23e-5. */
export const figure = (value: number): string => {
  const size = Math.abs(value);
  if (size >= 999.95 && size < 1e9) return count(Math.round(value));
  return size >= 1e-3 && size < 1e9 ? value.toPrecision(4) : value === 0 ? "0" : value.toExponential(2);
};
/** Six significant digits or more, for results rather than measures of them: 374,123.5 */
export const result = (value: number): string => {
  const size = Math.abs(value);
  if (size < 1000 || size >= 1e9) return String(Number(value.toPrecision(6)));
  return value.toLocaleString("en", { maximumFractionDigits: size < 1e4 ? 2 : 1 });
};
/** "1 row", "2,000 rows" */
export const plural = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? "" : "s"}`;

/** valMeanAbsoluteError → "val mean absolute error" */
export const words = (name: string): string => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

/** Whether a figure is a share, which people read in percent. */
export const isShare = (name: string): boolean =>
  /accuracy|(?<!average)precision|recall|f1|hamming|mape|percentage/i.test(name);

/** A figure as people read it: shares in percent. */
export const shown = (name: string, value: number): string =>
  isShare(name) ? percent(value) : figure(value);

export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)} h` : `${m}:${two(s)} min`;
}

/** Rows of cells under a head, numbers to the right. */
export function table(head: readonly string[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(inLine));
  const widths = head.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)));
  const right = head.map((_, c) => rows.every((row) => /^[-+\d.,]*( %)?$/.test(row[c]!)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => (right[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((w) => "─".repeat(w)).join("  "), ...rows.map(line)].join("\n");
}
