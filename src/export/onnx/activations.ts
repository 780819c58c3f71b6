/** Activations as operators of ONNX. */

import type { ActivationConfig } from "../../activations/table.ts";
import { refuse, type Writing, type Written } from "./writing.ts";

type Options = Readonly<Record<string, number | undefined>>;
type Make = (at: Writing, x: string, wish: string, options: Options, axis: number) => string;

const plain =
  (type: string): Make =>
  (at, x, wish) =>
    at.node(type, [x], {}, wish);

const inner = (wish: string, part: string) => `${wish}_${part}`;

function relu(
  at: Writing,
  x: string,
  wish: string,
  { maxValue, negativeSlope = 0, threshold = 0 }: Options,
): string {
  if (threshold === 0 && negativeSlope === 0)
    return maxValue === undefined
      ? at.node("Relu", [x], {}, wish)
      : at.node("Clip", [x, at.constant(0), at.constant(maxValue)], {}, wish);
  if (threshold === 0 && maxValue === undefined)
    return at.node("LeakyRelu", [x], { alpha: { float: negativeSlope } }, wish);
  // min(x where x > threshold, maxValue) − slope · max(threshold − x, 0)
  const kept =
    threshold === 0 ? at.node("Relu", [x], {}, inner(wish, "kept")) : thresholded(at, x, threshold, wish);
  const cut =
    maxValue === undefined
      ? kept
      : at.node("Clip", [kept, "", at.constant(maxValue)], {}, inner(wish, "cut"));
  if (negativeSlope === 0) return cut;
  const below = at.node(
    "Relu",
    [at.node("Sub", [at.constant(threshold), x], {}, inner(wish, "below"))],
    {},
    inner(wish, "depth"),
  );
  const fall = at.node("Mul", [below, at.constant(negativeSlope)], {}, inner(wish, "fall"));
  return at.node("Sub", [cut, fall], {}, wish);
}

/** ThresholdedRelu knows no threshold below 0 in some programs, so it is said by other operators. */
function thresholded(at: Writing, x: string, threshold: number, wish: string): string {
  if (threshold > 0)
    return at.node("ThresholdedRelu", [x], { alpha: { float: threshold } }, inner(wish, "kept"));
  const above = at.node("Greater", [x, at.constant(threshold)], {}, inner(wish, "above"));
  return at.node("Mul", [x, at.node("Cast", [above], { to: 1 }, inner(wish, "is"))], {}, inner(wish, "kept"));
}

/** One that is not here is refused by its name: a new activation costs nothing in this file. */
const MAKERS: Readonly<Partial<Record<ActivationConfig["name"], Make>>> = {
  linear: (_at, x) => x,
  step(at, x, wish) {
    const above = at.node("Greater", [x, at.constant(0)], {}, inner(wish, "above"));
    return at.node("Cast", [above], { to: 1 }, wish);
  },
  sigmoid: plain("Sigmoid"),
  tanh: plain("Tanh"),
  relu,
  leakyRelu: (at, x, wish, { alpha = 0.01 }) => at.node("LeakyRelu", [x], { alpha: { float: alpha } }, wish),
  gaussian(at, x, wish) {
    const square = at.node("Mul", [x, x], {}, inner(wish, "square"));
    return at.node("Exp", [at.node("Neg", [square], {}, inner(wish, "negative"))], {}, wish);
  },
  elu: (at, x, wish, { alpha = 1 }) => at.node("Elu", [x], { alpha: { float: alpha } }, wish),
  gelu(at, x, wish) {
    // an operator of its own comes with opset 20
    const scaled = at.node("Div", [x, at.constant(Math.fround(Math.SQRT2))], {}, inner(wish, "scaled"));
    const sum = at.node(
      "Add",
      [at.node("Erf", [scaled], {}, inner(wish, "erf")), at.constant(1)],
      {},
      inner(wish, "sum"),
    );
    return at.node("Mul", [at.node("Mul", [x, sum], {}, inner(wish, "product")), at.constant(0.5)], {}, wish);
  },
  silu: (at, x, wish) => at.node("Mul", [x, at.node("Sigmoid", [x], {}, inner(wish, "gate"))], {}, wish),
  softplus: plain("Softplus"),
  softmax: (at, x, wish, _options, axis) => at.node("Softmax", [x], { axis }, wish),
  selu: plain("Selu"),
  hardSigmoid: (at, x, wish) =>
    at.node("HardSigmoid", [x], { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }, wish),
  hardSwish: plain("HardSwish"),
  softsign: plain("Softsign"),
  logSoftmax: (at, x, wish, _options, axis) => at.node("LogSoftmax", [x], { axis }, wish),
};

export function activated(at: Writing, x: Written, config: ActivationConfig, wish: string): Written {
  const axis = x.channelsFirst && x.shape.length > 1 ? 1 : -1;
  const { name, ...options } = config;
  const make = MAKERS[name];
  if (!make) refuse(`the activation ${name} is not written to ONNX files`);
  return { ...x, name: make!(at, x.name, wish, options as Options, axis) };
}
