/** Of a model that forecasts: forecasts against what came, what is left over, and errors of each step ahead. */

import type { Windows } from "../../data/sequences/windows.ts";
import type { Model } from "../../model/model.ts";
import { seriesInfoOf } from "../../sequences/forecast.ts";
import { type ColumnScore, type Predicted, predicted, scorePredicted } from "../../sequences/score.ts";
import { verdict, waysOf } from "../text/forecast.ts";
import { count, figure, plural } from "../text/format.ts";
import { axisFor, type Plot, type Point, plot, some } from "./curves/plot.ts";
import { html, section } from "./html.ts";

/** Steps that are drawn at most, of forecasts that follow each other. */
const STEPS = 400;
const POINTS = 2000;

/** The section of a report, or "" for a model of something else. */
export function forecastSection(model: Model, windows: Windows, part: string): string {
  const info = seriesInfoOf("report", model);
  const all = predicted(model, windows);
  const score = scorePredicted(all, windows);
  const columns = score.columns.map((column, t) => {
    const plots = [against(all, windows, t), residuals(all, windows, t), bySteps(column)].filter(
      (each): each is Plot => each !== undefined,
    );
    return `<h3>${html(column.column)}</h3>${errors(column)}<p>${html(sentence(verdict(column)))}</p><div class="charts">${plots.map(plot).join("")}</div>`;
  });
  return section(
    "Forecast",
    columns.join(""),
    `${plural(score.windows, "window")} (${part}); from ${plural(info.length, "step")} the next ${plural(info.horizon, "step")}.`,
  );
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

function errors(score: ColumnScore): string {
  const rows = waysOf(score).map(
    ({ name, meanAbsoluteError, rootMeanSquaredError }) =>
      `<tr><td>${html(name)}</td><td class="n">${figure(meanAbsoluteError)}</td><td class="n">${figure(rootMeanSquaredError)}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>forecast by</th><th class="n">mean absolute error</th><th class="n">root mean squared error</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

/** Windows whose forecast steps follow each other without overlap, the last ones. */
function following({ source, info }: Windows): number[] {
  const chosen: number[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (
    let w = source.starts.length - 1;
    w >= 0 && (chosen.length + 1) * info.horizon <= Math.max(STEPS, info.horizon);
    w--
  ) {
    if (source.starts[w]! + info.horizon > next) continue;
    chosen.unshift(w);
    next = source.starts[w]!;
  }
  return chosen;
}

function against({ model, truth }: Predicted, windows: Windows, t: number): Plot | undefined {
  const { targets, horizon, length } = windows.info;
  const chosen = following(windows);
  if (chosen.length === 0) return undefined;
  const points = (values: Float64Array): Point[] =>
    chosen.flatMap((w) =>
      Array.from(
        { length: horizon },
        (_, h): Point => [
          windows.source.starts[w]! + length + h,
          values[(w * horizon + h) * targets.length + t]!,
        ],
      ),
    );
  const [came, said] = [points(truth), points(model)];
  return {
    title: "Forecast against truth",
    x: axisFor(
      "step",
      came.map(([x]) => x),
    ),
    y: axisFor(
      targets[t]!,
      [...came, ...said].map(([, y]) => y),
    ),
    lines: [
      { label: "truth", points: came },
      { label: "forecast", points: said },
    ],
    note: `${plural(chosen.length, "forecast")} of ${plural(horizon, "step")}, one behind the other.`,
  };
}

function residuals({ model, truth }: Predicted, { info, source }: Windows, t: number): Plot {
  const { targets, horizon, length } = info;
  const all: Point[] = [];
  source.starts.forEach((start, w) => {
    // the steps furthest ahead, each step of the series once
    const at = (w * horizon + horizon - 1) * targets.length + t;
    all.push([start + length + horizon - 1, model[at]! - truth[at]!]);
  });
  const x = axisFor(
    "step",
    all.map(([step]) => step),
  );
  return {
    title: "Residuals",
    x,
    y: axisFor("forecast − truth", [0, ...all.map(([, off]) => off)]),
    lines: [
      {
        points: [
          [x.from, 0],
          [x.to, 0],
        ],
        dashed: true,
      },
    ],
    points: some(all, POINTS),
    note: `Forecasts ${plural(horizon, "step")} ahead, less the truth. A pattern is something the model has not learned.${all.length > POINTS ? ` ${count(POINTS)} of ${count(all.length)} are drawn.` : ""}`,
  };
}

/** How errors grow with the distance. */
function bySteps(score: ColumnScore): Plot | undefined {
  const ways = waysOf(score);
  if (score.model.perStep.length < 2) return undefined;
  const lines = ways.map(({ name, perStep }) => ({
    label: name,
    points: perStep.map((error, h): Point => [h + 1, error]),
  }));
  return {
    title: "Error by steps ahead",
    x: axisFor("steps ahead", [1, score.model.perStep.length]),
    y: axisFor("mean absolute error", [0, ...lines.flatMap(({ points }) => points.map(([, y]) => y))]),
    lines,
  };
}
