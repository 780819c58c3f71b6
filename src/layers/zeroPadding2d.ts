/** Zeros around an image. Twin of assembly/layers/zeroPadding2d.ts. */

import { fullBuild } from "../core/full.ts";
import { type Field, type Infer, int, pair, within } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Layer, Operation, Site } from "../plan/operation.ts";
import { layerName } from "./activation.ts";
import { imageShape } from "./geometry.ts";
import { forTraining } from "./training.ts";

type Sides = [[top: number, bottom: number], [left: number, right: number]];
type SidesInput =
  | number
  | readonly [number, number]
  | readonly [readonly [number, number], readonly [number, number]];

const both = pair({ min: 0 });
const count = int({ min: 0 });
const doc = "Pixels on each side: a number, [height, width], or [[top, bottom], [left, right]].";
const sides: Field<Sides, SidesInput, "defaulted"> = {
  presence: "defaulted",
  fallback: 1,
  expected: "a whole number ≥ 0, [height, width], or [[top, bottom], [left, right]]",
  check(value, path = "") {
    if (
      Array.isArray(value) &&
      value.length === 2 &&
      value.every((side) => Array.isArray(side) && side.length === 2)
    ) {
      return value.map((side, i) =>
        side.map((n: unknown, j: number) => count.check(n, within(within(path, i), j))),
      ) as Sides;
    }
    const [height, width] = both.check(value, path);
    return [
      [height, height],
      [width, width],
    ];
  },
  jsonSchema: () => {
    const two = (items: unknown) => ({ type: "array", items, minItems: 2, maxItems: 2 });
    const n = count.jsonSchema();
    return { anyOf: [n, two(n), two(two(n))], description: doc, default: 1 };
  },
};

export const zeroPadding2dFields = object(
  { name: layerName, padding: sides },
  { doc: "Zeros around the image." },
);
export type ZeroPadding2dConfig = Infer<typeof zeroPadding2dFields>;

export function buildZeroPadding2d(
  config: ZeroPadding2dConfig,
  name: string,
  index: number,
  inputShape: readonly number[],
): Layer {
  const [height, width, channels] = imageShape("zeroPadding2d", name, index, inputShape);
  const [[top, bottom], [left, right]] = config.padding;
  const outHeight = height + top + bottom;
  const outWidth = width + left + right;
  const outputShape = [outHeight, outWidth, channels];
  const operation: Operation = {
    layer: name,
    kind: "zeroPadding2d",
    parameters: [],
    inputShape,
    outputShape,
    forward({ builder, output }: Site, x: Range): Range {
      const y = output(outputShape);
      builder.emit("ZERO_PAD", { y, x, height, width, channels, outHeight, outWidth, top, left });
      return y;
    },
    backward: forTraining(
      ({ builder, gradient }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
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
      },
    ),
  };
  return {
    name,
    type: "zeroPadding2d",
    inputShape,
    outputShape,
    operations: [operation],
    activation: "linear",
    core: fullBuild,
  };
}
