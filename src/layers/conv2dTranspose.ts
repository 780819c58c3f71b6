/** Transposed convolution: what brings a gradient back through a convolution, as a layer. Twin of assembly/layers/conv2dTranspose.ts. */

import { type Infer, int, pair } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { ld, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import {
  type Convolution,
  checkGroups,
  geometryOf,
  scratchFor,
  turn,
  withActivation,
} from "./convolution.ts";
import { type Around, type Image, imageShape, type Placement, REACH } from "./geometry.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { padding } from "./sides.ts";
import { kernelAndBias, weightFields } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      filters: int({ min: 1, doc: DOCS && "Number of output channels." }),
      kernelSize: pair({ min: 1, doc: DOCS && "Height and width of the window." }),
      strides: pair({
        min: 1,
        default: 1,
        doc: DOCS && "Pixels of the output from one window to the next: how much it is enlarged.",
      }),
      padding: padding(),
      outputPadding: optional(
        pair({
          min: 0,
          doc:
            DOCS &&
            "Pixels more at the bottom and at the right, fewer than strides. By default as many as fit.",
        }),
      ),
      dilationRate: pair({ min: 1, default: 1, doc: DOCS && "Distance between the pixels of a window." }),
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
        "Transposed convolution: each pixel adds its value times the kernel [height, width, filters / groups, channels] to the output.",
    },
  );
type Config = Infer<ReturnType<typeof fields>>;

/**
 * How long the output is in one direction, and how many pixels of the windows lie before it. Lengths are Keras', and of what "same" cuts
 * off the odd pixel is behind.
 */
function enlarged(
  size: number,
  window: number,
  stride: number,
  dilation: number,
  around: Around,
  more?: number,
) {
  const reach = (window - 1) * dilation + 1;
  const all = (size - 1) * stride + reach;
  if (typeof around !== "string")
    return { all, out: all - around[0] - around[1] + (more ?? 0), before: around[0] };
  if (around === "valid")
    return { all, out: more === undefined ? Math.max(all, size * stride) : all + more, before: 0 };
  const out = more === undefined ? size * stride : all - 2 * Math.floor(reach / 2) + more;
  return { all, out, before: Math.floor(Math.max(all - out, 0) / 2) };
}

/** @throws NablaError where nothing is left of the output */
function placeOutput(config: Config, called: string, [height, width]: Image) {
  const { padding, kernelSize, strides, dilationRate, outputPadding } = config;
  const direction = (size: number, axis: 0 | 1) => {
    const around = typeof padding === "string" ? padding : padding[axis];
    const more = outputPadding?.[axis];
    if (more !== undefined && more >= strides[axis]) {
      throw misfit(
        TRAINING &&
          `${called}: outputPadding: expected less than strides ${showShape(strides)}, got ${showShape(outputPadding!)}; larger strides reach further`,
      );
    }
    return enlarged(size, kernelSize[axis], strides[axis], dilationRate[axis], around, more);
  };
  const y = direction(height, 0);
  const x = direction(width, 1);
  if (Math.max(y.all, x.all) > REACH)
    throw misfit(
      TRAINING &&
        `${called}: windows reach over ${y.all} × ${x.all} pixels of the output, more than the ${REACH} that can be counted; use a smaller dilationRate or smaller strides`,
    );
  if (y.out > 0 && x.out > 0) return { y, x };
  throw misfit(
    TRAINING &&
      `${called}: padding leaves nothing of the output: ${y.out} × ${x.out} pixels; use less padding, a larger kernelSize or larger strides`,
  );
}

/** y = x spread by the kernel, + bias: a convolution whose input is y and whose output is x. */
function transposedOperation(of: Convolution): Operation {
  const { layer, inputShape, outputShape, parameters, filters, groups, trainable } = of;
  const [height, width, channels] = of.image;
  const { out, top, left } = of.placement;
  const geometry = { ...geometryOf(of), pixel: ld(channels) };
  const window = [...of.window, ...of.strides, ...of.dilation];
  const matrices = [channels, filters, groups];
  const [kernel, bias] = parameters.map(({ name }) => name);
  return {
    layer,
    parameters,
    steps: "mixes",
    inputShape,
    outputShape,
    forward(site: Site, x: Range): Range {
      const { builder, parameter } = site;
      const w = turn(of, site, parameter(kernel).value);
      const y = site.output(outputShape);
      builder.emit("CONV2D_INPUT", {
        y: x,
        x: y,
        w,
        b: bias ? parameter(bias).value : 0,
        step: builder.step,
        ...scratchFor(layer, site, "conv2dInputScratch", height, width, top, left, ...window, ...matrices),
        ...geometry,
      });
      return y;
    },
    backward:
      TRAINING &&
      ((site: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const { builder, parameter } = site;
        if (trainable) {
          builder.emit("CONV2D_TRANSPOSE_WEIGHTS", {
            y: x,
            x: dy,
            w: parameter(kernel).gradient,
            b: bias ? parameter(bias).gradient : 0,
            step: builder.step,
            ...scratchFor(layer, site, "conv2dScratch", 1, ...out, ...window, ...matrices),
            ...geometry,
          });
        }
        if (!needed) return dy;
        const dx = site.gradient(inputShape);
        builder.emit("CONV2D_FORWARD", {
          y: dx,
          x: dy,
          w: parameter(kernel).value,
          b: 0,
          step: builder.step,
          ...scratchFor(layer, site, "conv2dScratch", 0, ...out, ...window, ...matrices),
          ...geometry,
        });
        return dx;
      }),
  };
}

/** @throws NablaError for an input that is not an image, groups that do not divide, and padding that leaves nothing */
function build(config: Config, at: Place): Built {
  const { name, called, inputShape } = at;
  const from = imageShape(at);
  const channels = from[2];
  const { filters, groups, kernelSize: window, strides, dilationRate: dilation, trainable } = config;
  checkGroups(called, channels, filters, groups);
  const { y, x } = placeOutput(config, called, from);
  const image = [y.out, x.out, filters] as const;
  const area = window[0] * window[1];
  const parameters = kernelAndBias(config, {
    shape: [...window, filters / groups, channels],
    biasShape: [filters],
    layout: "packed",
    groups,
    fanIn: (area * channels) / groups,
    fanOut: (area * filters) / groups,
  });
  const placement: Placement = {
    out: [from[0], from[1]],
    top: y.before,
    left: x.before,
    bottom: 0,
    right: 0,
  };
  const operation = transposedOperation({
    ...{ layer: name, inputShape, outputShape: image, image, placement, window, strides, dilation },
    ...{ filters: channels, groups, trainable, parameters },
  });
  return withActivation(config.activation, name, image, [operation]);
}

/**
 * Transposed convolution: [height, width, channels] → [outHeight, outWidth, filters], with kernel [kernelHeight, kernelWidth, filters /
 * groups, channels]. Outputs: (n − 1) · stride + reach − padding + outputPadding, at least n · stride with padding "valid" (the default)
 * and no outputPadding; n · stride with "same"; reach = (kernel − 1) · dilation + 1.
 */
export const conv2dTranspose = /* @__PURE__ */ layer("conv2dTranspose", {
  fields: fields,
  build,
  example: TRAINING && "{ filters: 8, kernelSize: 3, strides: 2 }",
  hasKernel: true,
});
