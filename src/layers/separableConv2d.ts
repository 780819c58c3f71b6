/** Depthwise convolution, then one of 1 × 1 pixels. Twin of assembly/layers/repeatChannels.ts. */

import { activationField } from "../activations/table.ts";
import { bool, type Infer, int, pair } from "../fields/fields.ts";
import { object, optional, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { convolutionOperation, isDepthwise, withActivation } from "./convolution.ts";
import { type Image, imageShape, place } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { padding } from "./sides.ts";
import { kernelAndBias, regularizer, trainable } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      filters: int({ min: 1, doc: DOCS && "Number of output channels." }),
      kernelSize: pair({ min: 1, doc: DOCS && "Height and width of the window." }),
      strides: pair({ min: 1, default: 1, doc: DOCS && "Pixels from one window to the next." }),
      padding: padding(),
      dilationRate: pair({ min: 1, default: 1, doc: DOCS && "Distance between the pixels of a window." }),
      depthMultiplier: int({ min: 1, default: 1, doc: DOCS && "Filters that each channel has of its own." }),
      activation: withDefault(activationField(), "linear"),
      useBias: bool({ default: true, doc: DOCS && "Whether a bias is added." }),
      depthwiseInitializer: withDefault(initializerField(), "glorotUniform"),
      pointwiseInitializer: withDefault(initializerField(), "glorotUniform"),
      biasInitializer: withDefault(initializerField(), "zeros"),
      depthwiseRegularizer: optional(regularizer()),
      pointwiseRegularizer: optional(regularizer()),
      trainable: trainable(),
    },
    {
      doc:
        DOCS &&
        "Each channel by filters of its own, depthwiseKernel [height, width, channels, depthMultiplier]; then all together by pointwiseKernel [1, 1, channels · depthMultiplier, filters].",
    },
  );

/** y = x with each channel `count` times, one after the other: then depthwise convolutions have filters enough for each. */
function repeatOperation(layer: string, inputShape: Image, count: number): Operation {
  const [height, width, channels] = inputShape;
  const fields = { pixels: height * width, channels, count };
  const outputShape = [height, width, channels * count];
  return {
    layer,
    parameters: [],
    inputShape,
    outputShape,
    forward({ builder, output }: Site, x: Range): Range {
      const y = output(outputShape);
      builder.emit("REPEAT_CHANNELS_FORWARD", { y, x, ...fields });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, gradient }: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (!needed) return dy;
        const dx = gradient(inputShape);
        builder.emit("REPEAT_CHANNELS_BACKWARD", { y: dy, x: dx, ...fields });
        return dx;
      }),
  };
}

/** @throws NablaError for an input that is not an image or smaller than the kernel */
function build(config: Infer<ReturnType<typeof fields>>, at: Place): Built {
  const { name, called } = at;
  const given = imageShape(at);
  const channels = given[2];
  const { filters, kernelSize: window, strides, dilationRate: dilation, padding, depthMultiplier } = config;
  const placement = place(called, given, { window, strides, dilation, padding });
  const area = window[0] * window[1];
  const columns = channels * depthMultiplier;
  // one channel alone is an ordinary convolution
  const repeated = channels > 1 && depthMultiplier > 1;
  const image: Image = repeated ? [given[0], given[1], columns] : given;
  const groups = image[2];
  const { activation, useBias, biasInitializer, trainable } = config;
  const shared = { activation, biasInitializer, trainable };
  const [depthwiseKernel] = kernelAndBias(
    {
      ...{ ...shared, useBias: false, kernelInitializer: config.depthwiseInitializer },
      kernelRegularizer: config.depthwiseRegularizer,
    },
    {
      shape: [...window, channels, depthMultiplier],
      ...(isDepthwise(image[2], columns, groups) ? { layout: "rows" } : { layout: "packed" }),
      fanIn: area,
      fanOut: area * depthMultiplier,
    },
  );
  const [pointwiseKernel, ...bias] = kernelAndBias(
    {
      ...{ ...shared, useBias, kernelInitializer: config.pointwiseInitializer },
      kernelRegularizer: config.pointwiseRegularizer,
    },
    { shape: [1, 1, columns, filters], layout: "packed", fanIn: columns, fanOut: filters },
  );
  const between = [...placement.out, columns] as const;
  const outputShape = [...placement.out, filters];
  const depthwise = convolutionOperation({
    ...{ layer: name, inputShape: image, outputShape: between, image, placement },
    ...{ window, strides, dilation, filters: columns, groups, trainable },
    parameters: [{ ...depthwiseKernel, name: "depthwiseKernel", columns }],
  });
  const one = [1, 1] as const;
  const pointwise = convolutionOperation({
    ...{ layer: name, inputShape: between, outputShape, image: between },
    placement: { out: placement.out, top: 0, left: 0, bottom: 0, right: 0 },
    ...{ window: one, strides: one, dilation: one, filters, groups: 1, trainable },
    parameters: [{ ...pointwiseKernel, name: "pointwiseKernel" }, ...bias],
  });
  return withActivation(activation, name, outputShape, [
    ...(repeated ? [repeatOperation(name, given, depthMultiplier)] : []),
    depthwise,
    pointwise,
  ]);
}

/**
 * Separable convolution: each channel by `depthMultiplier` filters of its own, then a convolution of 1 × 1 pixels over all of them.
 * [height, width, channels] → [outHeight, outWidth, filters], outHeight and outWidth as conv2d's.
 */
export const separableConv2d = /* @__PURE__ */ layer("separableConv2d", {
  fields: fields,
  build,
  example: TRAINING && "{ filters: 8, kernelSize: 3 }",
  hasKernel: true,
});
