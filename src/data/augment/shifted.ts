/** The expanded training set: every image and four copies, one pixel up, down, left and right. */

import { NablaError } from "../../errors.ts";
import { show } from "../../fields/fields.ts";
import { checkOptions } from "../../fields/options.ts";
import { sizeOf } from "../../shape.ts";
import type { Dataset } from "../dataset.ts";
import { portable } from "../portable.ts";
import { type Move, move } from "./move.ts";
import { checkFill, imageShapeOf } from "./shape.ts";
import type { ShiftedOptions } from "./shiftedOptions.ts";

/** In the order of the copies: as it is, up, down, left, right. */
const DIRECTIONS: readonly (readonly [dy: number, dx: number])[] = [
  [0, 0],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];

/**
 * Five times the rows: of n images, row r is image r mod n, moved by ⌊r / n⌋: 0 not at all, 1 up, 2 down, 3 left, 4 right.
 * Values are copied exactly; no image is kept twice. Split off validation rows before, not after: else copies of an image
 * fall into both parts.
 *
 * @param pixels how far, a whole number; default 1
 * @throws NablaError for rows that are not images, and for a distance that leaves nothing of them
 */
export function shifted(dataset: Dataset, pixels = 1, options: ShiftedOptions = {}): Dataset {
  checkOptions("shifted", options, ["fill", "imageShape"]);
  const { fill = 0, imageShape } = options;
  const shape = imageShapeOf("shifted", dataset, imageShape);
  checkFill("shifted", dataset, fill);
  const most = Math.min(shape.height, shape.width) - 1;
  if (!Number.isInteger(pixels) || pixels < 1 || pixels > most)
    throw new NablaError(`shifted: expected a whole number of pixels from 1 to ${most}, got ${show(pixels)}`);
  const n = dataset.length;
  const width = sizeOf(dataset.inputShape);
  const image = dataset.inputType === "uint8" ? new Uint8Array(width) : new Float32Array(width);
  const moves: Move[] = DIRECTIONS.map(([dy, dx]) => ({
    dy: dy * pixels,
    dx: dx * pixels,
    mirrorX: false,
    mirrorY: false,
  }));
  const { labels } = dataset;
  const copies: Dataset = {
    ...dataset,
    name: `${dataset.name} (shifted)`,
    length: moves.length * n,
    ...(labels && { labels: Int32Array.from({ length: moves.length * n }, (_, row) => labels[row % n]!) }),
    read(indices, x, y, epoch) {
      // copies: the caller may reuse its array while an asynchronous read is under way
      const copy = Uint32Array.from(indices, (row) => Math.floor(row / n));
      const apply = () => {
        for (let row = 0; row < copy.length; row++) {
          if (copy[row] === 0) continue;
          image.set(x.subarray(row * width, (row + 1) * width));
          move(image, shape, moves[copy[row]!]!, fill, x, row * width);
        }
      };
      const rows = Uint32Array.from(indices, (row) => row % n);
      const pending = dataset.read(rows, x, y, epoch);
      if (pending) return pending.then(apply);
      apply();
    },
  };
  return portable(copies, (number) => ({ kind: "shifted", of: number(dataset), pixels, options }));
}
