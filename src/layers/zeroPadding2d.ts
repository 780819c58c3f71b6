/** Zeros around an image. Twin of assembly/layers/zeroPadding2d.ts. */

import { fullBuild } from "../core/full.ts";
import { type Field, type Infer, int, pair, within } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { imageShape } from "./geometry.ts";
import { type Built, layer, layerName, type Place } from "./layer.ts";

type Sides = [[top: number, bottom: number], [left: number, right: number]];
type SidesInput =
  | number
  | readonly [number, number]
  | readonly [readonly [number, number], readonly [number, number]];

const doc = DOCS && "Pixels on each side: a number, [height, width], or [[top, bottom], [left, right]].";
function sides(): Field<Sides, SidesInput, "defaulted"> {
  const both = pair({ min: 0 });
  const count = int({ min: 0 });
  return {
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
    jsonSchema:
      DOCS &&
      (() => {
        const two = (items: unknown) => ({ type: "array", items, minItems: 2, maxItems: 2 });
        const n = count.jsonSchema();
        return { anyOf: [n, two(n), two(two(n))], description: doc, default: 1 };
      }),
  };
}

const fields = () =>
  object({ name: layerName(), padding: sides() }, { doc: DOCS && "Zeros around the image." });
type Config = Infer<ReturnType<typeof fields>>;

function build(config: Config, at: Place): Built {
  const { name, inputShape } = at;
  const [height, width, channels] = imageShape(at);
  const [[top, bottom], [left, right]] = config.padding;
  const outHeight = height + top + bottom;
  const outWidth = width + left + right;
  const outputShape = [outHeight, outWidth, channels];
  const operation: Operation = {
    layer: name,
    parameters: [],
    inputShape,
    outputShape,
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
  return { outputShape, operations: [operation], core: fullBuild };
}

/** Zeros around an image: `padding` pixels on each side (default 1), [height, width], or [[top, bottom], [left, right]]. */
export const zeroPadding2d = /* @__PURE__ */ layer("zeroPadding2d", {
  fields: TRAINING && fields,
  build,
  example: TRAINING && "{ padding: 1 }",
});
