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
  shape: ImageShape,
  by: Move,
  fill: number,
  out: Inputs,
  at: number,
): void {
  const { height, width, channels } = shape;
  const { dy, dx, mirrorX, mirrorY } = by;
  const line = width * channels;
  // out rows and columns that see something of the image
  const top = Math.min(height, Math.max(0, dy));
  const bottom = Math.max(top, Math.min(height, height + dy));
  const left = Math.min(width, Math.max(0, dx)) * channels;
  const right = Math.max(left, Math.min(width, width + dx) * channels);
  out.fill(fill, at, at + top * line);
  out.fill(fill, at + bottom * line, at + height * line);
  if (!mirrorX && !mirrorY) {
    // all rows at once; what runs over the end of one row into the next is filled below
    const offset = dy * line + dx * channels;
    const first = Math.max(top * line, offset);
    const last = Math.min(bottom * line, image.length + offset);
    if (first < last) out.set(image.subarray(first - offset, last - offset), at + first);
  }
  for (let y = top; y < bottom; y++) {
    const row = at + y * line;
    for (let i = 0; i < left; i++) out[row + i] = fill;
    for (let i = right; i < line; i++) out[row + i] = fill;
    const from = (mirrorY ? height - 1 - y + dy : y - dy) * line;
    if (mirrorX) {
      for (let i = left; i < right; i += channels) {
        const start = from + (width - 1 + dx) * channels - i;
        for (let c = 0; c < channels; c++) out[row + i + c] = image[start + c]!;
      }
    } else if (mirrorY) {
      const start = from - dx * channels;
      for (let i = left; i < right; i++) out[row + i] = image[start + i]!;
    }
  }
}
