/** Flatten and reshape: the same values in another shape. Twin of assembly/layers/reshape.ts. */

import { NablaError } from "../errors.ts";
import { type Infer, int, list } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { hasGaps, type Range } from "../plan/builder.ts";
import type { Layer, Operation, Site } from "../plan/operation.ts";
import { layerName } from "./activation.ts";

export const flattenFields = object({ name: layerName }, { doc: "[a, b, c] becomes [a · b · c]." });
export const reshapeFields = object(
  {
    name: layerName,
    targetShape: list(int({ min: -1 }), {
      min: 1,
      doc: "The new shape, without the batch; one −1 stands for what is left.",
    }),
  },
  { doc: "The same values in another shape." },
);
export type ReshapeConfig = Infer<typeof reshapeFields>;

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** Moves values between layouts; where both are alike nothing goes on the tape. */
function reshapeOperation(
  layer: string,
  inputShape: readonly number[],
  outputShape: readonly number[],
): Operation {
  const units = size(inputShape);
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
    kind: "reshape",
    parameters: [],
    inputShape,
    outputShape,
    takesPacked: true,
    forward: (site, x) => move(site, x, inputShape, outputShape, x.packed === true),
    backward: (site, _x, _y, dy, needed) => (needed ? move(site, dy, outputShape, inputShape, false) : dy),
  };
}

export function buildFlatten(
  _config: unknown,
  name: string,
  _index: number,
  inputShape: readonly number[],
): Layer {
  const outputShape = [size(inputShape)];
  const operations = inputShape.length > 1 ? [reshapeOperation(name, inputShape, outputShape)] : [];
  return { name, type: "flatten", inputShape, outputShape, operations };
}

/** @throws NablaError where the values of the input do not make up the new shape */
export function buildReshape(
  config: ReshapeConfig,
  name: string,
  index: number,
  inputShape: readonly number[],
): Layer {
  const { targetShape } = config;
  const values = size(inputShape);
  const known = size(targetShape.filter((n) => n !== -1));
  const open = targetShape.filter((n) => n === -1).length;
  const outputShape = targetShape.map((n) => (n === -1 ? values / known : n));
  if (
    open > 1 ||
    targetShape.includes(0) ||
    size(outputShape) !== values ||
    !outputShape.every(Number.isInteger)
  ) {
    throw new NablaError(
      `reshape "${name}" (layer ${index + 1}): expected a targetShape of ${values} values like the input [${inputShape.join(", ")}], with at most one -1, got [${targetShape.join(", ")}]${open === 0 ? ` (${targetShape.join(" · ")} = ${known})` : ""}`,
    );
  }
  return {
    name,
    type: "reshape",
    inputShape,
    outputShape,
    operations: [reshapeOperation(name, inputShape, outputShape)],
  };
}

/** What brings an image at the end of a network into rows without gaps. */
export const flattenOutput = (layer: string, shape: readonly number[]): Operation | undefined =>
  hasGaps(shape) ? reshapeOperation(layer, shape, [size(shape)]) : undefined;
