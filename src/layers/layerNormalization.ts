/** Layer normalisation. Twin of assembly/layers/layerNormalization.ts. */

import { fullBuild } from "../core/full.ts";
import { bool, type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import { type Layer, type Operation, type Site, trainable } from "../plan/operation.ts";
import { layerName } from "./activation.ts";
import { channelVector } from "./batchNormalization.ts";
import { forTraining } from "./training.ts";

export const layerNormalizationFields = object(
  {
    name: layerName,
    epsilon: number({ min: 1e-12, default: 1e-3, doc: "Added to the variance." }),
    center: bool({ default: true, doc: "Whether there is a beta." }),
    scale: bool({ default: true, doc: "Whether there is a gamma." }),
    trainable,
  },
  {
    doc: "Each row (of an image: each pixel) brought to mean 0 and variance 1 over its channels, then gamma · x + beta.",
  },
);
export type LayerNormalizationConfig = Infer<typeof layerNormalizationFields>;

export function buildLayerNormalization(
  config: LayerNormalizationConfig,
  name: string,
  _index: number,
  inputShape: readonly number[],
): Layer {
  const channels = inputShape[inputShape.length - 1];
  const pixels = inputShape.slice(0, -1).reduce((product, n) => product * n, 1);
  const { center, scale, epsilon } = config;
  const operation: Operation = {
    layer: name,
    kind: "layerNormalization",
    parameters: [
      ...(scale ? [channelVector("gamma", channels, "ones", config.trainable)] : []),
      ...(center ? [channelVector("beta", channels, "zeros", config.trainable)] : []),
    ],
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
    backward: forTraining(
      ({ builder, parameter, saved }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
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
      },
    ),
  };
  return {
    name,
    type: "layerNormalization",
    inputShape,
    outputShape: inputShape,
    operations: [operation],
    activation: "linear",
    core: fullBuild,
  };
}
