import type { Seen } from "../../figures.ts";
import { axisFor, type Plot, type Point, some } from "./plot.ts";
import { POINTS, pairsOf, thinned } from "./predicted.ts";

/** By how much predictions are off, against what was predicted. */
export function residuals(seen: Seen): Plot | undefined {
  const pairs = pairsOf(seen);
  if (pairs.length === 0) return undefined;
  const points = pairs.map(([truth, said]): Point => [said, said - truth]);
  const x = axisFor(
    "predicted",
    points.map(([said]) => said),
  );
  const y = axisFor("predicted − true", [0, ...points.map(([, off]) => off)]);
  return {
    title: "Residuals",
    x,
    y,
    lines: [
      {
        points: [
          [x.from, 0],
          [x.to, 0],
        ],
        dashed: true,
      },
    ],
    points: some(points, POINTS),
    note: `Points above the line were predicted too high. A pattern is something the model has not learned.${thinned(pairs.length)}`,
  };
}
