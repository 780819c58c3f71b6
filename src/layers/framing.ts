/** Moving an image in its frame: zeros around it, or edges cut off. Twin of assembly/layers/zeroPadding2d.ts. */

import { imagesBuild } from "../core/images.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import type { Image } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import type { Sides } from "./sides.ts";

/** y = x with so many pixels more on each side, zeros; where fewer, they are cut off. */
export function framingOperation(
  layer: string,
  inputShape: readonly number[],
  [height, width, channels]: Image,
  outputShape: readonly number[],
  [[top, bottom], [left, right]]: Sides,
): Operation {
  const outHeight = height + top + bottom;
  const outWidth = width + left + right;
  return {
    layer,
    parameters: [],
    inputShape,
    outputShape,
    // zeros around an image are no values of it
    onlyLayout: top <= 0 && bottom <= 0 && left <= 0 && right <= 0,
    forward({ builder, output }: Site, x: Range): Range {
      const y = output(outputShape);
      builder.emit("ZERO_PAD", { y, x, height, width, channels, outHeight, outWidth, top, left });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, gradient }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (!needed) return dy;
        const dx = gradient(inputShape);
        builder.emit("ZERO_PAD", {
          y: dx,
          x: dy,
          height: outHeight,
          width: outWidth,
          channels,
          outHeight: height,
          outWidth: width,
          top: -top,
          left: -left,
        });
        return dx;
      }),
  };
}

/** A layer that moves an image in its frame, or a sequence that is given as an image of one row. */
export function buildFraming(
  { name, inputShape }: Place,
  image: Image,
  sides: Sides,
  sequence = false,
): Built {
  const [[top, bottom], [left, right]] = sides;
  const whole = [image[0] + top + bottom, image[1] + left + right, image[2]];
  const outputShape = sequence ? whole.slice(1) : whole;
  const operation = framingOperation(name, inputShape, image, outputShape, sides);
  return { outputShape, operations: [operation], core: imagesBuild };
}
