/** The axes of a value in another order. Twin of assembly/layers/permute.ts. */

import { imagesBuild } from "../core/images.ts";
import { type Infer, int, list } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, ld, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";

/** Axes that the kernel's record has room for. */
const AXES = 6;

const fields = () =>
  object(
    {
      name: layerName(),
      dims: list(int({ min: 1 }), {
        min: 1,
        doc:
          DOCS &&
          "Which axis of the input each axis of the output is, counted from 1. The batch is not counted.",
      }),
    },
    { doc: DOCS && "The axes in another order." },
  );

/** Puts on the tape what moves x of this shape into y, whose axis i is axis order[i] of x. */
function emit(
  { builder }: Site,
  x: Range,
  shape: readonly number[],
  y: Range,
  order: readonly number[],
): void {
  const steps = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((step, n, i, after) => step * (i === after.length - 1 ? ld(n) : n), 1),
  );
  const ones = Array<number>(AXES - order.length).fill(1);
  const [n0, n1, n2, n3, n4, n5] = [...ones, ...order.map((axis) => shape[axis])];
  const [s0, s1, s2, s3, s4, s5] = [...ones, ...order.map((axis) => steps[axis])];
  const sizes = { n0, n1, n2, n3, n4, n5, s0, s1, s2, s3, s4, s5 };
  builder.emit("PERMUTE", { y, x, ...sizes, xRow: floatsOf(shape) });
}

/** @throws NablaError where dims are no order of the input's axes */
function build({ dims }: Infer<ReturnType<typeof fields>>, { name, called, inputShape }: Place): Built {
  const rank = inputShape.length;
  const order = dims.map((dim) => dim - 1);
  if (order.length !== rank || inputShape.some((_, axis) => !order.includes(axis))) {
    throw misfit(
      TRAINING &&
        `${called}: dims: expected each of 1 to ${rank} once, the axes of the input ${showShape(inputShape)}, got ${showShape(dims)}`,
    );
  }
  if (rank > AXES) {
    throw misfit(
      TRAINING &&
        `${called}: expected an input of at most ${AXES} axes, got ${showShape(inputShape)}; join axes with reshape() before it`,
    );
  }
  const outputShape = order.map((axis) => inputShape[axis]);
  if (order.every((axis, i) => axis === i)) return { outputShape, operations: [] };
  const operation: Operation = {
    layer: name,
    parameters: [],
    steps: "mixes",
    inputShape,
    outputShape,
    onlyLayout: true,
    forward(site: Site, x: Range): Range {
      const y = site.output(outputShape);
      emit(site, x, inputShape, y, order);
      return y;
    },
    backward:
      TRAINING &&
      ((site: Site, _x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        if (!needed) return dy;
        const dx = site.gradient(inputShape);
        const back = inputShape.map((_, axis) => order.indexOf(axis));
        emit(site, dy, outputShape, dx, back);
        return dx;
      }),
  };
  return { outputShape, operations: [operation], core: imagesBuild };
}

/** The axes in another order: axis i of the output is axis dims[i] of the input, counted from 1 as in Keras. */
export const permute = /* @__PURE__ */ layer("permute", {
  fields: fields,
  build,
  example: TRAINING && "{ dims: [2, 1] }",
  onlyShape: true,
});
