/** Rows as images. */

import { NablaError } from "../../errors.ts";
import { demand } from "../../fields/expected.ts";
import { show } from "../../fields/fields.ts";
import { showShape, sizeOf } from "../../shape.ts";
import type { Dataset } from "../dataset.ts";
import { demandDataset } from "../expected.ts";

/** Values of pixel (row, column) begin at (row · width + column) · channels. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The rows of a dataset as images: [h, w] or [h, w, c], or what `given` says they are.
 * @throws NablaError naming `who` if they are not images
 */
export function imageShapeOf(who: string, dataset: Dataset, given?: readonly number[]): ImageShape {
  demandDataset(who, dataset);
  demand(given === undefined || Array.isArray(given), `${who}: imageShape`, "[h, w] or [h, w, c]", given);
  const { name, inputShape } = dataset;
  const shape = given ?? inputShape;
  const sizes = shape.every((n) => Number.isInteger(n) && n > 0);
  if ((shape.length !== 2 && shape.length !== 3) || !sizes) {
    if (given) throw new NablaError(`${who}: imageShape: expected [h, w] or [h, w, c], got ${show(given)}`);
    throw new NablaError(
      `${who}: ${name}: expected images, rows of shape [h, w] or [h, w, c], got ${showShape(inputShape)}` +
        (inputShape.length === 1 ? "; for images stored as flat rows, pass imageShape: [h, w]" : ""),
    );
  }
  if (sizeOf(shape) !== sizeOf(inputShape)) {
    throw new NablaError(
      `${who}: imageShape: ${showShape(shape)} is ${sizeOf(shape)} values, the rows of ${name} have ${sizeOf(inputShape)}`,
    );
  }
  const [height, width, channels = 1] = shape;
  return { height: height!, width: width!, channels };
}

/** @throws NablaError if the dataset's inputs cannot hold `fill` */
export function checkFill(who: string, { inputType }: Dataset, fill: number): void {
  const byte = Number.isInteger(fill) && fill >= 0 && fill <= 255;
  if (inputType === "uint8" ? byte : typeof fill === "number" && Number.isFinite(Math.fround(fill))) return;
  const expected =
    inputType === "uint8"
      ? "a whole number from 0 to 255, as the images are uint8"
      : "a finite float32 number";
  throw new NablaError(`${who}: fill: expected ${expected}, got ${show(fill)}`);
}

/** An image cannot be moved by its own size or more. @throws NablaError for a distance as large as the image */
export function checkDistance(option: string, got: number, size: number, what: "high" | "wide"): void {
  if (got >= size)
    throw new NablaError(
      `augment: ${option}: expected fewer than the ${size} pixels an image is ${what}, got ${got}`,
    );
}
