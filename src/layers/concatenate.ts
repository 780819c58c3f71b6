/** Values put side by side. Twin of assembly/layers/concatenate.ts. */
import { imagesBuild } from "../core/images.ts";
import { type Infer, int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, ld } from "../plan/builder.ts";
import type { Merge } from "../plan/operation.ts";
import { type Shape, showShape, sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { checkSeveral } from "./merging.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      axis: int({
        default: -1,
        doc:
          DOCS && "The axis along which they follow each other. 1 is the first after the batch, −1 the last.",
      }),
    },
    { doc: DOCS && "Values that differ in one axis at most, one after the other along it." },
  );

/** Counted from 0, without the batch. */
const placeOf = (axis: number, axes: number): number => (axis < 0 ? axes + axis : axis - 1);

/** @throws NablaError where shapes differ in another axis, or there is no such axis */
function build({ axis }: Infer<ReturnType<typeof fields>>, at: Place): Built {
  checkSeveral(at);
  const { name, called, inputShapes } = at;
  const [first] = inputShapes;
  const { length } = first;
  const along = placeOf(axis, length);
  const got = () => inputShapes.map((shape) => showShape(shape)).join(" and ");
  if (!(along >= 0 && along < length)) {
    throw misfit(
      TRAINING &&
        `${called}: expected axis from 1 to ${length} (or −${length} to −1) for inputs ${got()}, got ${axis}; axis 0 is the batch`,
    );
  }
  const odd = inputShapes.findIndex(
    (shape) => shape.length !== length || shape.some((n, i) => i !== along && n !== first[i]),
  );
  if (odd > 0) {
    throw misfit(
      TRAINING &&
        `${called}: expected inputs that differ in axis ${along + 1} only, got ${got()}: input ${odd + 1} differs from the first in another; bring them to one size there, or choose another axis`,
    );
  }
  const operation = concatenateOperation(name, inputShapes, axis);
  return { outputShape: operation.outputShape, operations: [operation], core: imagesBuild };
}

/** Values of shapes that differ in this axis at most, side by side. */
export function concatenateOperation(name: string, inputShapes: readonly Shape[], axis: number): Merge {
  const [first] = inputShapes;
  const { length } = first;
  const along = placeOf(axis, length);
  const outputShape = first.map((n, i) =>
    i === along ? inputShapes.reduce((sum, shape) => sum + shape[along], 0) : n,
  );
  const last = along === length - 1;
  /** Stretches in a row: what lies before the axis; and the floats of one step along the axis. */
  const each = sizeOf(first.slice(0, along));
  const inner = last ? 1 : floatsOf(first.slice(along + 1));
  const strideOf = (shape: readonly number[]) => (last ? ld(shape[along]) : shape[along] * inner);
  const yStride = strideOf(outputShape);
  let start = 0;
  const parts = inputShapes.map((shape) => {
    const n = shape[along] * inner;
    const part = { n, stride: strideOf(shape), start };
    start += n;
    return part;
  });
  return {
    layer: name,
    parameters: [],
    inputShapes,
    outputShape,
    merge({ builder, output }, xs) {
      const y = output(outputShape);
      for (const [i, { n, stride, start: at }] of parts.entries()) {
        // behind the last one there may be padding
        const clear = i === parts.length - 1 ? yStride - at - n : 0;
        builder.emit("COPY_COLUMNS", {
          y,
          yAt: at,
          x: xs[i],
          xAt: 0,
          each,
          n,
          yStride,
          xStride: stride,
          clear,
        });
      }
      return y;
    },
    divide:
      TRAINING &&
      (({ builder, gradient }, _xs, _y, dy, needed) =>
        parts.map(({ n, stride, start: at }, i) => {
          if (!needed[i]) return dy;
          const dx = gradient(inputShapes[i]);
          builder.emit("COPY_COLUMNS", {
            y: dx,
            yAt: 0,
            x: dy,
            xAt: at,
            each,
            n,
            yStride: stride,
            xStride: yStride,
            clear: stride - n,
          });
          return dx;
        })),
  };
}

/** Values one after the other along `axis` (default −1, the last): concatenate().apply([a, b]). */
export const concatenate = /* @__PURE__ */ layer("concatenate", {
  fields: fields,
  build,
  example: TRAINING && "{ axis: -1 }",
  merges: true,
  outputs: () => Number.NaN,
});
