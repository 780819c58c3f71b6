/** What convolutions are made of, along a sequence or over an image. Twin of assembly/layers/conv2d.ts and depthwiseConv2d.ts. */

import { imagesBuild } from "../core/images.ts";
import type { SizeName } from "../core/records.ts";
import { align, ld, type Range } from "../plan/builder.ts";
import type { Operation, Parameter, Site } from "../plan/operation.ts";
import { activationOperation, normalizeActivation } from "./activationOperation.ts";
import { type Image, type Placement, place, type Window } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { misfit } from "./layer.ts";
import { kernelAndBias, type WeightConfig } from "./weights.ts";

/** Filters, where their windows lie, and which parameters hold them. */
export interface Convolution extends Pick<Window, "window" | "strides" | "dilation"> {
  readonly layer: string;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  readonly image: Image;
  readonly placement: Placement;
  readonly filters: number;
  readonly groups: number;
  readonly trainable: boolean;
  /** The kernel, and the bias where there is one. */
  readonly parameters: readonly Parameter[];
}

/** Whether each channel has a filter of its own: then vectors run over channels, and the model's own input is padded like any image. */
export const isDepthwise = (channels: number, filters: number, groups: number): boolean =>
  groups === channels && filters === channels && channels > 1;

/** The fields of a record Conv2d that say where windows lie. */
export function geometryOf({ image, placement, window, strides, dilation, filters, groups }: Convolution) {
  const [height, width, channels] = image;
  const [kernelHeight, kernelWidth] = window;
  const [strideY, strideX] = strides;
  const [dilationY, dilationX] = dilation;
  const {
    out: [outHeight, outWidth],
    top,
    left,
  } = placement;
  const kernelAt = { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX };
  return { height, width, channels, filters, ...kernelAt, top, left, outHeight, outWidth, groups };
}

/** Scratch for a kernel, a share for each part, of the size the core says. */
export function scratchFor(layer: string, { builder }: Site, size: SizeName, ...of: number[]) {
  const scratchBytes = align(builder.core.size(size, ...of));
  return { scratch: builder.alloc(`scratch of ${layer}`, builder.parts * scratchBytes), scratchBytes };
}

/** y = x * kernel + bias. */
export function convolutionOperation(of: Convolution): Operation {
  const { layer, inputShape, outputShape, parameters, filters, groups, trainable } = of;
  const [height, width, channels] = of.image;
  const { out, top, left } = of.placement;
  const depthwise = isDepthwise(channels, filters, groups);
  const geometry = geometryOf(of);
  const window = [...of.window, ...of.strides, ...of.dilation];
  const matrices = [channels, filters, groups];
  const [kernel, bias] = parameters.map(({ name }) => name);
  const withScratch = (site: Site, size: SizeName, ...sizes: number[]) =>
    scratchFor(layer, site, size, ...sizes);
  const pixelOf = (x: Range) => (x.packed ? channels : ld(channels));

  return {
    layer,
    parameters,
    steps: "mixes",
    inputShape,
    outputShape,
    takesPacked: !depthwise,
    forward(site: Site, x: Range): Range {
      const { builder, parameter } = site;
      const y = site.output(outputShape);
      builder.emit(depthwise ? "DEPTHWISE_FORWARD" : "CONV2D_FORWARD", {
        y,
        x,
        w: parameter(kernel).value,
        b: bias ? parameter(bias).value : 0,
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
        const w = parameter(kernel);
        if (trainable) {
          builder.emit(depthwise ? "DEPTHWISE_WEIGHTS" : "CONV2D_WEIGHTS", {
            y: dy,
            x,
            w: w.gradient,
            b: bias ? parameter(bias).gradient : 0,
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
        const wt = turn(of, site, w.value);
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
}

/** Puts on the tape what turns the weights around, for CONV2D_INPUT. */
export function turn(of: Convolution, { builder }: Site, w: Range): Range {
  const { layer, image, window, filters, groups } = of;
  const channels = image[2];
  const each = channels / groups;
  const wt = builder.alloc(`turned weights of ${layer}`, window[0] * window[1] * filters * ld(each) * 4);
  const { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX } = geometryOf(of);
  const kernelAt = { kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX };
  builder.emit("CONV2D_TURN", { wt, w, channels, filters, ...kernelAt, groups });
  return wt;
}

/** @throws NablaError for groups that do not divide */
export function checkGroups(called: string, channels: number, filters: number, groups: number): void {
  if (channels % groups === 0 && filters % groups === 0) return;
  throw misfit(
    TRAINING &&
      `${called}: groups: expected a divisor of both ${channels} channels and ${filters} filters, got ${groups}`,
  );
}

type Config = WeightConfig & { filters: number; groups: number };

/**
 * A layer that moves filters over an image, or along a sequence that is given as an image of one row.
 *
 * @throws NablaError where no window fits, and for groups that do not divide
 */
export function buildConvolution(
  config: Config,
  { name, called, inputShape }: Place,
  image: Image,
  over: Window,
  sequence = false,
): Built {
  const channels = image[2];
  const { filters, groups, trainable } = config;
  checkGroups(called, channels, filters, groups);
  const placement = place(called, image, over, sequence);
  const along = (shape: readonly number[]) => (sequence ? shape.slice(1) : shape);
  const outputShape = along([...placement.out, filters]);
  const area = over.window[0] * over.window[1];
  const each = channels / groups;
  const parameters = kernelAndBias(config, {
    shape: along([...over.window, each, filters]),
    ...(isDepthwise(channels, filters, groups) ? { layout: "rows" } : { layout: "packed", groups }),
    fanIn: area * each,
    fanOut: area * filters,
  });
  const { window, strides, dilation } = over;
  const operation = convolutionOperation({
    ...{ layer: name, inputShape, outputShape, image, placement, window, strides, dilation },
    ...{ filters, groups, trainable, parameters },
  });
  return withActivation(config.activation, name, outputShape, [operation]);
}

/** Operations, the activation after them, and the core that has their kernels. */
export function withActivation(
  activation: Config["activation"],
  name: string,
  outputShape: readonly number[],
  operations: readonly Operation[],
): Built {
  const f = normalizeActivation(activation);
  const last = activationOperation(f, name, outputShape, true);
  return {
    outputShape,
    operations: last ? [...operations, last] : operations,
    activation: f.name,
    core: imagesBuild,
  };
}
