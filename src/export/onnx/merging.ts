/** Layers in which several values meet. */
import type { Writer, Written } from "./writing.ts";

/** Values that meet lie as the first of them does. */
const merged =
  (type: string): Writer =>
  (at, values, place) => {
    const { channelsFirst } = values[0]!;
    const names = values.map((value) => at.as(value, channelsFirst));
    return { ...values[0]!, name: at.node(type, names, {}, place.name) };
  };

/** ONNX's own take two. */
const byTwo =
  (type: string): Writer =>
  (at, values, place) => {
    const { channelsFirst } = values[0]!;
    let name = at.as(values[0]!, channelsFirst);
    for (const [i, value] of values.entries())
      if (i > 0)
        name = at.node(
          type,
          [name, at.as(value, channelsFirst)],
          {},
          i === values.length - 1 ? place.name : `${place.name}_${i}`,
        );
    return { ...values[0]!, name };
  };

const concatenate: Writer = (at, values, place) => {
  const { axis } = place.config as unknown as { axis: number };
  const rank = values[0]!.shape.length;
  const own = axis < 0 ? rank + axis : axis - 1;
  const { channelsFirst } = values[0]!;
  const names = values.map((value) => at.as(value, channelsFirst));
  const at1 = rank < 2 || !channelsFirst ? own + 1 : own === rank - 1 ? 1 : own + 2;
  return {
    name: at.node("Concat", names, { axis: at1 }, place.name),
    shape: place.outputShape,
    channelsFirst,
  };
};

/** Σ over an axis of each: a product of matrices [m, k] · [k, n] for each row of the batch. */
const dot: Writer = (at, [a, b], place) => {
  const { axes } = place.config as unknown as { axes: readonly [number, number] };
  const matrix = (value: Written, given: number, last: boolean, part: string) => {
    const rank = value.shape.length;
    const axis = given < 0 ? rank + given : given - 1;
    if (rank === 1)
      return at.node(
        "Unsqueeze",
        [value.name, at.constant([last ? 1 : 2], true)],
        {},
        `${place.name}_${part}`,
      );
    return (axis === 1) === last
      ? at.plain(value)
      : at.node("Transpose", [at.plain(value)], { perm: [0, 2, 1] }, `${place.name}_${part}`);
  };
  const product = at.node(
    "MatMul",
    [matrix(a!, axes[0], true, "left"), matrix(b!, axes[1], false, "right")],
    {},
    `${place.name}_product`,
  );
  const name = at.node("Reshape", [product, at.constant([-1, ...place.outputShape], true)], {}, place.name);
  return { name, shape: place.outputShape, channelsFirst: false };
};

export const MERGING = {
  add: merged("Sum"),
  average: merged("Mean"),
  maximum: merged("Max"),
  minimum: merged("Min"),
  subtract: byTwo("Sub"),
  multiply: byTwo("Mul"),
  concatenate,
  dot,
} satisfies Record<string, Writer>;
