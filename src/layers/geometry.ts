/** Windows over images and sequences: how many fit, and how far they reach beyond the edges. */

import { showShape, sizeOf } from "../shape.ts";
import type { Place } from "./kind.ts";
import { misfit } from "./layer.ts";
import type { Sides } from "./sides.ts";

/** An image, or a sequence as an image of one row. */
export type Image = readonly [height: number, width: number, channels: number];

/** What lies around the pixels of one direction: causal is all of it before them, so that no window looks ahead. */
export type Around = "valid" | "same" | "causal" | readonly [before: number, after: number];

/** The most pixels a window may walk over, padding included: kernels count them in 32 bits. */
export const REACH = 2 ** 31 - 1;

/** One direction of a window's walk over an image. */
export interface Walk {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Around;
  /** Whether what is left over after the last whole window gets one of its own. */
  readonly ceil?: boolean;
}

/**
 * How many windows there are, and how many pixels are missing before the first and behind the last. "same" is TensorFlow's rule:
 * ceil(size / stride) windows, and of the missing pixels half before, the odd one behind. `ceil` is PyTorch's: a window begins in the image.
 *
 * @returns out 0 where no window fits
 */
export function windows(walk: Walk): { out: number; before: number; after: number } {
  const { size, window, stride, dilation, padding, ceil = false } = walk;
  const reach = reachOf(window, dilation);
  if (padding === "same") {
    const out = Math.ceil(size / stride);
    const missing = Math.max((out - 1) * stride + reach - size, 0);
    const before = Math.floor(missing / 2);
    return { out, before, after: missing - before };
  }
  const [before, after] = sidesOf(padding, reach);
  const left = size + before + after - reach;
  let out = ceil ? Math.ceil(left / stride) + 1 : Math.floor(left / stride) + 1;
  if (ceil && (out - 1) * stride >= size + before) out--;
  return { out: Math.max(0, out), before, after };
}

const reachOf = (window: number, dilation: number): number => (window - 1) * dilation + 1;
function sidesOf(padding: Exclude<Around, "same">, reach: number): readonly [number, number] {
  if (padding === "valid") return [0, 0];
  return padding === "causal" ? [reach - 1, 0] : padding;
}

/** A window of both directions over an image. */
export interface Window {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: "valid" | "same" | "causal" | Sides;
  readonly ceil?: boolean;
}

export interface Placement {
  readonly out: readonly [height: number, width: number];
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * @param sequence the image is one row of steps, and so errors call it
 * @throws NablaError where no window fits, with the sum that shows it
 */
export function place(called: string, image: Image, over: Window, sequence = false): Placement {
  const direction = (axis: 0 | 1) => {
    const size = image[axis];
    const window = over.window[axis];
    const stride = over.strides[axis];
    const dilation = over.dilation[axis];
    const padding = typeof over.padding === "string" ? over.padding : over.padding[axis];
    const walk = windows({ size, window, stride, dilation, padding, ceil: over.ceil });
    const reach = reachOf(window, dilation);
    const around = walk.before + walk.after;
    if (size + around > REACH)
      throw misfit(
        TRAINING &&
          `${called}: a window of ${window} with dilation ${dilation} and padding [${walk.before}, ${walk.after}] reaches over ${size + around} pixels, more than the ${REACH} that can be counted`,
      );
    if (walk.out > 0) return walk;
    const dilated =
      dilation > 1
        ? ` with dilation ${dilation} reaches over (${window} − 1) · ${dilation} + 1 = ${reach}`
        : "";
    const { before, after } = walk;
    const sum = around ? `${size} + ${before} + ${after} − ${reach}` : `${size} − ${reach}`;
    throw misfit(
      TRAINING &&
        `${called}: a window of ${sequence ? "length" : axis === 0 ? "height" : "width"} ${window}${dilated} does not fit ${
          sequence ? `a sequence of ${size} steps` : `an image of ${image[0]} × ${image[1]}`
        }${around ? ` with padding [${before}, ${after}]` : ""}: floor((${sum}) / ${stride}) + 1 = ${
          Math.floor((size + around - reach) / stride) + 1
        } outputs; use a smaller window, padding "same", or fewer layers that ${
          sequence ? "shorten the sequence" : "shrink the image"
        } before it`,
    );
  };
  const y = direction(0);
  const x = direction(1);
  return { out: [y.out, x.out], top: y.before, left: x.before, bottom: y.after, right: x.after };
}

/** @throws NablaError for an input that is not an image */
export function imageShape({
  called,
  inputShape: shape,
}: Place): [height: number, width: number, channels: number] {
  if (shape.length === 3) return [shape[0], shape[1], shape[2]];
  throw misfit(
    TRAINING &&
      `${called}: expected input [height, width, channels], got ${showShape(shape)}; ${remedy(shape)}`,
  );
}

function remedy(shape: readonly number[]): string {
  if (shape.length === 2) return `add reshape({ targetShape: ${showShape([...shape, 1])} }) before it`;
  const side = Math.sqrt(sizeOf(shape));
  const square = Number.isInteger(side) ? `[${side}, ${side}, 1]` : "[height, width, channels]";
  return `give the first layer inputShape ${square}, or add reshape({ targetShape: ${square} }) before it`;
}

/**
 * A sequence as an image of one row, which is how it lies in memory.
 *
 * @throws NablaError for an input that is not a sequence
 */
export function sequenceShape({ called, inputShape: shape }: Place): Image {
  if (shape.length === 2) return [1, shape[0], shape[1]];
  const steps = shape.length === 1 ? [shape[0], 1] : [-1, shape[shape.length - 1]];
  throw misfit(
    TRAINING &&
      `${called}: expected input [steps, channels], got ${showShape(shape)}; add reshape({ targetShape: ${showShape(steps)} }) before it`,
  );
}
