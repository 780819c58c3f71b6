/** A network whose outputs are in the unit of the targets: hosts of exported models know nothing of scales. */
import type { TargetScale } from "../data/targetScale.ts";
import { NablaError } from "../errors.ts";
import { rescaleOperation } from "../layers/rescaling.ts";
import { floatsOf, ld } from "../plan/builder.ts";
import type { Architecture, Layer, Operation } from "../plan/operation.ts";
import { type Shape, sizeOf } from "../shape.ts";

/** What its last layer gives is multiplied by the scale, and the mean added: the bits of predict(). @param by of the model; none for classes */
export function inOwnUnits(architecture: Architecture, by: TargetScale | undefined): Architecture {
  if (!by) return architecture;
  const { inputs, layers, outputs } = architecture;
  const [{ name, layer: last }] = outputs as [Architecture["outputs"][number]];
  const [scale, offset] = [by.scale[0]!, by.mean[0]!];
  const { outputShape } = layers[last]!;
  const own = by.mean.length > 1;
  if (outputs.length > 1 || (own && by.mean.length !== outputShape.at(-1)))
    throw new NablaError(
      `export: metadata.targetScale: expected the scale of one output, got ${by.mean.length} numbers for ${outputs.length > 1 ? `${outputs.length} outputs` : `an output of ${outputShape.at(-1)}`}; export a model without it, whose outputs the host scales`,
    );
  const units: Layer = {
    name: "units",
    type: "rescaling",
    inputs: [inputs.length + last],
    inputShape: outputShape,
    outputShape,
    operations: [
      own ? eachScaled(outputShape, by) : rescaleOperation("units", outputShape, { scale, offset }),
    ],
  };
  return { inputs, layers: [...layers, units], outputs: [{ name, layer: layers.length }] };
}

/** The same, with a scale of its own for each value of the last axis. */
function eachScaled(shape: Shape, { mean, scale }: TargetScale): Operation {
  const n = mean.length;
  const units = floatsOf(shape);
  return {
    layer: "units",
    parameters: [],
    inputShape: shape,
    outputShape: shape,
    forward({ builder, output }, x) {
      const [y, one] = [output(shape), builder.tensor("values in one unit", shape)];
      const stretch = { y, x: one, each: sizeOf(shape) / n, n: 1, yStride: ld(n), xStride: ld(n) };
      for (let k = 0; k < n; k++) {
        builder.emit("RESCALE", { y: one, x, units, scale: scale[k]!, offset: mean[k]! });
        builder.emit("COPY_COLUMNS", { ...stretch, yAt: k, xAt: k, clear: k === n - 1 ? ld(n) - n : 0 });
      }
      return y;
    },
    backward: (_site, _x, _y, dy) => dy,
  };
}
