/** Training curves, drawn by uPlot in the browser. */

import { capital } from "../../metrics/direction.ts";
import { figureOf } from "../../metrics/metric.ts";
import type { History } from "../../model/model.ts";
import { isShare, words } from "../text/format.ts";

export interface Chart {
  title: string;
  x: number[];
  series: { label: string; values: (number | null)[]; color: 1 | 2 | 3 }[];
  percent: boolean;
}

/** The epoch with the lowest validation loss, from 0; undefined where none was validated. */
export function bestEpoch({ history }: Pick<History, "history">): number | undefined {
  const losses = history.valLoss ?? [];
  let best: number | undefined;
  for (const [epoch, loss] of losses.entries())
    if (Number.isFinite(loss) && (best === undefined || loss < losses[best]!)) best = epoch;
  return best;
}

/**
 * One chart per figure, training and validation in it; and the learning rate, where it changes. Figures that are not finite leave a gap.
 */
export function chartsOf({ epoch, history }: History): Chart[] {
  const x = epoch.map((e) => e + 1);
  const finite = (values: readonly number[]) =>
    values.map((value) => (Number.isFinite(value) ? value : null));
  const names = Object.keys(history).filter((name) => name !== "learningRate");
  const ofParts = new Set(names.flatMap((name) => [figureOf("val", name), figureOf("test", name)]));
  const rates = history.learningRate ?? [];
  const rate: Chart = {
    title: "Learning rate",
    x,
    series: [{ label: "learning rate", values: finite(rates), color: 1 }],
    percent: false,
  };
  const figures = names.flatMap((name): Chart[] => {
    if (ofParts.has(name)) return [];
    const title = capital(words(name));
    const percent = isShare(name);
    const trained = history[name];
    const validated = history[figureOf("val", name)];
    const series: Chart["series"] = [{ label: "training", values: finite(trained!), color: 1 }];
    const tested = history[figureOf("test", name)];
    if (validated) series.push({ label: "validation", values: finite(validated), color: 2 });
    if (tested) series.push({ label: "test", values: finite(tested), color: 3 });
    return [{ title, x, series, percent }];
  });
  return [...figures, ...(rates.some((each) => each !== rates[0]) ? [rate] : [])];
}

/** Runs in the page. Written as text because it is not part of this program. */
export const DRAW = `
const { charts, best } = JSON.parse(document.getElementById("charts").textContent);
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
      hooks: { ready: [(u) => u.setLegend({ idx: chart.x.length - 1 })], draw: [(u) => {
        if (best === undefined) return;
        const { ctx, bbox } = u, x = u.valToPos(best, "x", true);
        ctx.save();
        ctx.strokeStyle = css("--soft");
        ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
        ctx.beginPath();
        ctx.moveTo(x, bbox.top);
        ctx.lineTo(x, bbox.top + bbox.height);
        ctx.stroke();
        ctx.restore();
      }] },
      scales: { x: { time: false, range: (u, a, b) => a === b ? [a - 1, b + 1] : [a, b] } },
      axes: [{ ...axis, values: whole, size: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] }, { ...axis, values: (u, splits) => splits.map(tick), size: 64 }],
      series: [{ label: "epoch", value: (u, v) => v == null ? "–" : String(v) }, ...chart.series.map((s) => ({
        label: s.label, stroke: css("--series" + s.color), width: 2, value: (u, v) => show(v),
        points: { show: chart.x.length < 40, size: 6 },
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
