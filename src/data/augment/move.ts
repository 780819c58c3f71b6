/** Moving and mirroring by whole pixels: every value is copied or left out, none is computed. */
import type { Inputs } from "../dataset.ts";
import type { ImageShape } from "./shape.ts";

/** out(y, x) = image(y - dy, x - dx), mirrored first where asked; `fill` where that is outside. */
export interface Move {
  readonly dy: number;
  readonly dx: number;
  readonly mirrorY: boolean;
  readonly mirrorX: boolean;
}

/** Writes the moved `image` into out[at …], which must not overlap it. */
export function move(
  image: Inputs,
  { height, width, channels }: ImageShape,
  { dy, dx, mirrorY, mirrorX }: Move,
  fill: number,
  out: Inputs,
  at: number,
): void {
  const line = width * channels;
  const first = Math.min(width, Math.max(0, dx)) * channels;
  const last = Math.max(0, Math.min(width, width + dx)) * channels;
  for (let y = 0; y < height; y++) {
    const row = at + y * line;
    const above = y - dy;
    const from = (mirrorY ? height - 1 - above : above) * line;
    if (above < 0 || above >= height || first >= last) {
      for (let i = 0; i < line; i++) out[row + i] = fill;
      continue;
    }
    for (let i = 0; i < first; i++) out[row + i] = fill;
    for (let i = last; i < line; i++) out[row + i] = fill;
    if (!mirrorX) {
      const start = from - dx * channels;
      for (let i = first; i < last; i++) out[row + i] = image[start + i]!;
    } else if (channels === 1) {
      const start = from + width - 1 + dx;
      for (let i = first; i < last; i++) out[row + i] = image[start - i]!;
    } else {
      for (let i = first; i < last; i += channels) {
        const start = from + (width - 1 + dx) * channels - i;
        for (let c = 0; c < channels; c++) out[row + i + c] = image[start + c]!;
      }
    }
  }
}
