/** Steps that are padding. Twin of assembly/layers/masking.ts. */
import { fullBuild } from "../core/full.ts";
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import { beginMask } from "../plan/masks.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sequenceShape } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      maskValue: number({ default: 0, doc: DOCS && "A step whose values all are this is padding." }),
    },
    { doc: DOCS && "Tells layers after it, losses and metrics which steps are padding." },
  );

function build({ maskValue }: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const [, steps, units] = sequenceShape(at);
  const shape = [steps, units];
  const operation: Operation = {
    layer: at.name,
    parameters: [],
    inputShape: shape,
    outputShape: shape,
    steps: "takes",
    alone: "each",
    pass: (node, graph) => beginMask(node, graph, steps),
    forward({ builder, output, node }: Site, x: Range): Range {
      const y = output(shape);
      const mask = builder.alloc("mask", builder.rows * steps * 4);
      node.mask!.range = mask;
      builder.emit("MASKING_FORWARD", { y, x, mask, steps, units, value: maskValue });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, node }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (needed) builder.emit("MASKING_BACKWARD", { dx: dy, dy, mask: node.mask!.range!, steps, units });
        return dy;
      }),
  };
  return { outputShape: shape, operations: [operation], core: fullBuild };
}

/** Steps whose values all are maskValue (default 0) are padding: recurrent layers skip them, losses and metrics leave them out. */
export const masking = /* @__PURE__ */ layer("masking", {
  fields: fields,
  build,
  example: TRAINING && "{ maskValue: 0 }",
  onlyShape: true,
});
