/** Erasing a square (DeVries and Taylor 2017). */
import { int } from "../../fields/fields.ts";
import { optional } from "../../fields/objects.ts";
import type { Inputs } from "../dataset.ts";
import type { Checked, Effect } from "./effect.ts";
import type { ImageShape } from "./shape.ts";

export interface CutoutOption {
  /** Side in pixels of a square filled with `fill`, its middle anywhere on the image (DeVries and Taylor 2017). */
  cutout?: number;
}

export const cutoutFields = () => ({
  cutout: optional(int({ min: 0, doc: DOCS && "Side in pixels of a square that is erased." })),
});

export const cutout: Effect<CutoutOption, Checked<typeof cutoutFields>> = {
  on({ cutout: side = 0, fill }, { shape }) {
    const half = Math.floor(side / 2);
    let [top, left] = [0, 0];
    return {
      draw(random) {
        top = Math.floor(random.uniform() * shape.height) - half;
        left = Math.floor(random.uniform() * shape.width) - half;
      },
      ...(side > 0 && { paint: (x: Inputs, at: number) => blot(x, at, shape, top, left, side, fill) }),
    };
  },
};

/** Fills a square whose corner is at (top, left), or what of it is on the image. */
function blot(
  x: Inputs,
  at: number,
  { height, width, channels }: ImageShape,
  top: number,
  left: number,
  side: number,
  fill: number,
): void {
  const first = Math.max(0, left) * channels;
  const last = Math.min(width, left + side) * channels;
  for (let row = Math.max(0, top); row < Math.min(height, top + side); row++) {
    const from = at + row * width * channels;
    for (let i = first; i < last; i++) x[from + i] = fill;
  }
}
