/** Sums, products and their like. */

import { Unsupported } from "../../problems.ts";
import { alike } from "../broadcasting.ts";
import type { Importing } from "../importing.ts";
import type { Handler, Handlers, Op } from "../op.ts";
import { type Constant, constant, isConstant, isValue, type Value } from "../value.ts";

export { expanded } from "../broadcasting.ts";

const number = (n: number): Constant => constant([], [n]);
const mapped = ({ dims, data }: Constant, f: (n: number) => number): Constant =>
  constant(dims, Float32Array.from(data, f));

/** x · factor(x). */
export const times = (at: Importing, a: Value, b: Value): Value => {
  const [first, second] = alike(at, [a, b]);
  return { ...first!, layer: at.add("multiply", {}, [first!, second!]).config.name };
};
export const plus = (at: Importing, a: Value, b: Value, type = "add"): Value => {
  const [first, second] = alike(at, [a, b]);
  return { ...first!, layer: at.add(type, {}, [first!, second!]).config.name };
};

/** Old versions say where the second input lies among the axes of the first. */
function placed(op: Op): (Value | Constant | undefined)[] {
  const [a, b] = op.inputs;
  if (op.opset >= 7 || !isConstant(b) || !op.int("broadcast")) return [a, b];
  const rank = isValue(a) ? a.axes.length : 0;
  const axis = op.int("axis", rank - b.dims.length);
  const after = Array<number>(Math.max(0, rank - axis - b.dims.length)).fill(1);
  return [a, { ...b, dims: [...b.dims, ...after] }];
}

const sum: Handler = (op) => {
  const [a, b] = placed(op);
  if (isConstant(b)) return op.at.affine(op.value(0), undefined, b);
  if (isConstant(a)) return op.at.affine(op.value(1), undefined, a);
  return plus(op.at, op.value(0), op.value(1));
};
const difference: Handler = (op) => {
  const [a, b] = placed(op);
  if (isConstant(b))
    return op.at.affine(
      op.value(0),
      undefined,
      mapped(b, (n) => -n),
    );
  if (isConstant(a)) return op.at.affine(op.value(1), number(-1), a);
  return plus(op.at, op.value(0), op.value(1), "subtract");
};
const product: Handler = (op) => {
  const [a, b] = placed(op);
  if (isConstant(b)) return op.at.affine(op.value(0), b);
  if (isConstant(a)) return op.at.affine(op.value(1), a);
  return times(op.at, op.value(0), op.value(1));
};
const quotient: Handler = (op) => {
  const [a, b] = placed(op);
  if (isValue(a) && a.whole)
    throw new Unsupported("it divides whole numbers and forgets the rest; values here are float32");
  if (!isConstant(b))
    throw new Unsupported("it divides by what depends on the model's input, which no layer here does");
  if (b.data.includes(0)) throw new Unsupported("it divides by 0");
  return op.at.affine(
    op.value(0),
    mapped(b, (n) => 1 / n),
  );
};

/** Of any number of inputs. Constants are put together by what comes after. */
const several =
  (type: string): Handler =>
  (op) => {
    const values = op.inputs.map((_, i) => op.value(i));
    if (values.length === 1) return values[0]!;
    const all = alike(op.at, values);
    return { ...all[0]!, layer: op.at.add(type, {}, all).config.name };
  };

/** x to a whole power. */
function power(op: Op): Value {
  const { data } = op.known(1, "its exponent");
  const n = data[0]!;
  const x = op.value();
  if (!data.every((each) => each === n) || !Number.isInteger(n) || n < 1 || n > 16)
    throw new Unsupported(
      `it raises values to the power ${data.length === 1 ? n : "of several numbers"}; whole powers from 1 to 16 there are here`,
    );
  let result: Value | undefined;
  let square = x;
  for (let left = n; ; ) {
    if (left & 1) result = result ? times(op.at, result, square) : square;
    left >>= 1;
    if (left === 0) return result!;
    square = times(op.at, square, square);
  }
}

export const negated = (op: Op, value: Value): Value => op.at.affine(value, number(-1));
export const absolute = (op: Op, value: Value): Value => plus(op.at, value, negated(op, value), "maximum");

export const handlers: Handlers = {
  Add: sum,
  Sub: difference,
  Mul: product,
  Div: quotient,
  Sum: several("add"),
  Mean: several("average"),
  Max: several("maximum"),
  Min: several("minimum"),
  Pow: power,
  Neg: (op) => negated(op, op.value()),
  Abs: (op) => absolute(op, op.value()),
};
