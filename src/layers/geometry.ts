/** Windows over images: how many fit, and how far they reach beyond the edges. */

import { choice } from "../fields/fields.ts";
import { showShape, sizeOf } from "../shape.ts";
import { misfit, type Place } from "./layer.ts";

export type Padding = "valid" | "same";
export const padding = () =>
  choice(["valid", "same"], {
    default: "valid",
    doc:
      DOCS &&
      "valid: windows lie inside the image. same: zeros around it, so that with stride 1 its size stays.",
  });

/** One direction of a window's walk over an image. */
export interface Walk {
  readonly size: number;
  readonly window: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: Padding;
}

/**
 * How many windows there are, and how many pixels before the first are missing. "same" is TensorFlow's rule: ceil(size / stride)
 * windows, and of the missing pixels half before, the odd one behind.
 *
 * @returns out 0 where no window fits
 */
export function windows({ size, window, stride, dilation, padding }: Walk): { out: number; before: number } {
  const reach = (window - 1) * dilation + 1;
  if (padding === "valid") return { out: Math.max(0, Math.floor((size - reach) / stride) + 1), before: 0 };
  const out = Math.ceil(size / stride);
  return { out, before: Math.floor(Math.max((out - 1) * stride + reach - size, 0) / 2) };
}

/** A window of both directions over an image. */
export interface Window {
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: Padding;
}

export interface Placement {
  readonly out: readonly [height: number, width: number];
  readonly top: number;
  readonly left: number;
}

/** @param called as Place has it @throws NablaError where no window fits, with the sum that shows it */
export function place(called: string, [height, width]: readonly number[], over: Window): Placement {
  const direction = (size: number, axis: 0 | 1) => {
    const window = over.window[axis];
    const stride = over.strides[axis];
    const dilation = over.dilation[axis];
    const walk = windows({ size, window, stride, dilation, padding: over.padding });
    if (walk.out > 0) return walk;
    const reach = (window - 1) * dilation + 1;
    const dilated =
      dilation > 1
        ? ` with dilation ${dilation} reaches over (${window} − 1) · ${dilation} + 1 = ${reach}`
        : "";
    throw misfit(
      TRAINING &&
        `${called}: a window of ${axis === 0 ? "height" : "width"} ${window}${dilated} does not fit an image of ${height} × ${width}: floor((${size} − ${reach}) / ${stride}) + 1 = ${Math.floor((size - reach) / stride) + 1} outputs; use a smaller window, padding "same", or fewer layers that shrink the image before it`,
    );
  };
  const y = direction(height, 0);
  const x = direction(width, 1);
  return { out: [y.out, x.out], top: y.before, left: x.before };
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
