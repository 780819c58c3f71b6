/** PReLU. Twin of assembly/layers/prelu.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Infer, int, list } from "../fields/fields.ts";
import { object, withDefault } from "../fields/objects.ts";
import { initializerField } from "../initializers/table.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { trainable } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      sharedAxes: list(int({ min: 1 }), {
        default: [],
        doc:
          DOCS &&
          "Axes along which values have one slope, counted from 1 as the batch is 0: [1, 2] gives an image one for each channel.",
      }),
      alphaInitializer: withDefault(initializerField(), "zeros"),
      trainable: trainable(),
    },
    { doc: DOCS && "x where x > 0, else alpha · x, with alpha learnt." },
  );

/** Axes before the channels as the kernel counts them: three, of which those that follow each other are shared by turns. */
function leadingAxes(inputShape: Shape, shared: (axis: number) => boolean) {
  const axes: { size: number; shared: boolean }[] = [];
  inputShape.slice(0, -1).forEach((size, i) => {
    const last = axes[axes.length - 1];
    if (last?.shared === shared(i + 1)) last.size *= size;
    else axes.push({ size, shared: shared(i + 1) });
  });
  while (axes.length < 3) axes.unshift({ size: 1, shared: true });
  return axes;
}

/** @throws NablaError for axes that the input does not have */
function build(config: Infer<ReturnType<typeof fields>>, { name, called, inputShape }: Place): Built {
  const rank = inputShape.length;
  const { sharedAxes } = config;
  if (sharedAxes.some((axis) => axis > rank) || new Set(sharedAxes).size < sharedAxes.length) {
    throw misfit(
      TRAINING &&
        `${called}: sharedAxes: expected different axes from 1 to ${rank} of the input ${showShape(inputShape)}, got ${showShape(sharedAxes)}`,
    );
  }
  const shared = (axis: number) => sharedAxes.includes(axis);
  const axes = leadingAxes(inputShape, shared);
  if (axes.length > 3) {
    throw misfit(
      TRAINING &&
        `${called}: sharedAxes: ${showShape(sharedAxes)} of ${showShape(inputShape)} change more than twice between axes that are shared and axes that are not; share axes that follow each other`,
    );
  }
  const own = axes.map((axis) => (axis.shared ? 1 : axis.size));
  const stride = (i: number) => (axes[i].shared ? 0 : sizeOf(own.slice(i + 1)));
  const walk = {
    a: axes[0].size,
    b: axes[1].size,
    c: axes[2].size,
    strideA: stride(0),
    strideB: stride(1),
    strideC: stride(2),
    channels: inputShape[rank - 1],
    shared: Number(shared(rank)),
  };
  const shape = inputShape.map((n, i) => (shared(i + 1) ? 1 : n));
  const operation: Operation = {
    layer: name,
    parameters: [
      {
        name: "alpha",
        shape,
        layout: rank === 1 ? "vector" : "rows",
        initializer: config.alphaInitializer,
        fanIn: sizeOf(shape),
        fanOut: sizeOf(shape),
        l1: 0,
        l2: 0,
        trainable: config.trainable,
      },
    ],
    inputShape,
    outputShape: inputShape,
    forward({ builder, parameter, output }: Site, x: Range): Range {
      const y = output(inputShape);
      builder.emit("PRELU_FORWARD", { y, x, dy: 0, alpha: parameter("alpha").value, ...walk });
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const alpha = parameter("alpha");
        const { step } = builder;
        if (config.trainable) builder.emit("PRELU_WEIGHTS", { dalpha: alpha.gradient, x, dy, step, ...walk });
        if (needed) builder.emit("PRELU_INPUT", { y: dy, x, dy, alpha: alpha.value, ...walk });
        return dy;
      }),
  };
  return { outputShape: inputShape, operations: [operation], core: imagesBuild };
}

/**
 * x where x > 0, else alpha · x, with alpha learnt: one for each value, or one for all along `sharedAxes`. Source: He, Zhang, Ren &
 * Sun 2015. Begins at 0 as in Keras; PyTorch begins at { name: "constant", value: 0.25 } and has one for each channel, or for all.
 */
export const prelu = /* @__PURE__ */ layer("prelu", {
  fields: fields,
  build,
  example: TRAINING && "{ sharedAxes: [1, 2] }",
});
