/** What a model's forecasts are worth: its errors beside those of forecasts that need no model. */
import type { ColumnScore, ForecastScore } from "../../sequences/score.ts";
import type { Terminal } from "../terminal.ts";
import { count, figure, percent, plural, table } from "./format.ts";
import { inLine } from "./visible.ts";

/** Of each way to forecast: what it is called, and its errors. */
export const waysOf = ({ model, lastValue, seasonalNaive, season }: ColumnScore) => [
  { name: "model", ...model },
  { name: "last value", ...lastValue },
  ...(seasonalNaive ? [{ name: `the value ${plural(season!, "step")} before`, ...seasonalNaive }] : []),
];

/** Whether the network is worth it. */
export function verdict({ skill, seasonalNaive, lastValue, season }: ColumnScore): string {
  const better =
    seasonalNaive && seasonalNaive.meanAbsoluteError <= lastValue.meanAbsoluteError
      ? `the value ${plural(season!, "step")} before`
      : "the last value";
  if (skill > 0) return `the model's mean absolute error is ${percent(skill)} below that of ${better}`;
  return `the model is ${skill === 0 ? "no better" : "worse"} than ${better}, which needs no network`;
}

export function scoreText(
  { windows, horizon, columns }: ForecastScore,
  { bold, dim }: Pick<Terminal, "bold" | "dim">,
): string {
  return columns
    .map((score) => {
      const head = ["forecast by", "mean absolute error", "root mean squared error"];
      const rows = waysOf(score).map((way) => [
        way.name,
        figure(way.meanAbsoluteError),
        figure(way.rootMeanSquaredError),
      ]);
      const ahead = horizon === 1 ? "the next step" : `the next ${count(horizon)} steps`;
      return [
        `${bold(inLine(score.column))}, ${ahead}, ${dim(plural(windows, "window"))}`,
        table(head, rows),
        verdict(score),
      ].join("\n");
    })
    .join("\n\n");
}

/** The same in JSON. */
export const scoreJson = ({ windows, horizon, columns }: ForecastScore) => ({ windows, horizon, columns });
