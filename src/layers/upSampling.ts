/** Enlarging images by whole factors, and sequences as images of one row. Twin of assembly/layers/upSampling2d.ts. */

import { imagesBuild } from "../core/images.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import type { Image } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";

const KERNELS = {
  nearest: ["UP_SAMPLE_NEAREST_FORWARD", "UP_SAMPLE_NEAREST_BACKWARD"],
  bilinear: ["UP_SAMPLE_BILINEAR_FORWARD", "UP_SAMPLE_BILINEAR_BACKWARD"],
} as const;

export type Interpolation = keyof typeof KERNELS;

/** A layer that makes of each pixel so many, or of each step of a sequence that is given as an image of one row. */
export function buildUpSampling(
  interpolation: Interpolation,
  { name, inputShape }: Place,
  [height, width, channels]: Image,
  [sizeY, sizeX]: readonly [number, number],
  sequence = false,
): Built {
  const whole = [height * sizeY, width * sizeX, channels];
  const outputShape = sequence ? whole.slice(1) : whole;
  const [forward, backward] = KERNELS[interpolation];
  const geometry = { height, width, channels, sizeY, sizeX };
  const operation: Operation = {
    layer: name,
    parameters: [],
    inputShape,
    outputShape,
    onlyLayout: true,
    forward({ builder, output }: Site, x: Range): Range {
      const y = output(outputShape);
      builder.emit(forward, { y, x, ...geometry });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, gradient }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (!needed) return dy;
        const dx = gradient(inputShape);
        builder.emit(backward, { y: dy, x: dx, ...geometry });
        return dx;
      }),
  };
  return { outputShape, operations: [operation], core: imagesBuild };
}
