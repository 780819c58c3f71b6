/** Training curves, drawn by uPlot in the browser. */
import { figureOf } from "../../metrics/metric.ts";
import type { History } from "../../model/model.ts";

export interface Chart {
  title: string;
  x: number[];
  series: { label: string; values: (number | null)[]; color: 1 | 2 | 3 }[];
  percent: boolean;
  /** What x is; default: epochs. The first series is points then, the others lines. */
  scatter?: string;
}

const GROUPS: [name: string, title: string, percent: boolean][] = [
  ["loss", "Loss", false],
  ["accuracy", "Accuracy", true],
  ["meanAbsoluteError", "Mean absolute error", false],
  ["meanSquaredError", "Mean squared error", false],
];

/** One chart per figure, training and validation in it. Figures that are not finite leave a gap. */
export function chartsOf({ epoch, history }: History): Chart[] {
  const x = epoch.map((e) => e + 1);
  const finite = (values: readonly number[]) =>
    values.map((value) => (Number.isFinite(value) ? value : null));
  return GROUPS.flatMap(([name, title, percent]) => {
    const trained = history[name];
    const validated = history[figureOf("val", name)];
    if (!trained) return [];
    const series: Chart["series"] = [{ label: "training", values: finite(trained), color: 1 }];
    const tested = history[figureOf("test", name)];
    if (validated) series.push({ label: "validation", values: finite(validated), color: 2 });
    if (tested) series.push({ label: "test", values: finite(tested), color: 3 });
    return [{ title, x, series, percent }];
  });
}

/** Points on the diagonal are right. */
export function scatterOf(points: readonly { truth: number; predicted: number }[]): Chart {
  const sorted = points.filter(({ truth }) => Number.isFinite(truth)).sort((a, b) => a.truth - b.truth);
  const x = sorted.map(({ truth }) => truth);
  const predicted = sorted.map((point) => (Number.isFinite(point.predicted) ? point.predicted : null));
  const series: Chart["series"] = [
    { label: "predicted", values: predicted, color: 1 },
    { label: "as it should be", values: x, color: 2 },
  ];
  return { title: "Predicted against true", x, series, percent: false, scatter: "true" };
}

/** Runs in the page. Written as text because it is not part of this program. */
export const DRAW = `
const charts = JSON.parse(document.getElementById("charts").textContent);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
let plots = [];
function draw() {
  for (const plot of plots) plot.destroy();
  plots = charts.map((chart, i) => {
    const box = document.getElementById("chart" + i);
    const show = (v) => v == null ? "–" : chart.percent ? (v * 100).toFixed(2) + " %" : Number(v.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 9 });
    const tick = (v) => chart.percent ? Number((v * 100).toFixed(2)) + " %" : Math.abs(v) >= 1e6 ? v.toExponential(1).replace("e+", "e") : Number(v.toPrecision(4)).toLocaleString("en", { maximumFractionDigits: 9 });
    const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 }, font: "12px system-ui, sans-serif" };
    const whole = (u, splits) => splits.map((v) => Number.isInteger(v) ? String(v) : "");
    return new uPlot({
      width: box.clientWidth, height: 240,
      // the last epoch's figures, until a pointer comes
      hooks: chart.scatter ? {} : { ready: [(u) => u.setLegend({ idx: chart.x.length - 1 })] },
      scales: { x: { time: false, range: (u, a, b) => a === b ? [a - 1, b + 1] : [a, b] } },
      axes: [chart.scatter ? { ...axis, values: (u, splits) => splits.map(tick), size: 32 } : { ...axis, values: whole, size: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] }, { ...axis, values: (u, splits) => splits.map(tick), size: 64 }],
      series: [{ label: chart.scatter || "epoch", value: (u, v) => chart.scatter ? show(v) : v == null ? "–" : String(v) }, ...chart.series.map((s, k) => ({
        label: s.label, stroke: css("--series" + s.color), width: 2, value: (u, v) => show(v),
        ...(!chart.scatter ? { points: { show: chart.x.length < 40, size: 6 } } : k === 0 ? { paths: () => null, points: { show: true, size: 5 } } : { points: { show: false } }),
      }))],
    }, [chart.x, ...chart.series.map((s) => s.values)], box);
  });
}
draw();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
// a box follows the page, its plot the box
const watcher = new ResizeObserver(() => plots.forEach((plot, i) => {
  const width = document.getElementById("chart" + i).clientWidth;
  if (width !== plot.width) plot.setSize({ width, height: 240 });
}));
charts.forEach((chart, i) => watcher.observe(document.getElementById("chart" + i)));
`;
