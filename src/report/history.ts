/** The figures of a training as one picture: for files and notebooks. */
import type { History } from "../model/model.ts";
import { bestEpoch, type Chart, chartsOf } from "./page/charts.ts";
import {
  axisFor,
  colour,
  drawing,
  HEIGHT,
  namedLines,
  type Plot,
  type Point,
  WIDTH,
} from "./page/curves/plot.ts";
import { html } from "./page/html.ts";

const GAP = 24;
const TITLE = 26;
const LEGEND = 22;
const LINE = HEIGHT + TITLE + LEGEND;

/** As the report's page has them, light and dark. */
const STYLE = `svg{--page:#fff;--text:#1b2027;--soft:#5c6673;--line:#e1e5ea;--series1:#2563eb;--series2:#d97706;--series3:#7c3aed;font:11px system-ui,sans-serif}
@media (prefers-color-scheme:dark){svg{--page:#1a1f26;--text:#e7eaee;--soft:#97a1ae;--line:#2c333d;--series1:#60a5fa;--series2:#fbbf24;--series3:#a78bfa}}
.page{fill:var(--page)}text{fill:var(--soft)}.title{fill:var(--text);font-size:14px;font-weight:600}.axis{font-size:12px}
.grid{stroke:var(--line)}.line{fill:none;stroke-width:2;stroke-linejoin:round}.dashed{fill:none;stroke-width:1.5;stroke-dasharray:5 4}`;

/** A chart as lines over the epochs, from 1. */
function plotOf({ title, x, series, percent }: Chart, best: number | undefined): Plot {
  const values = series.flatMap((each) => each.values.filter((value) => value !== null));
  const axis = axisFor("", values.length > 0 ? values : [0, 1]);
  const [from, to] = [x[0] ?? 0, x.at(-1) ?? 1];
  return {
    title,
    x: { label: "epoch", whole: true, ...(from < to ? { from, to } : { from: from - 1, to: to + 1 }) },
    y: percent ? { ...axis, percent } : axis,
    lines: series.map((each) => ({
      label: each.label,
      points: each.values.flatMap((value, i): Point[] => (value === null ? [] : [[x[i]!, value]])),
    })),
    ...(x.length < 40 && { dots: true }),
    ...(best !== undefined && { mark: best + 1 }),
  };
}

/** One SVG that needs nothing else: each figure, training and validation in it, and a dashed line at the best epoch. */
export function historySvg(history: History): string {
  const best = bestEpoch(history);
  const plots = chartsOf(history).map((chart) => plotOf(chart, best));
  const across = Math.min(2, Math.max(1, plots.length));
  const width = across * (WIDTH + GAP) + GAP;
  const height = Math.ceil(plots.length / across) * (LINE + GAP) + GAP;
  const drawn = plots.map((each, i) => {
    const x = GAP + (i % across) * (WIDTH + GAP);
    const y = GAP + Math.floor(i / across) * (LINE + GAP);
    let right = 78;
    const legend = namedLines(each).map(({ label }, n) => {
      const at = right;
      right += 34 + label!.length * 6;
      return `<path class="line" stroke="${colour(n)}" d="M${at} ${HEIGHT + 8}h14"/><text x="${at + 20}" y="${HEIGHT + 12}">${html(label!)}</text>`;
    });
    return `<g transform="translate(${x} ${y})"><text class="title" x="0" y="14">${html(each.title)}</text><g transform="translate(0 ${TITLE})">${drawing(each)}${legend.join("")}</g></g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="history of a training"><style>${STYLE}</style><rect class="page" width="100%" height="100%"/>${drawn.join("")}</svg>`;
}

/** A page with the same picture, as wide as there is room. */
export const historyPage = (history: History): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="nabla">
<title>History of a training</title>
<link rel="icon" href="data:,">
<style>body{margin:0}svg{display:block;max-width:100%;height:auto;margin:auto}</style>
</head>
<body>
${historySvg(history)}
</body>
</html>
`;
