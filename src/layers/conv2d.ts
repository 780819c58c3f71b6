/** Two-dimensional convolution, channels last, filters HWIO. */

import { type Infer, int, pair } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { buildConvolution } from "./convolution.ts";
import { imageShape } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { padding } from "./sides.ts";
import { weightFields } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      filters: int({ min: 1, doc: DOCS && "Number of output channels." }),
      kernelSize: pair({ min: 1, doc: DOCS && "Height and width of the window." }),
      strides: pair({ min: 1, default: 1, doc: DOCS && "Pixels from one window to the next." }),
      padding: padding(),
      dilationRate: pair({ min: 1, default: 1, doc: DOCS && "Distance between the pixels of a window." }),
      groups: int({
        min: 1,
        default: 1,
        doc:
          DOCS &&
          "Number of groups of filters, each of which sees its share of the channels. As many groups as channels: depthwise.",
      }),
      ...weightFields(),
    },
    {
      doc:
        DOCS &&
        "y = activation(x * kernel + bias), the kernel [height, width, channels / groups, filters] moved over the image.",
    },
  );

/**
 * @param inputShape must be [height, width, channels]
 * @throws NablaError for an input that is not an image or smaller than the kernel, and for groups that do not divide
 */
function build(config: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { kernelSize: window, strides, dilationRate: dilation, padding } = config;
  return buildConvolution(config, at, imageShape(at), { window, strides, dilation, padding });
}

/**
 * Convolution, channels last: [height, width, channels] → [outHeight, outWidth, filters], activation(x * kernel + bias) with kernel
 * [kernelHeight, kernelWidth, channels / groups, filters]. Outputs: floor((n + padding − reach) / stride) + 1 with so many zeros on both
 * sides together, none with padding "valid" (the default), ceil(n / stride) with "same"; reach = (kernel − 1) · dilation + 1.
 */
export const conv2d = /* @__PURE__ */ layer("conv2d", {
  fields: fields,
  build,
  example: TRAINING && "{ filters: 8, kernelSize: 3 }",
  hasKernel: true,
});
