import { averagePrecisionOf } from "../../../metrics/ranked.ts";
import type { Seen } from "../../figures.ts";
import { type Plot, type Point, some } from "./plot.ts";
import { curvesOf, leftOut } from "./rates.ts";

const POINTS = 400;

/** Of the rows taken for a class the share that are, against the share of the class that is found, for every threshold. */
export function precisionRecall(seen: Seen, names: readonly string[]): Plot | undefined {
  const { curves, left } = curvesOf(seen, names);
  if (curves.length === 0) return undefined;
  const lines = curves.map(({ name, ranks, steps }) => {
    const points = steps
      .slice(1)
      .map(({ found, others }): Point => [found / ranks.there.length, found / (found + others)]);
    // it begins where nothing is found yet, with the precision of the first that is
    const first: Point = [0, points[0]![1]];
    return {
      label: `${name}: average precision ${averagePrecisionOf(ranks)!.toFixed(4)}`,
      points: some([first, ...points], POINTS),
    };
  });
  return {
    title: "Precision and recall",
    x: { label: "recall", from: 0, to: 1, percent: true },
    y: { label: "precision", from: 0, to: 1, percent: true },
    lines,
    note: `Each point is a threshold.${seen.subject.task === "classes" ? " Each class against all others." : ""}${leftOut(left)}`,
  };
}
