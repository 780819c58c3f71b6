/** Layers that treat every value alone: rescaling, prelu. */
import { type ConfigOf, plain, type ReferenceLayer, type Shape, size } from "./types.ts";

export const rescaling = ({ scale, offset = 0 }: ConfigOf<"rescaling">, shape: Shape): ReferenceLayer =>
  plain(shape, (x) => ({ y: x.map((v) => scale * v + offset), dx: (dy) => dy.map((d) => scale * d) }));

/** x where x > 0, else alpha · x; alpha has a 1 for each axis along which it is shared. */
export function prelu({ sharedAxes = [] }: ConfigOf<"prelu">, shape: Shape): ReferenceLayer {
  const own = shape.map((n, i) => (sharedAxes.includes(i + 1) ? 1 : n));
  /** The place in alpha of value i. */
  const place = (i: number): number => {
    let left = i % size(shape);
    let at = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (own[axis] > 1) at += (left % shape[axis]) * stride;
      left = Math.floor(left / shape[axis]);
      stride *= own[axis];
    }
    return at;
  };
  return {
    outputShape: shape,
    parameters: { alpha: own },
    moving: {},
    forward: ({ alpha }, x) => ({
      y: x.map((v, i) => (v > 0 ? v : alpha[place(i)] * v)),
      moving: {},
      backward(dy) {
        const dalpha = new Float64Array(alpha.length);
        x.forEach((v, i) => {
          if (v <= 0) dalpha[place(i)] += dy[i] * v;
        });
        return { dx: dy.map((d, i) => (x[i] > 0 ? d : alpha[place(i)] * d)), gradients: { alpha: dalpha } };
      },
    }),
  };
}
