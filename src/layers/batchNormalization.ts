/** Batch normalisation. Twin of assembly/layers/batchNormalization.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Infer, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { channelVector, normalizationFields, scaleAndCenter, startOf } from "./normalizing.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      momentum: number({
        min: 0,
        exclusiveMax: 1,
        default: 0.99,
        doc: DOCS && "Share of the moving mean and variance kept at each step.",
      }),
      ...normalizationFields(),
      movingMeanInitializer: startOf(),
      movingVarianceInitializer: startOf(),
    },
    {
      doc:
        DOCS &&
        "Each channel brought to mean 0 and variance 1 over the batch, then gamma · x + beta. Outside training with moving means, which training updates. Gradients use the mean and variance of the batch.",
    },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** Not trainable means, as in Keras, that it works with its moving means while training, too. */
function build(config: Config, { name, inputShape }: Place): Built {
  const channels = inputShape[inputShape.length - 1];
  const pixels = sizeOf(inputShape.slice(0, -1));
  const { center, scale, epsilon, momentum } = config;
  const parameters = [
    ...scaleAndCenter(config, channels),
    channelVector("movingMean", channels, "zeros", false, config.movingMeanInitializer),
    channelVector("movingVariance", channels, "ones", false, config.movingVarianceInitializer),
  ];
  const shape = { pixels, channels, epsilon };
  const moments = ({ parameter, saved }: Site) => ({
    mean: saved.get("mean") ?? parameter("movingMean").value,
    variance: saved.get("variance") ?? parameter("movingVariance").value,
  });
  const operation: Operation = {
    layer: name,
    parameters,
    steps: "mixes",
    alone: "each",
    inputShape,
    outputShape: inputShape,
    forward(site: Site, x: Range): Range {
      const { builder, parameter, saved } = site;
      const y = site.output(inputShape);
      const gamma = scale ? parameter("gamma").value : 0;
      const beta = center ? parameter("beta").value : 0;
      if (TRAINING && site.training && config.trainable) {
        saved.set("mean", builder.alloc(`means of ${name}`, floatsOf([channels]) * 4));
        saved.set("variance", builder.alloc(`variances of ${name}`, floatsOf([channels]) * 4));
        builder.emit("BATCH_NORM_MOMENTS", { y, x, gamma, beta, ...moments(site), ...shape });
      }
      builder.emit("BATCH_NORM_FORWARD", { y, x, gamma, beta, ...moments(site), ...shape });
      return y;
    },
    backward:
      TRAINING &&
      ((site: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const { builder, parameter } = site;
        const gamma = scale ? parameter("gamma").value : 0;
        if (!config.trainable) {
          // with fixed moments it is a line: dx = dy · gamma / √(variance + ε), the forward kernel on dy with mean and beta 0
          if (!needed) return dy;
          const { variance } = moments(site);
          builder.emit("BATCH_NORM_FORWARD", { y: dy, x: dy, gamma, beta: 0, mean: 0, variance, ...shape });
          return dy;
        }
        builder.emit("BATCH_NORM_BACKWARD", {
          dx: needed ? dy : 0,
          dgamma: scale ? parameter("gamma").gradient : 0,
          dbeta: center ? parameter("beta").gradient : 0,
          dy,
          x,
          gamma,
          step: builder.step,
          ...moments(site),
          ...shape,
        });
        return dy;
      }),
    update:
      TRAINING &&
      ((site: Site): void => {
        const { builder, parameter, saved } = site;
        if (!saved.has("mean")) return;
        builder.emit("MOVING_MOMENTS", {
          movingMean: parameter("movingMean").value,
          movingVariance: parameter("movingVariance").value,
          ...(moments(site) as { mean: Range; variance: Range }),
          channels,
          momentum,
        });
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: imagesBuild };
}

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, with mean and variance of each channel over the batch; outside training with
 * moving ones. Source: Ioffe & Szegedy 2015. Defaults are Keras': momentum 0.99, epsilon 0.001.
 */
export const batchNormalization = /* @__PURE__ */ layer("batchNormalization", {
  fields: fields,
  build,
  example: TRAINING && "{ momentum: 0.99 }",
  looksAcrossRows: ({ trainable }) => trainable,
});
