/** Plots as SVG: axes, lines, points. Colours are those of the page, light or dark. */
import { html } from "../html.ts";

export type Point = readonly [x: number, y: number];

export interface Plot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly {
    readonly label?: string;
    readonly points: readonly Point[];
    readonly dashed?: true;
  }[];
  /** Drawn alone, or on the line of the same number where `dots` is. */
  readonly points?: readonly Point[];
  /** Whether lines have a dot at each of their points. */
  readonly dots?: true;
  /** Below the plot. */
  readonly note?: string;
  /** A place on the x axis with a dashed line up from it. */
  readonly mark?: number;
  /** Whether an inch is as much on both axes. */
  readonly square?: true;
}

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly percent?: true;
  /** Whether there is nothing between whole numbers. */
  readonly whole?: true;
}

/** Of a plot, in the units of its SVG; of a square one the height. */
export const [WIDTH, HEIGHT, SQUARE] = [440, 300, 390];
const [LEFT, RIGHT, TOP, BOTTOM] = [78, 26, 10, 44];

const COLOURS = ["#16a34a", "#dc2626", "#0891b2", "#db2777", "#65a30d", "#8b7355", "#64748b"];

/** A colour for each line: the page's own three, then others that differ from them, on light and on dark. */
export const colour = (i: number): string =>
  i < 3 ? `var(--series${i + 1})` : COLOURS[(i - 3) % COLOURS.length]!;

export const heightOf = ({ square }: Pick<Plot, "square">): number => (square ? SQUARE : HEIGHT);

export function plot(given: Plot): string {
  const { title, note = "" } = given;
  const named = namedLines(given);
  const legend =
    named.length > 0
      ? `<ul class="legend">${named.map(({ label }, i) => `<li><i style="background:${colour(i)}"></i>${html(label!)}</li>`).join("")}</ul>`
      : "";
  const below = note && `<p class="note">${html(note)}</p>`;
  return `<div><h3>${html(title)}</h3><svg class="plot" viewBox="0 0 ${WIDTH} ${heightOf(given)}" role="img" aria-label="${html(title)}">${drawing(given)}</svg>${legend}${below}</div>`;
}

/** The lines that a legend tells apart, in the order of their colours. */
export const namedLines = ({ lines }: Plot) => lines.filter(({ label, dashed }) => label && !dashed);

/** What is inside a plot's SVG. */
export function drawing(given: Plot): string {
  const { x, y, lines, points = [], dots, mark } = given;
  const height = heightOf(given);
  const px = (value: number) => round(LEFT + ((value - x.from) / (x.to - x.from)) * (WIDTH - LEFT - RIGHT));
  const py = (value: number) =>
    round(height - BOTTOM - ((value - y.from) / (y.to - y.from)) * (height - TOP - BOTTOM));
  const bottom = height - BOTTOM;
  const grid = [
    ...ticks(x).map(
      (v) =>
        `<path class="grid" d="M${px(v)} ${TOP}V${bottom}"/><text x="${px(v)}" y="${bottom + 16}" text-anchor="middle">${html(tickText(x, v))}</text>`,
    ),
    ...ticks(y).map(
      (v) =>
        `<path class="grid" d="M${LEFT} ${py(v)}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${py(v) + 4}" text-anchor="end">${html(tickText(y, v))}</text>`,
    ),
  ];
  const middle = { x: (LEFT + WIDTH - RIGHT) / 2, y: (TOP + bottom) / 2 };
  const names = `<text class="axis" x="${middle.x}" y="${height - 8}" text-anchor="middle">${html(x.label)}</text><text class="axis" transform="translate(14 ${middle.y}) rotate(-90)" text-anchor="middle">${html(y.label)}</text>`;
  let number = 0;
  const drawn = lines.map(({ points, dashed }) => {
    const path = points.map(([a, b], i) => `${i ? "L" : "M"}${px(a)} ${py(b)}`).join("");
    const stroke = dashed ? "var(--soft)" : colour(number++);
    const marks = dots && !dashed ? points.map(([a, b]) => dot(px(a), py(b), stroke, 3)).join("") : "";
    return `<path class="${dashed ? "dashed" : "line"}" stroke="${stroke}" d="${path}"/>${marks}`;
  });
  const scattered = points.map(([a, b]) => dot(px(a), py(b), colour(0), 2)).join("");
  const marked =
    mark === undefined ? "" : `<path class="dashed" stroke="var(--soft)" d="M${px(mark)} ${TOP}V${bottom}"/>`;
  return `${grid.join("")}${names}<g class="points">${scattered}</g>${marked}${drawn.join("")}`;
}

const dot = (x: number, y: number, fill: string, radius: number): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="${fill}"/>`;

const round = (value: number): number => Math.round(value * 10) / 10;

/** Round numbers in an axis' range, about five. */
function ticks({ from, to, whole }: Axis): number[] {
  const rough = whole ? Math.max(1, (to - from) / 5) : (to - from) / 5;
  let power = 1;
  while (power * 10 <= rough && power < 1e300) power *= 10;
  while (power > rough && power > 1e-300) power /= 10;
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function tickText({ percent, from, to }: Axis, value: number): string {
  if (percent) return `${Number((value * 100).toFixed(1))} %`;
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (size >= 1e6 || size < 1e-3) return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 });
}

/** An axis for these values, with a little room. */
export function axisFor(label: string, values: Iterable<number>): Axis {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  if (!(from < to)) [from, to] = [from - 1, from + 1];
  const room = (to - from) * 0.04;
  return { label, from: from - room, to: to + room };
}

/** At most so many of these, the first and the last among them. */
export function some<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}
