/** Layer normalisation. Twin of assembly/layers/layerNormalization.ts. */

import { imagesBuild } from "../core/images.ts";
import type { Infer } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { normalizationFields, scaleAndCenter } from "./normalizing.ts";

const fields = () =>
  object(
    { name: layerName(), ...normalizationFields() },
    {
      doc:
        DOCS &&
        "Each row (of an image: each pixel) brought to mean 0 and variance 1 over its channels, then gamma · x + beta.",
    },
  );
type Config = Infer<ReturnType<typeof fields>>;

function build(config: Config, { name, inputShape }: Place): Built {
  const channels = inputShape[inputShape.length - 1];
  const pixels = sizeOf(inputShape.slice(0, -1));
  const { center, scale, epsilon } = config;
  const operation: Operation = {
    layer: name,
    parameters: scaleAndCenter(config, channels),
    inputShape,
    outputShape: inputShape,
    forward({ builder, parameter, output, saved }: Site, x: Range): Range {
      const y = output(inputShape);
      const moments = builder.alloc(`moments of ${name}`, builder.rows * pixels * 8);
      saved.set("moments", moments);
      const gamma = scale ? parameter("gamma").value : 0;
      const beta = center ? parameter("beta").value : 0;
      builder.emit("LAYER_NORM_FORWARD", { y, x, gamma, beta, moments, pixels, channels, epsilon });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter, saved }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const moments = saved.get("moments")!;
        const { step } = builder;
        const gamma = scale ? parameter("gamma").value : 0;
        if (config.trainable && (scale || center)) {
          const dgamma = scale ? parameter("gamma").gradient : 0;
          const dbeta = center ? parameter("beta").gradient : 0;
          builder.emit("LAYER_NORM_WEIGHTS", { dgamma, dbeta, dy, x, moments, step, pixels, channels });
        }
        if (needed) builder.emit("LAYER_NORM_INPUT", { dx: dy, dy, x, gamma, moments, pixels, channels });
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: imagesBuild };
}

/** (x − mean) / √(variance + epsilon) · gamma + beta, with mean and variance over the channels of each row or pixel. Source: Ba, Kiros & Hinton 2016. epsilon 0.001. */
export const layerNormalization = /* @__PURE__ */ layer("layerNormalization", {
  fields: fields,
  build,
  example: TRAINING && "{ epsilon: 0.001 }",
});
