/** Layers that only move values: flatten, reshape, zeroPadding2d, cropping2d, upSampling2d, permute. */
import { type ConfigOf, pair, plain, type ReferenceLayer, type Shape, size } from "./types.ts";
import { sidesOf } from "./windows.ts";

export function reshape({ targetShape }: { targetShape: Shape }, inputShape: Shape): ReferenceLayer {
  const known = size(targetShape.filter((n) => n !== -1));
  const outputShape = targetShape.map((n) => (n === -1 ? size(inputShape) / known : n));
  return plain(outputShape, (x) => ({ y: x.slice(), dx: (dy) => dy.slice() }));
}

/** Where values go: y has at `to(…)` what x has at [r, iy, ix, c], zeros elsewhere. What `to` gives no place is cut off. */
function moved(
  [h, w, channels]: Shape,
  [height, width]: Shape,
  to: (iy: number, ix: number) => readonly [oy: number, ox: number],
): ReferenceLayer {
  return plain([height, width, channels], (x) => {
    const rows = x.length / (h * w * channels);
    const y = new Float64Array(rows * height * width * channels);
    const dx = (dy: Float64Array) => {
      const gradient = new Float64Array(x.length);
      each((i, o) => {
        gradient[i] = dy[o];
      });
      return gradient;
    };
    function each(visit: (input: number, output: number) => void) {
      for (let i = 0; i < x.length; i++) {
        const c = i % channels;
        const ix = Math.floor(i / channels) % w;
        const iy = Math.floor(i / (channels * w)) % h;
        const r = Math.floor(i / (channels * w * h));
        const [oy, ox] = to(iy, ix);
        if (oy < 0 || oy >= height || ox < 0 || ox >= width) continue;
        visit(i, ((r * height + oy) * width + ox) * channels + c);
      }
    }
    each((i, o) => {
      y[o] = x[i];
    });
    return { y, dx };
  });
}

/** padding: everywhere, [rows, columns], or [[top, bottom], [left, right]]. */
export function zeroPadding2d(
  { padding = 1 }: ConfigOf<"zeroPadding2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const [[top, bottom], [left, right]] = sidesOf(padding);
  return moved([h, w, channels], [top + h + bottom, left + w + right], (iy, ix) => [top + iy, left + ix]);
}

/** cropping: like padding. */
export function cropping2d(
  { cropping = 0 }: ConfigOf<"cropping2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const [[top, bottom], [left, right]] = sidesOf(cropping);
  return moved([h, w, channels], [h - top - bottom, w - left - right], (iy, ix) => [iy - top, ix - left]);
}

/** In one direction, which inputs an output is made of and how much each counts. */
function between(o: number, size: number, n: number, bilinear: boolean): [input: number, share: number][] {
  if (!bilinear) return [[Math.floor(o / size), 1]];
  const at = (o + 0.5) / size - 0.5;
  const first = Math.floor(at);
  const inside = (i: number) => Math.min(Math.max(i, 0), n - 1);
  return [
    [inside(first), 1 - (at - first)],
    [inside(first + 1), at - first],
  ];
}

/** Pixels repeated, or values between them: pixel i lies at i + ½. */
export function upSampling2d(
  { size: by = 2, interpolation = "nearest" }: ConfigOf<"upSampling2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const [sizeY, sizeX] = pair(by);
  const [height, width] = [h * sizeY, w * sizeX];
  const bilinear = interpolation === "bilinear";
  return plain([height, width, channels], (x) => {
    const rows = x.length / (h * w * channels);
    function each(visit: (input: number, output: number, share: number) => void) {
      for (let r = 0; r < rows; r++)
        for (let oy = 0; oy < height; oy++)
          for (let ox = 0; ox < width; ox++)
            for (const [iy, u] of between(oy, sizeY, h, bilinear))
              for (const [ix, v] of between(ox, sizeX, w, bilinear))
                for (let c = 0; c < channels; c++)
                  visit(
                    ((r * h + iy) * w + ix) * channels + c,
                    ((r * height + oy) * width + ox) * channels + c,
                    u * v,
                  );
    }
    const y = new Float64Array(rows * height * width * channels);
    each((i, o, share) => {
      y[o] += share * x[i];
    });
    return {
      y,
      dx(dy) {
        const dx = new Float64Array(x.length);
        each((i, o, share) => {
          dx[i] += share * dy[o];
        });
        return dx;
      },
    };
  });
}

/** Axis i of the output is axis dims[i] of the input, from 1. */
export function permute({ dims }: ConfigOf<"permute">, shape: Shape): ReferenceLayer {
  const outputShape = dims.map((dim) => shape[dim - 1]);
  const n = size(shape);
  /** The input that an output is. */
  const source = (o: number): number => {
    const at: number[] = [];
    let left = o % n;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at[dims[axis] - 1] = left % outputShape[axis];
      left = Math.floor(left / outputShape[axis]);
    }
    return Math.floor(o / n) * n + at.reduce((sum, i, axis) => sum * shape[axis] + i, 0);
  };
  return plain(outputShape, (x) => ({
    y: x.map((_, o) => x[source(o)]),
    dx(dy) {
      const dx = new Float64Array(x.length);
      dy.forEach((v, o) => {
        dx[source(o)] = v;
      });
      return dx;
    },
  }));
}
