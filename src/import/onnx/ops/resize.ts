/** Images of other sizes: each axis by itself is a matrix of how much of each pixel is in each new one. */

import { Unsupported } from "../../problems.ts";
import { fixed } from "../fixed.ts";
import type { Handlers, Op } from "../op.ts";
import { along, batchSteps, dimsOf, lengthOf, type Value } from "../value.ts";

interface Way {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly exclude: boolean;
  readonly antialias: boolean;
}

/** Where a new pixel lies among the old ones. Source: the specification of Resize. */
function place(way: Way, j: number, n: number, m: number, scale: number): number {
  switch (way.coordinates) {
    case "align_corners":
      return m === 1 ? 0 : (j * (n - 1)) / (m - 1);
    case "asymmetric":
      return j / scale;
    case "pytorch_half_pixel":
      return m > 1 ? (j + 0.5) / scale - 0.5 : 0;
    case "tf_half_pixel_for_nn":
      return (j + 0.5) / scale;
    case "half_pixel_symmetric": {
      const adjusted = m / (scale * n);
      return (n / 2) * (1 - adjusted) + (j + 0.5) / scale - 0.5;
    }
    case "half_pixel":
      return (j + 0.5) / scale - 0.5;
    default:
      throw new Unsupported(`coordinate_transformation_mode ${way.coordinates} there is not here`);
  }
}

function nearest(way: Way, x: number): number {
  switch (way.nearest) {
    case "round_prefer_ceil":
      return Math.floor(x + 0.5);
    case "floor":
      return Math.floor(x);
    case "ceil":
      return Math.ceil(x);
    default:
      return Math.ceil(x - 0.5);
  }
}

/** Shares of old pixels, from the first of them on. */
function shares(way: Way, x: number): { first: number; parts: number[] } {
  if (way.mode === "nearest") return { first: nearest(way, x), parts: [1] };
  const first = Math.floor(x);
  const t = x - first;
  if (way.mode === "linear") return { first, parts: [1 - t, t] };
  // Keys 1981
  const a = way.cubic;
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return { first: first - 1, parts: [far(1 + t), near(t), near(1 - t), far(2 - t)] };
}

function resized(op: Op, value: Value, axis: number, m: number, scale: number, way: Way): Value {
  const n = lengthOf(along(value, axis, "resizes"));
  if (m === n && scale === 1) return value;
  return fixed(op.at, value, axis, m, (matrix) => {
    for (let j = 0; j < m; j++) {
      const { first, parts } = shares(way, place(way, j, n, m, scale));
      const inside = parts.map((_, i) => first + i >= 0 && first + i < n);
      const sum = way.exclude ? parts.reduce((all, part, i) => (inside[i] ? all + part : all), 0) : 1;
      parts.forEach((part, i) => {
        if (way.exclude && !inside[i]) return;
        const at = Math.min(Math.max(first + i, 0), n - 1);
        matrix[at * m + j]! += part / sum;
      });
    }
  });
}

/** Pixels repeated a whole number of times, or so many between them: layers of their own. */
function enlarged(op: Op, value: Value, factors: readonly number[], interpolation: string): Value {
  const { at } = op;
  const channels = along(value, 1);
  const pixels = value.axes.slice(2).map((_, i) => along(value, i + 2));
  const ready = at.arrange(value, [...batchSteps(value), ...pixels, channels]);
  const size = factors.length === 1 ? factors[0] : factors;
  const options = { size, ...(interpolation !== "nearest" && { interpolation }) };
  const made = at.added(ready, `upSampling${factors.length}d`, options);
  // its channels are those that come in
  return {
    ...made,
    axes: [...value.axes.slice(0, 2), ...made.axes.slice(2)],
    held: [...made.held.slice(0, -1), channels],
  };
}

function resize(op: Op): Value {
  let value = op.value();
  const dims = dimsOf(value);
  const old = op.node.type === "Upsample";
  const scalesAt = old || op.opset < 11 ? 1 : 2;
  const scales =
    op.opset < 9 && old ? op.floats("scales") : op.maybe(scalesAt) && Array.from(op.known(scalesAt).data);
  const sizes = op.opset >= 11 && !old ? op.maybe(3) && Array.from(op.known(3).data) : undefined;
  const axes = (op.ints("axes") ?? dims.map((_, i) => i)).map((axis) =>
    axis < 0 ? axis + dims.length : axis,
  );
  if (op.text("keep_aspect_ratio_policy", "stretch") !== "stretch")
    throw new Unsupported("keep_aspect_ratio_policy: only stretch there is here");
  const given = scales?.length ? scales : undefined;
  const target = dims.map((n, i) => {
    const k = axes.indexOf(i);
    if (k < 0) return { n, m: n, scale: 1 };
    if (sizes?.length) return { n, m: sizes[k]!, scale: sizes[k]! / n };
    const scale = given?.[k] ?? 1;
    return { n, m: Math.floor(n * scale), scale };
  });
  const half = old || op.opset < 11 ? "asymmetric" : "half_pixel";
  const way: Way = {
    mode: op.text("mode", "nearest"),
    coordinates: op.text("coordinate_transformation_mode", half),
    nearest: op.text("nearest_mode", old || op.opset < 11 ? "floor" : "round_prefer_floor"),
    cubic: op.float("cubic_coeff_a", -0.75),
    exclude: Boolean(op.int("exclude_outside")),
    antialias: Boolean(op.int("antialias")),
  };
  if (way.antialias && target.some(({ scale }) => scale < 1))
    throw new Unsupported("antialias: pictures made smaller with it there are not here");
  for (const { m } of target)
    if (!(Number.isInteger(m) && m >= 1)) throw new Unsupported(`it makes ${m} pixels`);
  const mode = op.text("mode", "nearest");
  const whole =
    (dims.length === 4 || (dims.length === 3 && mode === "nearest")) &&
    target[1]!.m === dims[1] &&
    target.slice(2).every(({ scale }) => Number.isInteger(scale));
  const repeats =
    way.mode === "nearest" &&
    ((way.coordinates === "asymmetric" && way.nearest === "floor") ||
      (/^half_pixel|^pytorch/.test(way.coordinates) && way.nearest.startsWith("round")));
  if (
    whole &&
    target[0]!.scale === 1 &&
    (repeats || (way.mode === "linear" && way.coordinates === "half_pixel"))
  )
    return enlarged(
      op,
      value,
      target.slice(2).map(({ scale }) => scale),
      way.mode === "linear" ? "bilinear" : "nearest",
    );
  for (const [axis, { m, scale, n }] of target.entries())
    if (m !== n || scale !== 1) value = resized(op, value, axis, m, scale, way);
  return value;
}

export const handlers: Handlers = { Resize: resize, Upsample: resize };
