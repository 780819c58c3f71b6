/**
 * Draws one digit as a person might: choose a habit, mix two of its forms, let the hand shake, lean and stretch
 * it, pull a pen of some width along it, then scale and centre it as MNIST does: the digit fills a box of 20 × 20
 * with its aspect kept, and its centre of mass lies in the middle of 28 × 28.
 */
import { cos, exp, sin } from "../../math/elementary.ts";
import type { Stream } from "../../math/random.ts";
import { HABITS } from "./skeletons.ts";

export const SIZE = 28;
const BOX = 20;
/** Straight pieces drawn between two points of a skeleton; more are not visible at this size. */
const PIECES = 6;

interface Form {
  readonly x: readonly number[];
  readonly y: readonly number[];
}
interface ParsedHabit {
  readonly weight: number;
  readonly forms: readonly Form[];
  /** For each point: starts a stroke, and is a corner. */
  readonly start: readonly boolean[];
  readonly corner: readonly boolean[];
}

let parsed: readonly (readonly ParsedHabit[])[] | undefined;

function habits(digit: number): readonly ParsedHabit[] {
  parsed ??= HABITS.map((list) =>
    list.map(({ weight, forms }) => {
      const start: boolean[] = [];
      const corner: boolean[] = [];
      for (const stroke of forms[0]!.split("|")) {
        stroke
          .trim()
          .split(" ")
          .forEach((point, i) => {
            start.push(i === 0);
            corner.push(point.endsWith("!"));
          });
      }
      const numbers = (form: string, part: number) =>
        form
          .replace(/\||!/g, " ")
          .trim()
          .split(/\s+/)
          .map((point) => Number(point.split(",")[part]) / 100);
      return { weight, start, corner, forms: forms.map((f) => ({ x: numbers(f, 0), y: numbers(f, 1) })) };
    }),
  );
  return parsed[digit]!;
}

// One digit is drawn at a time; its path is kept here so that ten thousand of them allocate nothing.
const MAX_POINTS = 512;
const pathX = new Float64Array(MAX_POINTS);
const pathY = new Float64Array(MAX_POINTS);
const pathStart = new Uint8Array(MAX_POINTS);
let pathLength = 0;
/** Drawn here first: a centre of mass far from the middle of the box moves it by up to 8 pixels. */
const SHEET = 48;
const sheet = new Uint8Array(SHEET * SHEET);

/** Draws `digit` with the choices `random` makes into out[offset .. offset + 784), white (255) on black. */
export function drawDigit(digit: number, random: Stream, out: Uint8Array, offset: number): void {
  trace(digit, random);
  lean(random);
  const diameter = clamp(2.6 + 0.7 * random.gaussian(), 1.5, 4.8);
  const softness = random.range(0.8, 1.4);
  fit(BOX - diameter - 0.4 * softness);
  ink(diameter / 2, softness, random.range(-0.25, 0.25));
  cut(out.subarray(offset, offset + SIZE * SIZE));
}

/** Chooses and mixes forms, shakes their points, and lays the smooth curve through them into the path. */
function trace(digit: number, random: Stream): void {
  const list = habits(digit);
  let ticket = random.uniform() * list.reduce((sum, habit) => sum + habit.weight, 0);
  let chosen = list[list.length - 1]!;
  for (const habit of list) {
    ticket -= habit.weight;
    if (ticket < 0) {
      chosen = habit;
      break;
    }
  }
  const a = chosen.forms[random.int(chosen.forms.length)]!;
  const b = chosen.forms[random.int(chosen.forms.length)]!;
  const mix = random.range(-0.15, 1.15);
  const shake = random.range(0.01, 0.18);
  const n = a.x.length;
  const x = new Array<number>(n);
  const y = new Array<number>(n);
  // The hand drifts: a point is off in much the way the one before it was. Independent errors look like a tremor.
  const drift = 0.7;
  const fresh = Math.sqrt(1 - drift * drift);
  let wx = 0;
  let wy = 0;
  for (let i = 0; i < n; i++) {
    wx = chosen.start[i] ? random.gaussian() : drift * wx + fresh * random.gaussian();
    wy = chosen.start[i] ? random.gaussian() : drift * wy + fresh * random.gaussian();
    x[i] = a.x[i]! + mix * (b.x[i]! - a.x[i]!) + shake * wx;
    y[i] = a.y[i]! + mix * (b.y[i]! - a.y[i]!) + shake * wy;
  }
  pathLength = 0;
  for (let i = 0; i < n; i++) {
    if (chosen.start[i]) {
      push(x[i]!, y[i]!, 1);
      continue;
    }
    // Catmull–Rom from i - 1 to i; at a stroke's end or a corner the neighbour beyond is the point itself.
    const before = chosen.start[i - 1] || chosen.corner[i - 1] ? i - 1 : i - 2;
    const after = i + 1 === n || chosen.start[i + 1] || chosen.corner[i] ? i : i + 1;
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      push(
        spline(x[before]!, x[i - 1]!, x[i]!, x[after]!, t),
        spline(y[before]!, y[i - 1]!, y[i]!, y[after]!, t),
        0,
      );
    }
  }
}

