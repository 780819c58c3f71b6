/** The loss over the epochs, drawn with characters. */

import asciichart from "asciichart";
import type { History } from "../../model/model.ts";
import type { Terminal } from "../terminal.ts";

/** "" when there is only one epoch. */
export function lossCurve({ history }: History, { columns, dim, cyan, yellow }: Terminal): string {
  const series = [history.loss ?? [], history.valLoss ?? []].filter((values) => values.length > 1);
  if (series.length === 0) return "";
  const width = Math.min(60, columns() - 14);
  const stretched = series.map((values) => resample(values, width));
  const colors = [asciichart.cyan, asciichart.yellow];
  const drawn = asciichart.plot(stretched, { height: 8, colors: colors.slice(0, series.length), format });
  const legend = series.length > 1 ? "loss (cyan), val loss (yellow)" : "loss";
  // the chart's own escapes would be shown, as those of strangers are
  const painted = drawn.split(asciichart.reset).map((part) => {
    const at = part.indexOf(ESCAPE);
    if (at < 0) return part;
    const paint = part.startsWith(asciichart.cyan, at) ? cyan : yellow;
    return part.slice(0, at) + paint(part.slice(at + asciichart.cyan.length));
  });
  return `${dim(`${legend} over ${series[0]!.length} epochs`)}\n${painted.join("")}`;
}

const ESCAPE = "\x1b";

const format = (value: number): string => value.toPrecision(3).slice(0, 8).padStart(9);

/** Straight lines between the points. */
function resample(values: readonly number[], width: number): number[] {
  const last = values.length - 1;
  return Array.from({ length: width }, (_, i) => {
    const at = (i * last) / (width - 1);
    const left = Math.min(Math.floor(at), last - 1);
    return values[left]! + (values[left + 1]! - values[left]!) * (at - left);
  });
}
