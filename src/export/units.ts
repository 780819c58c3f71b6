/** A network whose outputs are in the unit of the targets: hosts of exported models know nothing of scales. */
import type { TargetScale } from "../data/targetScale.ts";
import { NablaError } from "../errors.ts";
import { rescaleOperation } from "../layers/rescaling.ts";
import type { Architecture, Layer } from "../plan/operation.ts";

/** What its last layer gives is multiplied by the scale, and the mean added: the bits of predict(). @param by of the model; none for classes */
export function inOwnUnits(architecture: Architecture, by: TargetScale | undefined): Architecture {
  if (!by) return architecture;
  const { inputs, layers, outputs } = architecture;
  const [{ name, layer: last }] = outputs as [Architecture["outputs"][number]];
  const [scale, offset] = [by.scale[0]!, by.mean[0]!];
  if (by.mean.length > 1 || outputs.length > 1)
    throw new NablaError(
      `export: metadata.targetScale: expected the scale of one output, got ${by.mean.length} for ${outputs.length} outputs; export a model without it, whose outputs the host scales`,
    );
  const { outputShape } = layers[last]!;
  const units: Layer = {
    name: "units",
    type: "rescaling",
    inputs: [inputs.length + last],
    inputShape: outputShape,
    outputShape,
    operations: [rescaleOperation("units", outputShape, { scale, offset })],
  };
  return { inputs, layers: [...layers, units], outputs: [{ name, layer: layers.length }] };
}
