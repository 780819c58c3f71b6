/** The same values in another layout. Twin of assembly/layers/reshape.ts. */
import { sizeOf } from "../shape.ts";
import { hasGaps, type Range } from "./builder.ts";
import type { Operation, Site } from "./operation.ts";

/** Moves values between layouts; where both are alike nothing goes on the tape. */
export function reshapeOperation(
  layer: string,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Operation {
  const units = sizeOf(inputShape);
  const parts = (shape: readonly number[]) => {
    const channels = shape[shape.length - 1];
    return { pixels: units / channels, channels };
  };
  /** From one layout to the other, by way of the flat one. */
  const move = (
    site: Site,
    from: Range,
    of: readonly number[],
    to: readonly number[],
    packed: boolean,
  ): Range => {
    const { builder } = site;
    let flat = from;
    if (hasGaps(of) && !packed) {
      flat = site.output([units]);
      builder.emit("FLATTEN_PIXELS", { y: flat, x: from, ...parts(of) });
    }
    if (!hasGaps(to)) return flat;
    const y = site.output(to);
    builder.emit("UNFLATTEN_PIXELS", { y, x: flat, ...parts(to) });
    return y;
  };
  return {
    layer,
    parameters: [],
    inputShape,
    outputShape,
    takesPacked: true,
    onlyLayout: true,
    forward: (site, x) => move(site, x, inputShape, outputShape, x.packed === true),
    backward: (site, _x, _y, dy, needed) => (needed ? move(site, dy, outputShape, inputShape, false) : dy),
  };
}

/** What brings an image at the end of a network into rows without gaps. */
export const flattenOutput = (layer: string, shape: readonly number[]): Operation | undefined =>
  hasGaps(shape) ? reshapeOperation(layer, shape, [sizeOf(shape)]) : undefined;
