/** Resampling an image once, wherever its pixels come from. */
import { isBytes } from "../../tags.ts";
import type { Inputs } from "../dataset.ts";
import type { ImageShape } from "./shape.ts";

/**
 * Where a pixel comes from, about the centre of the image, in pixels with y downwards:
 *
 *     (x, y) from = [xx xy; yx yy] · ((x, y) − shift) + displacement(x, y)
 */
export interface Affine {
  xx: number;
  xy: number;
  yx: number;
  yy: number;
  shiftX: number;
  shiftY: number;
}

/** Resamples images of one size, bilinearly; beyond the edge everything is `fill`. */
export class Warp {
  /** The image with a margin of `fill`, one pixel before and two after it: all four neighbours of every place are there. */
  readonly #margin: Float32Array;
  readonly #shape: ImageShape;

  constructor(shape: ImageShape, fill: number) {
    this.#shape = shape;
    this.#margin = new Float32Array((shape.height + 3) * (shape.width + 3) * shape.channels).fill(fill);
  }

  /**
   * Replaces the image at x[at …]. Bytes are rounded to the nearest.
   * @param field displacements [2, height, width], vertical first
   */
  apply(x: Inputs, at: number, affine: Affine, field?: Float64Array): void {
    const { height, width, channels } = this.#shape;
    const { xx, xy, yx, yy } = affine;
    const margin = this.#margin;
    const line = width * channels;
    const stride = (width + 3) * channels;
    for (let y = 0; y < height; y++) {
      const to = (y + 1) * stride + channels;
      const from = at + y * line;
      for (let i = 0; i < line; i++) margin[to + i] = x[from + i]!;
    }
    const half = isBytes(x) ? 0.5 : 0; // storing a byte cuts off what is behind the point
    const centreX = 0.5 * (width - 1);
    const centreY = 0.5 * (height - 1);
    const pixels = height * width;
    let out = at;
    for (let row = 0; row < height; row++) {
      const v = row - centreY - affine.shiftY;
      for (let column = 0; column < width; column++) {
        const u = column - centreX - affine.shiftX;
        let fromX = xx * u + xy * v + centreX + 1;
        let fromY = yx * u + yy * v + centreY + 1;
        if (field) {
          const pixel = row * width + column;
          fromY += field[pixel]!;
          fromX += field[pixels + pixel]!;
        }
        fromX = Math.max(0, Math.min(width + 1, fromX));
        fromY = Math.max(0, Math.min(height + 1, fromY));
        const left = fromX | 0;
        const top = fromY | 0;
        const fx = fromX - left;
        const fy = fromY - top;
        const corner = top * stride + left * channels;
        for (let c = 0; c < channels; c++) {
          const i = corner + c;
          const a = margin[i]!;
          const b = margin[i + stride]!;
          const above = a + fx * (margin[i + channels]! - a);
          const below = b + fx * (margin[i + stride + channels]! - b);
          x[out++] = above + fy * (below - above) + half;
        }
      }
    }
  }
}
