/** Layers that several values meet in, in plain double precision. */
import { attention } from "./attention.ts";
import { type Shape, size } from "./types.ts";

/** Configurations as programs write them. */
export type MergeConfig =
  | { type: "add" | "subtract" | "multiply" | "average" | "maximum" | "minimum" }
  | { type: "concatenate"; axis?: number }
  | { type: "attention"; causal?: boolean; useCausalMask?: boolean }
  | { type: "dot"; axes?: number | readonly [number, number] };

export interface ReferenceMerge {
  outputShape: Shape;
  /** As ReferenceLayer.terms. */
  terms?: ReferenceMerge;
  /** @param xs each rows × its shape */
  forward(xs: readonly Float64Array[]): {
    y: Float64Array;
    backward(dy: Float64Array): Float64Array[];
  };
}

/** y[i] of all x[i], and what dy[i] is to each of them. */
function each(
  shape: Shape,
  value: (x: number[]) => number,
  slopes: (x: number[]) => number[],
): ReferenceMerge {
  return {
    outputShape: shape,
    forward(xs) {
      const at = (i: number) => xs.map((x) => x[i]);
      return {
        y: xs[0].map((_, i) => value(at(i))),
        backward: (dy) => xs.map((x, k) => x.map((_, i) => dy[i] * slopes(at(i))[k])),
      };
    },
  };
}

const sum = (x: number[]) => x.reduce((s, v) => s + v, 0);
const product = (x: number[]) => x.reduce((s, v) => s * v, 1);
/** 1 at the first of those that are the value, 0 elsewhere. */
const first = (x: number[], value: number) => x.map((_, i) => (i === x.indexOf(value) ? 1 : 0));

const VALUES: Record<string, [value: (x: number[]) => number, slopes: (x: number[]) => number[]]> = {
  add: [sum, (x) => x.map(() => 1)],
  subtract: [([a, b]) => a - b, () => [1, -1]],
  multiply: [product, (x) => x.map((_, i) => product(x.filter((_, j) => j !== i)))],
  average: [(x) => sum(x) / x.length, (x) => x.map(() => 1 / x.length)],
  maximum: [(x) => Math.max(...x), (x) => first(x, Math.max(...x))],
  minimum: [(x) => Math.min(...x), (x) => first(x, Math.min(...x))],
};

function concatenate(axis: number, shapes: readonly Shape[]): ReferenceMerge {
  const at = axis < 0 ? shapes[0].length + axis : axis - 1;
  const outputShape = shapes[0].map((n, i) => (i === at ? sum(shapes.map((shape) => shape[i])) : n));
  /** Values of one step along what is before the axis. */
  const widths = shapes.map((shape) => size(shape.slice(at)));
  const whole = sum(widths);
  return {
    outputShape,
    forward(xs) {
      const y = new Float64Array(sum(xs.map(({ length }) => length)));
      const parts = xs.map(({ length }) => new Float64Array(length));
      const walk = (visit: (i: number, from: number, to: number) => void) => {
        for (let block = 0; block * whole < y.length; block++) {
          let start = block * whole;
          for (const [i, width] of widths.entries())
            for (let j = 0; j < width; j++) visit(i, block * width + j, start++);
        }
      };
      walk((i, from, to) => {
        y[to] = xs[i][from];
      });
      return {
        y,
        backward(dy) {
          walk((i, from, to) => {
            parts[i][from] = dy[to];
          });
          return parts;
        },
      };
    },
  };
}

function dot(axes: number | readonly [number, number], shapes: readonly Shape[]): ReferenceMerge {
  const both = typeof axes === "number" ? [axes, axes] : axes;
  const at = both.map((axis, i) => (axis < 0 ? shapes[i].length + axis : axis - 1));
  const kept = shapes.map((shape, i) => (shape.length === 1 ? 1 : shape[1 - at[i]]));
  const [m, n] = kept;
  const k = shapes[0][at[0]];
  /** Where the value is that is number i along the axis that stays and number j along the other. */
  const place = (of: number, row: number, i: number, j: number) => {
    const shape = shapes[of];
    if (shape.length === 1) return row * k + j;
    return row * size(shape) + (at[of] === 1 ? i * shape[1] + j : j * shape[1] + i);
  };
  const outputShape = shapes.flatMap((shape, i) => (shape.length === 1 ? [] : [kept[i]]));
  return {
    outputShape: outputShape.length > 0 ? outputShape : [1],
    forward([a, b]) {
      const rows = a.length / size(shapes[0]);
      const y = new Float64Array(rows * m * n);
      const [da, db] = [new Float64Array(a.length), new Float64Array(b.length)];
      const walk = (visit: (out: number, left: number, right: number) => void) => {
        for (let row = 0; row < rows; row++)
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++)
              for (let l = 0; l < k; l++)
                visit(row * m * n + i * n + j, place(0, row, i, l), place(1, row, j, l));
      };
      walk((out, left, right) => {
        y[out] += a[left] * b[right];
      });
      return {
        y,
        backward(dy) {
          walk((out, left, right) => {
            da[left] += dy[out] * b[right];
            db[right] += dy[out] * a[left];
          });
          return [da, db];
        },
      };
    },
  };
}

export const MERGES = [...Object.keys(VALUES), "concatenate", "dot", "attention"];

export function referenceMerge(config: MergeConfig, shapes: readonly Shape[]): ReferenceMerge {
  if (config.type === "concatenate") return concatenate(config.axis ?? -1, shapes);
  if (config.type === "dot") return dot(config.axes ?? -1, shapes);
  if (config.type === "attention") return attention(config, shapes);
  return each(shapes[0], ...VALUES[config.type]);
}
