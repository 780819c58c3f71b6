/** Products of two values, row by row of the batch. Twin of assembly/layers/dot.ts. */
import { imagesBuild } from "../core/images.ts";
import { type Infer, pair } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { floatsOf, ld, type Range } from "../plan/builder.ts";
import type { Merge } from "../plan/operation.ts";
import { type Shape, showShape } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { checkSeveral } from "./merging.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      axes: pair({
        default: -1,
        doc:
          DOCS &&
          "The axes that are summed over, of the first and of the second value. 1 is the first after the batch, −1 the last.",
      }),
    },
    { doc: DOCS && "Σ over one axis of the first value times the second, for each row of the batch." },
  );

/** A value as the kernel walks it: floats of a row, the axis that stays (if any), the one that is summed over; each a size and a stride. */
function axesOf(shape: Shape, summed: number) {
  const strides = shape.length === 1 ? [1] : [ld(shape[1]), 1];
  const axis = (i: number) => ({ size: shape[i], stride: strides[i] });
  return {
    row: floatsOf(shape),
    kept: shape.length === 1 ? { size: 1, stride: 0 } : axis(1 - summed),
    summed: axis(summed),
  };
}

type Axis = ReturnType<typeof axesOf>["kept"];

/** @throws NablaError where values are no vectors or matrices, or the summed axes differ */
function build({ axes }: Infer<ReturnType<typeof fields>>, at: Place): Built {
  checkSeveral(at);
  const { name, called, inputShapes } = at;
  const got = () => inputShapes.map((shape) => showShape(shape)).join(" and ");
  const numbers = axes.map((axis, i) => (axis < 0 ? (inputShapes[i]?.length ?? 0) + axis : axis - 1));
  if (
    inputShapes.length !== 2 ||
    inputShapes.some((shape, i) => shape.length > 2 || !(numbers[i] >= 0) || numbers[i] >= shape.length) ||
    inputShapes[0][numbers[0]] !== inputShapes[1][numbers[1]]
  ) {
    throw misfit(
      TRAINING &&
        `${called}: expected two inputs of one or two axes with as many values along axes ${showShape(axes)}, got ${got()}; choose other axes, or reshape() them`,
    );
  }
  const [a, b] = inputShapes.map((shape, i) => axesOf(shape, numbers[i]));
  const kept = inputShapes.flatMap((shape, i) => shape.filter((_, axis) => axis !== numbers[i]));
  const outputShape = kept.length > 0 ? kept : [1];
  const yRow = floatsOf(outputShape);
  const yn: Axis = { size: b.kept.size, stride: b.kept.stride === 0 ? 0 : 1 };
  const ym: Axis = { size: a.kept.size, stride: outputShape.length === 2 ? ld(outputShape[1]) : 1 };
  /** y[i, j] = Σ over k of a[i, k] · b[j, k], each axis with its size and strides. */
  const product = (
    [y, yFloats, yi, yj]: readonly [Range, number, Axis, Axis],
    [p, pFloats, pi, pk]: readonly [Range, number, Axis, Axis],
    [q, qFloats, qj, qk]: readonly [Range, number, Axis, Axis],
  ) => ({
    y,
    a: p,
    b: q,
    m: pi.size,
    n: qj.size,
    k: pk.size,
    yRow: yFloats,
    yi: yi.stride,
    yj: yj.stride,
    aRow: pFloats,
    ai: pi.stride,
    ak: pk.stride,
    bRow: qFloats,
    bj: qj.stride,
    bk: qk.stride,
  });
  const operation: Merge = {
    layer: name,
    parameters: [],
    steps: "mixes",
    inputShapes,
    outputShape,
    merge({ builder, output }, [p, q]) {
      const y = output(outputShape);
      builder.emit(
        "DOT",
        product([y, yRow, ym, yn], [p, a.row, a.kept, a.summed], [q, b.row, b.kept, b.summed]),
      );
      return y;
    },
    divide:
      TRAINING &&
      (({ builder, gradient }, [p, q], _y, dy, needed) => {
        const divided = [dy, dy];
        // da[i, k] = Σ over j of dy[i, j] · b[j, k], and db[j, k] = Σ over i of dy[i, j] · a[i, k]
        if (needed[0]) {
          divided[0] = gradient(inputShapes[0]);
          builder.emit(
            "DOT",
            product([divided[0], a.row, a.kept, a.summed], [dy, yRow, ym, yn], [q, b.row, b.summed, b.kept]),
          );
        }
        if (needed[1]) {
          divided[1] = gradient(inputShapes[1]);
          builder.emit(
            "DOT",
            product([divided[1], b.row, b.kept, b.summed], [dy, yRow, yn, ym], [p, a.row, a.summed, a.kept]),
          );
        }
        return divided;
      }),
  };
  return { outputShape, operations: [operation], core: imagesBuild };
}

/**
 * Σ over one axis (`axes`, default −1 of both) of the first value times the second: dot().apply([a, b]). [n] · [n] gives [1],
 * [t, n] · [s, n] gives [t, s].
 */
export const dot = /* @__PURE__ */ layer("dot", {
  fields: fields,
  build,
  example: TRAINING && "{ axes: -1 }",
  merges: true,
});
