/** A line chart over time: uPlot in the theme's colours, as wide as its place. */
import { type ReadonlySignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { type ColourName, colour } from "./theme.ts";

export interface Series {
  readonly label: string;
  readonly colour: ColourName;
  /** Points to show where there are few; null where a point is missing is bridged. */
  readonly points?: boolean;
  readonly dash?: readonly number[];
  readonly width?: number;
  readonly format?: (value: number) => string;
}

/** x, then one column for each series. */
export type Columns = readonly [readonly number[], ...(readonly (number | null)[])[]];

export function Chart(props: {
  /** What a screen reader says in place of the picture. */
  label: string;
  series: readonly Series[];
  data: ReadonlySignal<Columns>;
  height?: number;
  /** Default: what the data needs. */
  range?: readonly [number, number];
  /** Of ticks and legend on the y axis. */
  format?: (value: number) => string;
  formatX?: (value: number) => string;
  logarithmic?: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const { height = 180, format = short, formatX = short } = props;
  useSignalEffect(() => {
    // colours read the theme: another theme builds the chart anew
    const axis: uPlot.Axis = {
      stroke: colour("muted"),
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui, sans-serif",
    };
    const values = (text: (value: number) => string) => (_: uPlot, splits: (number | null)[]) =>
      splits.map((value) => (value === null ? "" : text(value)));
    const box = place.current!;
    const options: uPlot.Options = {
      width: box.clientWidth || 300,
      height,
      cursor: { drag: { x: false, y: false }, points: { size: 6 } },
      legend: { live: true },
      scales: {
        x: { time: false },
        y: {
          ...(props.range && { range: [props.range[0], props.range[1]] }),
          ...(props.logarithmic && { distr: 3 }),
        },
      },
      axes: [
        { ...axis, size: 28, values: values(formatX) },
        { ...axis, size: 46, values: values(format) },
      ],
      series: [
        { label: "at", value: (_, value) => (value === null ? "–" : formatX(value)) },
        ...props.series.map(
          (each): uPlot.Series => ({
            label: each.label,
            stroke: colour(each.colour),
            width: each.width ?? 1.75,
            spanGaps: true,
            points: { show: each.points ?? false, size: 5, fill: colour("surface") },
            ...(each.dash && { dash: [...each.dash] }),
            value: (_, value) => (value === null ? "–" : (each.format ?? format)(value)),
          }),
        ),
      ],
    };
    const made = new uPlot(options, props.data.peek() as unknown as uPlot.AlignedData, box);
    plot.current = made;
    return () => {
      made.destroy();
      plot.current = null;
    };
  });
  useSignalEffect(() => {
    const data = props.data.value;
    plot.current?.setData(data as unknown as uPlot.AlignedData);
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

/** Three significant digits, without trailing zeros. */
export const short = (value: number): string => String(Number(value.toPrecision(3)));
export const percent = (value: number): string => `${Number((100 * value).toFixed(1))} %`;