function spline(p0: number, p1: number, p2: number, p3: number, t: number): number {
  return p1 + 0.5 * t * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)));
}

function push(x: number, y: number, start: number): void {
  pathX[pathLength] = x;
  pathY[pathLength] = y;
  pathStart[pathLength++] = start;
}

/** Proportions, slant, rotation, and two slow waves that bend the whole digit. */
function lean(random: Stream): void {
  const width = 0.86 * exp(0.22 * random.gaussian());
  const slant = 0.12 + 0.23 * random.gaussian();
  const turn = 0.07 * random.gaussian();
  const lopsided = 0.35 * random.gaussian();
  const c = cos(turn);
  const s = sin(turn);
  const waves: number[] = [];
  for (let i = 0; i < 4; i++)
    waves.push(0.06 * random.gaussian(), random.range(1.5, 5), random.range(0, 6.283));
  const [a0, f0, p0, a1, f1, p1, a2, f2, p2, a3, f3, p3] = waves as number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let i = 0; i < pathLength; i++) {
    const u = pathX[i]! - 0.5;
    const high = pathY[i]!;
    const v = high - 0.5 + lopsided * high * (1 - high);
    const bentX = u + a0 * sin(f0 * v + p0) + a1 * sin(f1 * u + p1);
    const bentY = v + a2 * sin(f2 * u + p2) + a3 * sin(f3 * v + p3);
    const x = width * bentX - slant * bentY;
    pathX[i] = c * x - s * bentY;
    pathY[i] = s * x + c * bentY;
  }
}

/** Scales the path so that its longer side is `side` pixels, in the middle of the sheet. */
function fit(side: number): void {
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < pathLength; i++) {
    left = Math.min(left, pathX[i]!);
    right = Math.max(right, pathX[i]!);
    top = Math.min(top, pathY[i]!);
    bottom = Math.max(bottom, pathY[i]!);
  }
  const scale = side / Math.max(right - left, bottom - top);
  for (let i = 0; i < pathLength; i++) {
    pathX[i] = (pathX[i]! - 0.5 * (left + right)) * scale + SHEET / 2;
    pathY[i] = (pathY[i]! - 0.5 * (top + bottom)) * scale + SHEET / 2;
  }
}

/** Pulls a round pen along the path; `taper` makes its radius grow or shrink from start to end. */
function ink(radius: number, softness: number, taper: number): void {
  sheet.fill(0);
  for (let i = 1; i < pathLength; i++) {
    if (pathStart[i]) continue;
    const ax = pathX[i - 1]!;
    const ay = pathY[i - 1]!;
    const dx = pathX[i]! - ax;
    const dy = pathY[i]! - ay;
    const squared = dx * dx + dy * dy + 1e-12;
    const r = radius * (1 + taper * (i / pathLength - 0.5));
    const reach = r + 0.5 * softness;
    const x0 = Math.max(0, Math.floor(Math.min(ax, ax + dx) - reach));
    const x1 = Math.min(SHEET - 1, Math.floor(Math.max(ax, ax + dx) + reach));
    const y0 = Math.max(0, Math.floor(Math.min(ay, ay + dy) - reach));
    const y1 = Math.min(SHEET - 1, Math.floor(Math.max(ay, ay + dy) + reach));
    for (let row = y0; row <= y1; row++) {
      for (let column = x0; column <= x1; column++) {
        const u = column + 0.5 - ax;
        const v = row + 0.5 - ay;
        const t = clamp((u * dx + v * dy) / squared, 0, 1);
        const ex = u - t * dx;
        const ey = v - t * dy;
        const cover = (r - Math.sqrt(ex * ex + ey * ey)) / softness + 0.5;
        if (cover <= 0) continue;
        const value = cover >= 1 ? 255 : Math.floor(255 * cover + 0.5);
        const at = row * SHEET + column;
        if (value > sheet[at]!) sheet[at] = value;
      }
    }
  }
}

/** Cuts 28 × 28 out of the sheet, moved by whole pixels so that the centre of mass is nearest to pixel (14, 14). */
function cut(image: Uint8Array): void {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let row = 0; row < SHEET; row++) {
    for (let column = 0; column < SHEET; column++) {
      const value = sheet[row * SHEET + column]!;
      mass += value;
      sumX += value * column;
      sumY += value * row;
    }
  }
  const left = Math.floor(sumX / mass + 0.5) - SIZE / 2;
  const top = Math.floor(sumY / mass + 0.5) - SIZE / 2;
  for (let row = 0; row < SIZE; row++) {
    const from = (row + top) * SHEET + left;
    image.set(sheet.subarray(from, from + SIZE), row * SIZE);
  }
}

function clamp(x: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, x));
}
