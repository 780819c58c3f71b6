/** Convolution along a sequence: that of an image of one row. */

import { type Infer, int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { buildConvolution } from "./convolution.ts";
import { sequenceShape } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { causalPadding } from "./sides.ts";
import { weightFields } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      filters: int({ min: 1, doc: DOCS && "Number of output channels." }),
      kernelSize: int({ min: 1, doc: DOCS && "Steps in the window." }),
      strides: int({ min: 1, default: 1, doc: DOCS && "Steps from one window to the next." }),
      padding: causalPadding(),
      dilationRate: int({ min: 1, default: 1, doc: DOCS && "Distance between the steps of a window." }),
      groups: int({
        min: 1,
        default: 1,
        doc: DOCS && "Number of groups of filters, each of which sees its share of the channels.",
      }),
      ...weightFields(),
    },
    {
      doc:
        DOCS &&
        "y = activation(x * kernel + bias), the kernel [steps, channels / groups, filters] moved along the sequence.",
    },
  );

/** @throws NablaError for an input that is not a sequence or shorter than the kernel, and for groups that do not divide */
function build(config: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { kernelSize, strides, dilationRate, padding } = config;
  const over = {
    window: [1, kernelSize],
    strides: [1, strides],
    dilation: [1, dilationRate],
    padding: typeof padding === "string" ? padding : [[0, 0], padding],
  } as const;
  return buildConvolution(config, at, sequenceShape(at), over as never, true);
}

/**
 * Convolution along a sequence: [steps, channels] → [outSteps, filters], activation(x * kernel + bias) with kernel [kernelSize,
 * channels / groups, filters]. Outputs as conv2d counts them; with padding "causal" ceil(n / stride), none of which depends on later steps.
 */
export const conv1d = /* @__PURE__ */ layer("conv1d", {
  fields: fields,
  build,
  example: TRAINING && "{ filters: 8, kernelSize: 3 }",
  hasKernel: true,
});
