/** Products of matrices that both depend on the model's input. */
import { Unsupported } from "../../problems.ts";
import type { Op } from "../op.ts";
import { along, constant, type Value } from "../value.ts";

/** Rows of a times rows of b: [m, k] · [n, k] for each row of the batch. */
function dot(op: Op, a: Value, b: Value): Value {
  const { at } = op;
  const lines = (value: Value) => {
    const batch = value.axes.slice(0, -2);
    if (batch.some((axis) => axis.some((factor) => !factor.batch)))
      throw new Unsupported(
        "it multiplies many matrices of the model's input at once; heads of attention are read where their mask is known when the file is opened: export without key_padding_mask",
      );
    const rank = value.axes.length;
    return at.arrange(value, [along(value, rank - 2), along(value, rank - 1)]);
  };
  const [left, right] = [lines(a), lines(b)];
  const layer = at.add("dot", { axes: [2, 2] }, [left, right]).config.name;
  const held = [left.held[0]!, right.held[0]!.map(({ size }) => ({ size }))];
  const longer = a.axes.length >= b.axes.length ? a : b;
  return { kind: "value", layer, held, axes: [...longer.axes.slice(0, -2), ...held] };
}

/** alpha · a b + beta · c. @param a turned already */
export function gemm(op: Op, a: Value): Value {
  const { at } = op;
  const [alpha, beta] = [op.float("alpha", 1), op.float("beta", 1)];
  const b = op.value(1);
  const right = op.int("transB") ? b : { ...b, axes: [b.axes[1]!, b.axes[0]!] };
  const product = at.affine(dot(op, a, right), constant([], [alpha]));
  const c = op.maybe(2);
  return c
    ? at.affine(
        product,
        undefined,
        constant(
          c.dims,
          Float32Array.from(c.data, (n) => n * beta),
        ),
      )
    : product;
}

export function matMul(op: Op): Value {
  const [left, right] = [op.value(0), op.value(1)];
  if (left.axes.length < 2 || right.axes.length < 2)
    throw new Unsupported("it multiplies vectors that both depend on the model's input");
  const rank = right.axes.length;
  const turned = [...right.axes.slice(0, -2), right.axes[rank - 1]!, right.axes[rank - 2]!];
  return dot(op, left, { ...right, axes: turned });
}
