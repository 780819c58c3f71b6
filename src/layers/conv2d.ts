/** Two-dimensional convolution, channels last, filters HWIO. Twin of assembly/layers/conv2d.ts. */

import { fullBuild } from "../core/full.ts";
import type { SizeName } from "../core/records.ts";
import { type Infer, int, pair } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { align, ld, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { activationOperation, normalizeActivation } from "./activationOperation.ts";
import { imageShape, padding, place } from "./geometry.ts";
import { type Built, layer, layerName, misfit, type Place } from "./layer.ts";
import { kernelAndBias, weightFields } from "./weights.ts";

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
type Config = Infer<ReturnType<typeof fields>>;

/**
 * @param inputShape must be [height, width, channels]
 * @throws NablaError for an input that is not an image or smaller than the kernel, and for groups that do not divide
 */
function build(config: Config, at: Place): Built {
  const { name, called, inputShape } = at;
  const [height, width, channels] = imageShape(at);
  const { filters, groups, useBias } = config;
  const [kernelHeight, kernelWidth] = config.kernelSize;
  const [strideY, strideX] = config.strides;
  const [dilationY, dilationX] = config.dilationRate;
  if (channels % groups !== 0 || filters % groups !== 0) {
    throw misfit(
      TRAINING &&
        `${called}: groups: expected a divisor of both ${channels} channels and ${filters} filters, got ${groups}`,
    );
  }
  const { out, top, left } = place(called, inputShape, {
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
    backward:
      TRAINING &&
      ((site: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
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
    outputShape,
    operations: second ? [operation, second] : [operation],
    activation: f.name,
    core: fullBuild,
  };
}

/**
 * Convolution, channels last: [height, width, channels] → [outHeight, outWidth, filters], activation(x * kernel + bias) with kernel
 * [kernelHeight, kernelWidth, channels / groups, filters]. Outputs: floor((n − reach) / stride) + 1 with padding "valid" (the
 * default), ceil(n / stride) with "same"; reach = (kernel − 1) · dilation + 1.
 */
export const conv2d = /* @__PURE__ */ layer("conv2d", {
  fields: TRAINING && fields,
  build,
  example: TRAINING && "{ filters: 8, kernelSize: 3 }",
  hasKernel: true,
});
