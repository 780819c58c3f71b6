/** Group normalisation. Twin of assembly/layers/groupNormalization.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Infer, int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { normalizationFields, scaleAndCenter } from "./normalizing.ts";

/** Floats that the kernels keep for each channel of a row: MOMENTS in assembly. */
const MOMENTS = 6;

const fields = () =>
  object(
    {
      name: layerName(),
      groups: int({
        min: -1,
        default: 32,
        doc: DOCS && "How many groups the channels lie in; −1: each channel is one.",
      }),
      ...normalizationFields(),
    },
    {
      doc:
        DOCS &&
        "The channels of each row lie in groups; each brought to mean 0 and variance 1 over its channels and all pixels, then gamma · x + beta.",
    },
  );
type Config = Infer<ReturnType<typeof fields>>;

/** @throws NablaError where the channels cannot be divided into so many groups */
function build(config: Config, { name, called, inputShape }: Place): Built {
  const channels = inputShape[inputShape.length - 1];
  const pixels = sizeOf(inputShape.slice(0, -1));
  const groups = config.groups === -1 ? channels : config.groups;
  if (groups < 1 || channels % groups !== 0) {
    const divisors: number[] = [];
    for (let n = 1; n * n <= channels; n++)
      if (channels % n === 0) divisors.push(...new Set([n, channels / n]));
    divisors.sort((a, b) => a - b);
    throw misfit(
      TRAINING &&
        `${called}: groups: expected a divisor of ${channels} channels (${divisors.join(", ")}) or -1, got ${config.groups}`,
    );
  }
  const { center, scale, epsilon } = config;
  const shape = { pixels, channels, groups };
  const operation: Operation = {
    layer: name,
    parameters: scaleAndCenter(config, channels),
    steps: "mixes",
    inputShape,
    outputShape: inputShape,
    forward({ builder, parameter, output, saved }: Site, x: Range): Range {
      const y = output(inputShape);
      const moments = builder.alloc(`moments of ${name}`, builder.rows * MOMENTS * ld(channels) * 4);
      saved.set("moments", moments);
      const gamma = scale ? parameter("gamma").value : 0;
      const beta = center ? parameter("beta").value : 0;
      builder.emit("GROUP_NORM_FORWARD", { y, x, gamma, beta, moments, ...shape, epsilon });
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
          builder.emit("GROUP_NORM_WEIGHTS", { dgamma, dbeta, dy, x, moments, step, pixels, channels });
        }
        if (needed) builder.emit("GROUP_NORM_INPUT", { dx: dy, dy, x, gamma, moments, ...shape });
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: imagesBuild };
}

/**
 * (x − mean) / √(variance + epsilon) · gamma + beta, with mean and variance over the channels of a group and all pixels of a row.
 * Source: Wu & He 2018. Defaults are Keras': 32 groups, epsilon 0.001. One group normalises the whole row, −1 each channel by itself.
 */
export const groupNormalization = /* @__PURE__ */ layer("groupNormalization", {
  fields: fields,
  build,
  example: TRAINING && "{ groups: 8 }",
});
