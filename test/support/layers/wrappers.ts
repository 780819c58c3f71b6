/** Layers that hold others: each step by itself, both directions. */
import { reference, referenceNet } from "./index.ts";
import {
  type ConfigOf,
  type Pass,
  plain,
  type ReferenceConfig,
  type ReferenceLayer,
  type Shape,
  size,
} from "./types.ts";

const listOf = (layer: ReferenceConfig | readonly ReferenceConfig[]): readonly ReferenceConfig[] =>
  [layer].flat() as readonly ReferenceConfig[];

/** All steps of all rows are rows of the layers within. */
export function timeDistributed(
  { layer }: ConfigOf<"timeDistributed">,
  [steps, ...shape]: Shape,
): ReferenceLayer {
  const inner = referenceNet(listOf(layer), shape);
  return { ...inner, outputShape: [steps, ...inner.outputShape] };
}

export function repeatVector({ n }: ConfigOf<"repeatVector">, [units]: Shape): ReferenceLayer {
  return plain([n, units], (x) => {
    const rows = x.length / units;
    const y = new Float64Array(rows * n * units);
    y.forEach((_, i) => {
      y[i] = x[Math.floor(i / (n * units)) * units + (i % units)];
    });
    return {
      y,
      dx(dy) {
        const dx = new Float64Array(x.length);
        dy.forEach((d, i) => {
          dx[Math.floor(i / (n * units)) * units + (i % units)] += d;
        });
        return dx;
      },
    };
  });
}

/** Steps of each row turned around. */
function turned(y: Float64Array, [steps, units]: Shape): Float64Array {
  return y.map((_, i) => {
    const row = Math.floor(i / (steps * units));
    const step = Math.floor(i / units) % steps;
    return y[(row * steps + steps - 1 - step) * units + (i % units)];
  });
}

export function bidirectional(
  { layer, mergeMode = "concat" }: ConfigOf<"bidirectional">,
  shape: Shape,
): ReferenceLayer {
  const [first, second = { ...first, goBackwards: true } as ReferenceConfig] = listOf(layer);
  const both = [first, second].map((config) => reference(config, shape));
  const [there, back] = both;
  const one = there.outputShape;
  const widths = both.map(({ outputShape }) => outputShape[outputShape.length - 1]);
  const outputShape = mergeMode === "concat" ? [...one.slice(0, -1), widths[0] + widths[1]] : one;
  const named = <T>(of: (each: ReferenceLayer) => Record<string, T>) =>
    Object.fromEntries(both.flatMap((each, i) => Object.entries(of(each)).map(([k, v]) => [`${i}.${k}`, v])));
  const inOrder = (y: Float64Array) => (one.length === 2 ? turned(y, back.outputShape) : y);
  return {
    outputShape,
    parameters: named(({ parameters }) => parameters),
    moving: {},
    forward(p, x, training) {
      const passes: Pass[] = both.map((each, i) =>
        each.forward(
          Object.fromEntries(Object.keys(each.parameters).map((name) => [name, p[`${i}.${name}`]])),
          x,
          training,
        ),
      );
      const a = passes[0].y;
      const b = inOrder(passes[1].y);
      const of: Record<string, () => Float64Array> = {
        sum: () => a.map((v, i) => v + b[i]),
        average: () => a.map((v, i) => (v + b[i]) / 2),
        multiply: () => a.map((v, i) => v * b[i]),
        concat() {
          const width = widths[0] + widths[1];
          return Float64Array.from({ length: a.length + b.length }, (_, i) => {
            const [row, c] = [Math.floor(i / width), i % width];
            return c < widths[0] ? a[row * widths[0] + c] : b[row * widths[1] + c - widths[0]];
          });
        },
      };
      return {
        y: of[mergeMode](),
        moving: {},
        backward(dy) {
          const part = (width: number, at: number) =>
            Float64Array.from(
              {
                length:
                  (dy.length / size(outputShape)) * (size(outputShape) / (widths[0] + widths[1])) * width,
              },
              (_, i) => dy[Math.floor(i / width) * (widths[0] + widths[1]) + at + (i % width)],
            );
          const [da, db] = {
            sum: () => [dy, dy],
            average: () => [dy.map((d) => d / 2), dy.map((d) => d / 2)],
            multiply: () => [dy.map((d, i) => d * b[i]), dy.map((d, i) => d * a[i])],
            concat: () => [part(widths[0], 0), part(widths[1], widths[0])],
          }[mergeMode]();
          const backs = [passes[0].backward(da), passes[1].backward(inOrder(db))];
          return {
            dx: backs[0].dx.map((d, i) => d + backs[1].dx[i]),
            gradients: Object.fromEntries(
              backs.flatMap(({ gradients }, i) =>
                Object.entries(gradients).map(([name, g]) => [`${i}.${name}`, g]),
              ),
            ),
          };
        },
      };
    },
  };
}
