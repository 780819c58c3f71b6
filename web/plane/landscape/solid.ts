/** A loss surface as a hill one can turn: squares and pieces of paths, the farthest drawn first. */
import type { Rgb } from "../engine/colours.ts";
import { BANDS, between, levelsOf, scaleOf, type Tones, toneOf } from "./relief.ts";

/** How it is looked at: turned about the upright, and tilted, in radians. */
export interface View {
  readonly turn: number;
  readonly tilt: number;
}
export const FIRST_VIEW: View = { turn: 0.6, tilt: 0.75 };
/** From nearly level to straight from above. */
export const TILTS = [0.15, 1.45] as const;

/** The same, as seen after a movement. */
export const turned = ({ turn, tilt }: View, by: number, up: number): View => ({
  turn: turn + by,
  tilt: Math.max(TILTS[0], Math.min(TILTS[1], tilt + up)),
});

/** How high the surface is, as a share of its width. */
const HEIGHT = 0.55;
/** Eyes are so many widths away. */
const FAR = 4.5;
/** Half the surface's width, as a share of the square: no corner leaves it, however it is turned. */
const SIZE = 0.29;

interface Seen {
  readonly x: number;
  readonly y: number;
  readonly depth: number;
}

/** From (u, v, height), −1 to 1 each, to the unit square and how far away it is. */
export function project({ turn, tilt }: View, u: number, v: number, height: number): Seen {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const [x, y] = [u * c - v * s, u * s + v * c];
  const z = height * HEIGHT;
  const depth = y * Math.cos(tilt) - z * Math.sin(tilt);
  const up = y * Math.sin(tilt) + z * Math.cos(tilt);
  const near = FAR / (FAR + depth);
  return { x: 0.5 + SIZE * x * near, y: 0.51 - SIZE * up * near, depth };
}

export interface Way {
  /** [n, 2], from −1 to 1 across the surface. */
  readonly places: Float32Array;
  readonly colour: string;
}

const css = ([r, g, b]: Rgb): string => `rgb(${Math.round(r)} ${Math.round(g)} ${Math.round(b)})`;

/**
 * @param losses [n, n] from the upper left; where one is no number there is no surface
 * @param side CSS pixels of the square that is drawn on
 */
export function drawSolid(
  context: CanvasRenderingContext2D,
  side: number,
  losses: Float32Array,
  ways: readonly Way[],
  view: View,
  tones: Tones,
  edge: string,
): void {
  const n = Math.sqrt(losses.length);
  const levels = levelsOf(losses, scaleOf(losses));
  const heightOf = (level: number): number => Math.max(-0.05, Math.min(1.15, level / BANDS)) * 2 - 1;
  const at = (row: number, column: number): Seen =>
    project(
      view,
      ((column + 0.5) / n) * 2 - 1,
      1 - ((row + 0.5) / n) * 2,
      heightOf(levels[row * n + column]),
    );
  const grid = Array.from({ length: n * n }, (_, i) => at(Math.floor(i / n), i % n));
  const pieces: { depth: number; draw: () => void }[] = [];
  for (let row = 0; row + 1 < n; row++)
    for (let column = 0; column + 1 < n; column++) {
      const places = [
        row * n + column,
        row * n + column + 1,
        (row + 1) * n + column + 1,
        (row + 1) * n + column,
      ];
      const own = places.map((i) => levels[i]);
      if (!own.every(Number.isFinite)) continue;
      const corners = places.map((i) => grid[i]);
      const band = Math.floor((own[0] + own[1] + own[2] + own[3]) / 4);
      // light comes from the upper left
      const slope = heightOf(own[1]) + heightOf(own[2]) - heightOf(own[0]) - heightOf(own[3]);
      const light = Math.max(0.72, Math.min(1.1, 1 - slope * 1.2));
      const colour = css(toneOf(band, tones).map((value) => Math.min(255, value * light)) as unknown as Rgb);
      pieces.push({
        depth: (corners[0].depth + corners[1].depth + corners[2].depth + corners[3].depth) / 4,
        draw: () => {
          context.beginPath();
          for (const { x, y } of corners) context.lineTo(x * side, y * side);
          context.closePath();
          context.fillStyle = context.strokeStyle = colour;
          context.lineWidth = 0.7;
          context.fill();
          context.stroke();
        },
      });
    }
  const on = (u: number, v: number): Seen => {
    const level = between(levels, n, (u + 1) / 2, (1 - v) / 2);
    return project(view, u, v, heightOf(Number.isFinite(level) ? level : BANDS) + 0.03);
  };
  for (const { places, colour } of ways) {
    const inside = (i: number): boolean => Math.abs(places[2 * i]) <= 1 && Math.abs(places[2 * i + 1]) <= 1;
    // a line ends under its dot, also one that comes from nearer; the last place may be there twice
    const beside = (i: number): Seen[] =>
      [i - 2, i - 1, i + 1, i + 2].filter(inside).map((j) => on(places[2 * j], places[2 * j + 1]));
    for (let i = 0; i < places.length / 2; i++) {
      if (!inside(i)) continue;
      const b = on(places[2 * i], places[2 * i + 1]);
      if (i > 0 && inside(i - 1)) {
        const a = on(places[2 * i - 2], places[2 * i - 1]);
        pieces.push({
          depth: Math.min(a.depth, b.depth) - 0.06,
          draw: () => line(context, side, a, b, colour, edge),
        });
      }
      if (i === 0 || i === places.length / 2 - 1)
        pieces.push({
          depth: Math.min(b.depth, ...beside(i).map(({ depth }) => depth)) - 0.08,
          draw: () => {
            context.beginPath();
            context.arc(b.x * side, b.y * side, 5, 0, 2 * Math.PI);
            context.fillStyle = i === 0 && places.length > 2 ? edge : colour;
            context.strokeStyle = i === 0 && places.length > 2 ? colour : edge;
            context.lineWidth = 2;
            context.fill();
            context.stroke();
          },
        });
    }
  }
  for (const piece of pieces.sort((a, b) => b.depth - a.depth)) piece.draw();
}

function line(
  context: CanvasRenderingContext2D,
  side: number,
  a: Seen,
  b: Seen,
  colour: string,
  edge: string,
): void {
  // an edge that is round would cut the piece before
  for (const [width, stroke, cap] of [
    [4.5, edge, "butt"],
    [2.2, colour, "round"],
  ] as const) {
    context.lineCap = cap;
    context.beginPath();
    context.moveTo(a.x * side, a.y * side);
    context.lineTo(b.x * side, b.y * side);
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke();
  }
}
