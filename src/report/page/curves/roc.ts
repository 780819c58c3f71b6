import { areaUnderRoc } from "../../../metrics/ranked.ts";
import type { Seen } from "../../figures.ts";
import { type Plot, type Point, some } from "./plot.ts";
import { curvesOf, leftOut } from "./rates.ts";

const POINTS = 400;

/** The share of a class that is found against the share of others taken for it, for every threshold. */
export function roc(seen: Seen, names: readonly string[]): Plot | undefined {
  const { curves, left } = curvesOf(seen, names);
  if (curves.length === 0) return undefined;
  const lines = curves.map(({ name, ranks, steps }) => ({
    label: `${name}: area ${areaUnderRoc(ranks)!.toFixed(4)}`,
    points: some(
      steps.map(({ found, others }): Point => [others / ranks.others.length, found / ranks.there.length]),
      POINTS,
    ),
  }));
  return {
    title: "ROC",
    x: { label: "others taken for it", from: 0, to: 1, percent: true },
    y: { label: "found", from: 0, to: 1, percent: true },
    lines: [
      {
        points: [
          [0, 0],
          [1, 1],
        ],
        dashed: true,
      },
      ...lines,
    ],
    note: `Each point is a threshold; the dashed line is chance.${seen.subject.task === "classes" ? " Each class against all others." : ""}${leftOut(left)}`,
  };
}
