/** Layers that only move values: flatten, reshape, zeroPadding2d. */
import { type ConfigOf, plain, type ReferenceLayer, type Shape, size } from "./types.ts";

export function reshape({ targetShape }: { targetShape: Shape }, inputShape: Shape): ReferenceLayer {
  const known = size(targetShape.filter((n) => n !== -1));
  const outputShape = targetShape.map((n) => (n === -1 ? size(inputShape) / known : n));
  return plain(outputShape, (x) => ({ y: x.slice(), dx: (dy) => dy.slice() }));
}

/** padding: everywhere, [rows, columns], or [[top, bottom], [left, right]]. */
export function zeroPadding2d(
  { padding = 1 }: ConfigOf<"zeroPadding2d">,
  [h, w, channels]: Shape,
): ReferenceLayer {
  const [vertical, horizontal] = typeof padding === "number" ? [padding, padding] : padding;
  const sides = (n: number | Shape): Shape => (typeof n === "number" ? [n, n] : n);
  const [top, bottom] = sides(vertical);
  const [left, right] = sides(horizontal);
  const [height, width] = [top + h + bottom, left + w + right];
  return plain([height, width, channels], (x) => {
    const rows = x.length / (h * w * channels);
    const y = new Float64Array(rows * height * width * channels);
    /** Where each input goes. */
    const target = (i: number): number => {
      const c = i % channels;
      const ix = Math.floor(i / channels) % w;
      const iy = Math.floor(i / (channels * w)) % h;
      const r = Math.floor(i / (channels * w * h));
      return ((r * height + top + iy) * width + left + ix) * channels + c;
    };
    for (let i = 0; i < x.length; i++) y[target(i)] = x[i];
    return { y, dx: (dy) => x.map((_, i) => dy[target(i)]) };
  });
}
