/** One line for all values. Twin of assembly/layers/rescaling.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      scale: number({ doc: DOCS && "What values are multiplied by, such as 1/127.5." }),
      offset: number({ default: 0, doc: DOCS && "What is added then." }),
    },
    { doc: DOCS && "scale · x + offset." },
  );

/** scale · x + offset of every value of a row. */
export function rescaleOperation(
  layer: string,
  inputShape: Shape,
  { scale, offset }: { readonly scale: number; readonly offset: number },
): Operation {
  const units = floatsOf(inputShape);
  return {
    layer,
    parameters: [],
    inputShape,
    outputShape: inputShape,
    forward({ builder, output }: Site, x: Range): Range {
      const y = output(inputShape);
      builder.emit("RESCALE", { y, x, units, scale, offset });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (needed) builder.emit("RESCALE", { y: dy, x: dy, units, scale, offset: 0 });
        return dy;
      }),
  };
}

function build(config: Infer<ReturnType<typeof fields>>, { name, inputShape }: Place): Built {
  return {
    outputShape: inputShape,
    operations: [rescaleOperation(name, inputShape, config)],
    core: imagesBuild,
  };
}

/** scale · x + offset, as Keras' Rescaling: bytes as −1 … 1 are { scale: 1 / 127.5, offset: -1 } of values 0 … 255. */
export const rescaling = /* @__PURE__ */ layer("rescaling", {
  fields: fields,
  build,
  example: TRAINING && "{ scale: 2, offset: -1 }",
});
