/** Parts of an axis, and more around it. */

import { Unsupported } from "../../problems.ts";
import { cropped } from "../crop.ts";
import { fixed } from "../fixed.ts";
import type { Handlers, Op } from "../op.ts";
import { along, axisAt, constant, lengthOf, type Value } from "../value.ts";

function slice(op: Op): Value {
  let value = op.value();
  const rank = value.axes.length;
  const list = (name: string, i: number) => (op.opset < 10 ? op.ints(name) : op.numbers(name, i));
  const starts = list("starts", 1) ?? [];
  const ends = list("ends", 2) ?? [];
  const axes = list("axes", 3) ?? starts.map((_, i) => i);
  const steps = op.opset < 10 ? starts.map(() => 1) : (op.numbers("steps", 4) ?? starts.map(() => 1));
  for (const [i, given] of axes.entries()) {
    const axis = axisAt(given, rank);
    const n = lengthOf(value.axes[axis]!);
    const places = picked(n, starts[i]!, ends[i]!, steps[i]!);
    if (places.length === n && steps[i] === 1) continue;
    if (places.length === 0) throw new Unsupported(`nothing is left of axis ${axis}`);
    value = chosen(op, value, axis, places);
  }
  return value;
}

/** Places of an axis that are listed one by one. */
const MOST_PLACES = 2 ** 22;

/** Which places a slice has, as Python counts them. */
export function picked(n: number, start: number, end: number, step: number): number[] {
  const clamp = (at: number, low: number, high: number) =>
    Math.min(Math.max(at < 0 ? at + n : at, low), high);
  const places: number[] = [];
  if (n / Math.abs(step) > MOST_PLACES) throw new Unsupported(`it picks single places of ${n}`);
  if (step > 0) for (let at = clamp(start, 0, n); at < clamp(end, 0, n); at += step) places.push(at);
  else if (step < 0)
    for (let at = clamp(start, 0, n - 1); at > clamp(end, -1, n - 1); at += step) places.push(at);
  return places;
}

/** These places of an axis. */
export function chosen(op: Op, value: Value, axis: number, places: readonly number[]): Value {
  const n = lengthOf(along(value, axis));
  for (const place of places)
    if (!(Number.isInteger(place) && place >= 0 && place < n))
      throw new Unsupported(`it takes place ${place} of ${n} along axis ${axis}`);
  if (places.every((place, i) => place === places[0]! + i))
    return cropped(op.at, value, axis, places[0]!, n - places[places.length - 1]! - 1);
  return fixed(op.at, value, axis, places.length, (matrix) => {
    places.forEach((place, j) => {
      matrix[place * places.length + j] = 1;
    });
  });
}

/** How long each part is of an axis of n steps. */
export function partsOf(op: Op, n: number): number[] {
  const count = op.node.outputs.length;
  const each = Math.ceil(n / count);
  const sizes = op.opset < 13 ? op.ints("split") : op.numbers("split", 1);
  if (!sizes) return Array.from({ length: count }, (_, i) => Math.min(each, n - i * each));
  if (sizes.some((size) => !(size >= 0)) || sizes.reduce((a, b) => a + b, 0) !== n)
    throw new Unsupported(`it splits ${n} steps into parts of ${sizes.join(", ")}`);
  return sizes;
}

function split(op: Op): Value[] {
  const value = op.value();
  const axis = axisAt(op.int("axis"), value.axes.length);
  const n = lengthOf(along(value, axis, "splits"));
  let at = 0;
  return partsOf(op, n).map((size) => {
    at += size;
    if (size === 0) throw new Unsupported("one of its parts is empty");
    return cropped(op.at, value, axis, at - size, n - at);
  });
}

function pad(op: Op): Value {
  let value = op.value();
  const { at } = op;
  const rank = value.axes.length;
  const pads = (op.opset < 11 ? (op.ints("pads") ?? op.ints("paddings")) : op.numbers("pads", 1)) ?? [];
  const axes = op.opset < 18 ? undefined : op.maybe(3);
  const own = axes
    ? Array.from(axes.data, (axis) => axisAt(axis, rank))
    : Array.from({ length: rank }, (_, i) => i);
  const mode = op.text("mode", "constant");
  const filling = op.opset < 11 ? op.float("value", 0) : (op.maybe(2)?.data[0] ?? 0);
  own.forEach((axis, i) => {
    const [before, after] = [pads[i] ?? 0, pads[i + own.length] ?? 0];
    if (before === 0 && after === 0) return;
    const n = lengthOf(along(value, axis, "pads"));
    if (mode === "constant") {
      if (before < 0 || after < 0)
        value = cropped(at, value, axis, Math.max(0, -before), Math.max(0, -after));
      if (before > 0 || after > 0) {
        const moved = filling === 0 ? value : at.affine(value, undefined, constant([], [-filling]));
        const framed = cropped(at, moved, axis, -Math.max(0, before), -Math.max(0, after));
        value = filling === 0 ? framed : at.affine(framed, undefined, constant([], [filling]));
      }
      return;
    }
    if (!(before + n + after <= at.most))
      throw new Unsupported(`it makes ${before + n + after} steps of ${n}`);
    const places = Array.from({ length: before + n + after }, (_, j) => {
      const place = j - before;
      if (mode === "edge") return Math.min(Math.max(place, 0), n - 1);
      if (mode === "wrap") return ((place % n) + n) % n;
      const period = Math.max(1, 2 * (n - 1));
      const folded = ((place % period) + period) % period;
      return folded < n ? folded : period - folded;
    });
    value = chosen(op, value, axis, places);
  });
  return value;
}

export const handlers: Handlers = { Slice: slice, Split: split, Pad: pad };
