import type { Seen } from "../../figures.ts";
import { count } from "../../text/format.ts";
import { axisFor, type Plot, type Point, some } from "./plot.ts";

/** Most points that are useful in a plot. */
export const POINTS = 2000;

/** Rows with one quantity that are numbers: what it is and what was predicted. */
export function pairsOf({ subject, batch }: Seen): Point[] {
  if (subject.task !== "quantities" || subject.units !== 1) return [];
  const { rows, stride, outputs, values, labels } = batch;
  const pairs: Point[] = [];
  for (let r = 0; r < rows; r++) {
    const pair: Point = [values ? values[r]! : labels![r]!, outputs[r * stride]!];
    if (pair.every(Number.isFinite)) pairs.push(pair);
  }
  return pairs;
}

/** What was predicted, against what is true. */
export function predicted(seen: Seen): Plot | undefined {
  const pairs = pairsOf(seen);
  if (pairs.length === 0) return undefined;
  const { from, to } = axisFor("", pairs.flat());
  return {
    title: "Predicted against true",
    x: { label: "true", from, to },
    y: { label: "predicted", from, to },
    lines: [
      {
        points: [
          [from, from],
          [to, to],
        ],
        dashed: true,
      },
    ],
    points: some(pairs, POINTS),
    square: true,
    note: `Points on the line are right.${thinned(pairs.length)}`,
  };
}

export const thinned = (rows: number): string =>
  rows > POINTS ? ` ${count(POINTS)} of ${count(rows)} rows are drawn.` : "";
