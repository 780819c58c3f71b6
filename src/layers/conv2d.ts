/** Two-dimensional convolution, channels last, filters HWIO. Twin of assembly/layers/conv2d.ts. */
import { type Infer, int, pair } from "../config/fields.ts";
import { extend, object } from "../config/objects.ts";
import { fullBuild } from "../core/full.ts";
import { NablaError } from "../errors.ts";
import { align, ld, type Range, type SizeName } from "../plan/builder.ts";
import { activationOperation, layerName, normalizeActivation } from "./activation.ts";
import { imageShape, padding, place } from "./geometry.ts";
import type { Layer, Operation, Site } from "./layer.ts";
import { forTraining } from "./training.ts";
import { kernelAndBias, weightFields } from "./weights.ts";

export const conv2dFields = object(
  extend(
    {
      name: layerName,
      filters: int({ min: 1, doc: "Number of output channels." }),
      kernelSize: pair({ min: 1, doc: "Height and width of the window." }),
      strides: pair({ min: 1, default: 1, doc: "Pixels from one window to the next." }),
      padding,
      dilationRate: pair({ min: 1, default: 1, doc: "Distance between the pixels of a window." }),
      groups: int({
        min: 1,
        default: 1,
        doc: "Filters are divided into so many groups, each of which sees its share of the channels. As many as channels: depthwise.",
      }),
    },
    weightFields,
  ),
  {
    doc: "y = activation(x * kernel + bias), the kernel [height, width, channels / groups, filters] moved over the image.",
  },
);
export type Conv2dConfig = Infer<typeof conv2dFields>;

/**
 * @param inputShape must be [height, width, channels]
 * @throws NablaError for an input that is no image or smaller than the kernel, and for groups that do not divide
 */
export function buildConv2d(
  config: Conv2dConfig,
  name: string,
  index: number,
  inputShape: readonly number[],
): Layer {
  const what = `conv2d "${name}" (layer ${index + 1})`;
  const [height, width, channels] = imageShape("conv2d", name, index, inputShape);
  const { filters, groups, useBias } = config;
  const [kernelHeight, kernelWidth] = config.kernelSize;
  const [strideY, strideX] = config.strides;
  const [dilationY, dilationX] = config.dilationRate;
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw new NablaError(
      `${what}: groups: expected a divisor of both ${channels} channels and ${filters} filters, got ${groups}`,
    );
  }
  const { out, top, left } = place(what, inputShape, {
    window: config.kernelSize,
    strides: config.strides,
    dilation: config.dilationRate,
    padding: config.padding,
  });
  const [outHeight, outWidth] = out;
  const outputShape = [outHeight, outWidth, filters];
  const area = kernelHeight * kernelWidth;
  const each = channels / groups;
  // each channel by a filter of its own: vectors run over channels, and the model's own input has to be padded like any image
  const depthwise = groups === channels && filters === channels && channels > 1;
  const parameters = kernelAndBias(config, {
    shape: [kernelHeight, kernelWidth, each, filters],
    ...(depthwise ? { layout: "rows" } : { layout: "packed", groups }),
    fanIn: area * each,
    fanOut: area * filters,
  });
  const kernelAt = { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX };
  const geometry = { height, width, channels, filters, ...kernelAt, top, left, outHeight, outWidth, groups };

  const window = [kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX];
  const matrices = [channels, filters, groups];
  const withScratch = ({ builder }: Site, size: SizeName, ...of: number[]) => {
    const scratchBytes = align(builder.core.size(size, ...of));
    return { scratch: builder.alloc(`scratch of ${name}`, builder.parts * scratchBytes), scratchBytes };
  };
  const pixelOf = (x: Range) => (x.packed ? channels : ld(channels));

  const operation: Operation = {
    layer: name,
    kind: "conv2d",
    parameters,
    inputShape,
    outputShape,
    takesPacked: !depthwise,
    forward(site: Site, x: Range): Range {
      const { builder, parameter } = site;
      const y = site.output(outputShape);
      builder.emit(depthwise ? "DEPTHWISE_FORWARD" : "CONV2D_FORWARD", {
        y,
        x,
        w: parameter("kernel").value,
        b: useBias ? parameter("bias").value : 0,
        step: builder.step,
        ...(depthwise
          ? withScratch(site, "depthwiseScratch", ...out, ...window, channels)
          : withScratch(site, "conv2dScratch", 0, ...out, ...window, ...matrices)),
        pixel: pixelOf(x),
        ...geometry,
      });
      return y;
    },
    backward: forTraining((site: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
      const { builder, parameter } = site;
      const w = parameter("kernel");
      if (config.trainable) {
        builder.emit(depthwise ? "DEPTHWISE_WEIGHTS" : "CONV2D_WEIGHTS", {
          y: dy,
          x,
          w: w.gradient,
          b: useBias ? parameter("bias").gradient : 0,
          step: builder.step,
          ...(depthwise
            ? withScratch(site, "depthwiseScratch", ...out, ...window, channels)
            : withScratch(site, "conv2dScratch", 1, ...out, ...window, ...matrices)),
          pixel: pixelOf(x),
          ...geometry,
        });
      }
      if (!needed) return dy;
      if (depthwise) {
        const dx = site.gradient(inputShape);
        const rest = {
          b: 0,
          step: builder.step,
          scratch: 0,
          scratchBytes: 0,
          pixel: ld(channels),
          ...geometry,
        };
        builder.emit("DEPTHWISE_INPUT", { y: dy, x: dx, w: w.value, ...rest });
        return dx;
      }
      const wt = builder.alloc(`turned weights of ${name}`, area * filters * ld(each) * 4);
      builder.emit("CONV2D_TURN", { wt, w: w.value, channels, filters, ...kernelAt, groups });
      const dx = site.gradient(inputShape);
      builder.emit("CONV2D_INPUT", {
        y: dy,
        x: dx,
        w: wt,
        b: 0,
        step: builder.step,
        ...withScratch(site, "conv2dInputScratch", height, width, top, left, ...window, ...matrices),
        pixel: ld(channels),
        ...geometry,
      });
      return dx;
    }),
  };
  const f = normalizeActivation(config.activation);
  const second = activationOperation(f, name, outputShape, true);
  return {
    name,
    type: "conv2d",
    inputShape,
    outputShape,
    operations: second ? [operation, second] : [operation],
    activation: f.name,
    core: fullBuild,
  };
}
