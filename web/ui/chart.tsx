/** A line chart: uPlot in the theme's colours, as wide as its place. uPlot itself is loaded when the first chart is shown. */
import { type ReadonlySignal, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type uPlot from "uplot";
import { pageText } from "../text/page.ts";
import { short } from "./figures.ts";
import { notifyError } from "./messages.tsx";
import { type ColourName, colour } from "./theme.ts";

export interface Series {
  readonly label: string;
  readonly colour: ColourName;
  /** Marks its points: for series of few. Where a value is null, the line goes on to the next. */
  readonly points?: boolean;
  readonly dash?: readonly number[];
  /** CSS pixels, default 1.75. */
  readonly width?: number;
  readonly format?: (value: number) => string;
}

/** x, then one column for each series. */
export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]];

type Plot = typeof uPlot;
const library = signal<Plot | undefined>(undefined);
let asked = false;

function load(): void {
  if (asked) return;
  asked = true;
  import("uplot").then(
    (module) => {
      library.value = module.default;
    },
    (error: unknown) => notifyError(error, pageText.noCharts),
  );
}

export interface ChartProps {
  /** What a screen reader says in place of the picture. */
  label: string;
  series: readonly Series[];
  data: ReadonlySignal<Columns>;
  /** CSS pixels without the legend, default 180. */
  height?: number;
  /** Of the y axis. Default: what the data needs. */
  range?: readonly [number, number];
  /** Of ticks and legend on the y axis. */
  format?: (value: number) => string;
  formatX?: (value: number) => string;
  /** Of x in the legend. */
  legendX?: (value: number) => string;
  logarithmic?: boolean;
  /** Where upright lines are. */
  marks?: ReadonlySignal<readonly number[]>;
}

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const { height = 180 } = props;
  load();
  useSignalEffect(() => {
    const Library = library.value;
    if (!Library) return;
    const box = place.current!;
    // colours read the theme: another theme builds the chart again
    const options = optionsOf(props, box.clientWidth || 300, height);
    const made = new Library(options, props.data.peek() as unknown as uPlot.AlignedData, box);
    plot.current = made;
    showLast(made);
    return () => {
      made.destroy();
      plot.current = undefined;
    };
  });
  useSignalEffect(() => {
    const data = props.data.value;
    if (!plot.current) return;
    plot.current.setData(data as unknown as uPlot.AlignedData);
    showLast(plot.current);
  });
  useSignalEffect(() => {
    const marks = props.marks?.value ?? [];
    // without data there are no axes to draw yet
    if (marks.length > 0 && plot.current?.data[0].length) plot.current.redraw(false);
  });
  useEffect(() => {
    const box = place.current!;
    const observer = new ResizeObserver(() => {
      const width = box.clientWidth;
      if (width > 0 && plot.current && plot.current.width !== width) plot.current.setSize({ width, height });
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [height]);
  return <div class="chart" role="img" aria-label={props.label} ref={place} />;
}

/** Without a pointer over the chart the legend says the latest figures. */
function showLast(plot: uPlot): void {
  const last = plot.data[0].length - 1;
  if (plot.cursor.idx == null && last >= 0) plot.setLegend({ idx: last });
}

function latest(values: ArrayLike<number | null | undefined> = []): number | null {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] != null) return values[i]!;
  return null;
}

function optionsOf(props: ChartProps, width: number, height: number): uPlot.Options {
  const { format = short, formatX = short, legendX = formatX } = props;
  const axis: uPlot.Axis = {
    stroke: colour("muted"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  const ticks = (text: (value: number) => string) => (_: uPlot, splits: (number | null)[]) =>
    splits.map((value) => (value === null ? "" : text(value)));
  // not every series has a value at every place: without a pointer, the latest there is
  const legend =
    (text: (value: number) => string) => (plot: uPlot, value: number | null | undefined, series: number) => {
      const shown = value ?? (plot.cursor.idx == null ? latest(plot.data[series]) : null);
      return shown == null ? "–" : text(shown);
    };
  return {
    width,
    height,
    ...(props.marks && { hooks: { draw: [(plot: uPlot) => drawMarks(plot, props.marks!.peek())] } }),
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    scales: {
      x: { time: false },
      y: {
        ...(props.range && { range: [props.range[0], props.range[1]] }),
        ...(props.logarithmic && { distr: 3 }),
      },
    },
    axes: [
      { ...axis, size: 28, values: ticks(formatX) },
      { ...axis, size: 46, values: ticks(format) },
    ],
    series: [
      { label: pageText.at, value: legend(legendX) },
      ...props.series.map(
        (each): uPlot.Series => ({
          label: each.label,
          stroke: colour(each.colour),
          width: each.width ?? 1.75,
          spanGaps: true,
          points: { show: each.points ?? false, size: 5, fill: colour("surface") },
          ...(each.dash && { dash: [...each.dash] }),
          value: legend(each.format ?? format),
        }),
      ),
    ],
  };
}

function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly number[]): void {
  ctx.save();
  ctx.strokeStyle = colour("muted");
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const mark of marks) {
    const x = Math.round(valToPos(mark, "x", true));
    if (!(x >= bbox.left && x <= bbox.left + bbox.width)) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
