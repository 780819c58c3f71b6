/** Layers that exporters write as many small nodes: found by how these are connected, and read as one. */
import type { OnnxNode } from "../../interop/onnx.ts";
import type { Connections, Found, Patterns } from "./connections.ts";
import type { Handlers } from "./op.ts";
import { along, axisAt } from "./value.ts";

/** Normalisation over some axes without gamma and beta: [x, epsilon, axes?]. The name of no operator. */
export const STANDARDISE = "(normalisation)";

/** (x − mean) / deviation with constants. */
export const BY_CONSTANTS = "(normalisation by constants)";

/** (x − mean) / √(variance + ε) */
function standardised(at: Connections, last: OnnxNode): Found | undefined {
  const [difference, deviation] = last.inputs;
  const centred = at.maker(difference, "Sub");
  const [x, meanName] = centred?.inputs ?? [];
  const mean = at.maker(meanName, "ReduceMean");
  const sum = at.maker(at.maker(deviation, "Sqrt")?.inputs[0], "Add");
  const spread = sum?.inputs.find((name) => at.maker(name, "ReduceMean", "Sub"));
  const epsilon = at.other(sum, spread);
  if (!x || mean?.inputs[0] !== x || !epsilon || at.number(epsilon) === undefined) return undefined;
  const isCentred = (name: string | undefined) => {
    const node = at.maker(name, "Sub");
    return name === difference || (node?.inputs[0] === x && node.inputs[1] === meanName);
  };
  /** Whether a value is the square of one of these. */
  const isSquare = (name: string | undefined, of: (name: string | undefined) => boolean) => {
    const square = at.maker(name, "Pow", "Mul");
    const [base, power] = square?.inputs ?? [];
    return of(base) && (square?.type === "Pow" ? at.number(power) === 2 : of(power));
  };
  const meanOf = (name: string | undefined) => at.maker(name, "ReduceMean")?.inputs[0];
  // the mean of squares, or that less the square of the mean
  const [squares, less] = at.maker(spread, "Sub")?.inputs ?? [];
  const fits = less
    ? isSquare(meanOf(squares), (name) => name === x) && isSquare(less, (name) => name === meanName)
    : isSquare(meanOf(spread), isCentred);
  if (!fits) return undefined;
  const inputs = [x, epsilon, ...(mean.inputs[1] ? [mean.inputs[1]] : [])];
  return { last, node: { ...last, type: STANDARDISE, inputs, attributes: mean.attributes } };
}

/** exp(x − max) / Σ exp(x − max) */
function softmax(at: Connections, last: OnnxNode): Found | undefined {
  const [top, bottom] = last.inputs;
  const sum = at.maker(bottom, "ReduceSum");
  const difference = at.maker(at.maker(top, "Exp")?.inputs[0], "Sub");
  const [x, most] = difference?.inputs ?? [];
  const largest = at.maker(most, "ReduceMax");
  if (!x || sum?.inputs[0] !== top || largest?.inputs[0] !== x) return undefined;
  const axes = largest.attributes.find(({ name }) => name === "axes")?.ints;
  const axis = axes?.length === 1 ? axes[0] : axes ? undefined : at.number(largest.inputs[1]);
  if (axis === undefined || sum.attributes.some(({ name, i }) => name === "keepdims" && i === 0))
    return undefined;
  return { last, node: { ...last, type: "Softmax", inputs: [x], attributes: [{ name: "axis", i: axis }] } };
}

/** d − log Σ exp d, where d is x − max */
function logSoftmax(at: Connections, last: OnnxNode): Found | undefined {
  const [difference, log] = last.inputs;
  const sum = at.maker(at.maker(log, "Log")?.inputs[0], "ReduceSum");
  const top = at.maker(sum?.inputs[0], "Exp");
  if (!sum || !top || top.inputs[0] !== difference) return undefined;
  const alike = softmax(at, { ...last, inputs: [top.outputs[0]!, sum.outputs[0]!] });
  return alike && { last, node: { ...alike.node, type: "LogSoftmax" } };
}

/** ½ x (1 + erf(x / √2)) */
function gelu(at: Connections, erf: OnnxNode): Found | undefined {
  const scaled = at.maker(erf.inputs[0], "Div", "Mul");
  const x =
    scaled?.type === "Div" && at.isNear(scaled.inputs[1], Math.SQRT2)
      ? scaled.inputs[0]
      : at.times(scaled, Math.SQRT1_2);
  const sum = at.user(erf.outputs[0], "Add");
  const product = at.user(sum?.outputs[0], "Mul");
  const factor = at.other(product, sum?.outputs[0]);
  if (x === undefined || !product || at.number(at.other(sum, erf.outputs[0])) !== 1) return undefined;
  const half = factor === x ? at.user(product.outputs[0], "Mul") : undefined;
  const last =
    half && at.isNear(at.other(half, product.outputs[0]), 0.5)
      ? half
      : at.times(at.maker(factor, "Mul"), 0.5) === x
        ? product
        : undefined;
  return last && { last, node: { ...last, type: "Gelu", inputs: [x], attributes: [] } };
}

/** (x − mean) / deviation */
function byConstants(at: Connections, last: OnnxNode): Found | undefined {
  const [top, deviation] = last.inputs;
  const difference = at.user(top, "Div") && at.maker(top, "Sub");
  const [x, mean] = difference?.inputs ?? [];
  if (!x || !mean || !at.isWeight(mean) || !at.isWeight(deviation) || at.isWeight(x)) return undefined;
  return { last, node: { ...last, type: BY_CONSTANTS, inputs: [x, mean, deviation!] } };
}

/** e^(−x²) */
function gaussian(at: Connections, last: OnnxNode): Found | undefined {
  const square = at.maker(at.maker(last.inputs[0], "Neg")?.inputs[0], "Mul");
  const [x, y] = square?.inputs ?? [];
  return x !== undefined && x === y ? { last, node: { ...last, type: "Gaussian", inputs: [x] } } : undefined;
}

/** 1 where x > 0, else 0 */
function step(at: Connections, last: OnnxNode): Found | undefined {
  const above = at.maker(last.inputs[0], "Greater");
  if (!above || at.number(above.inputs[1]) !== 0) return undefined;
  return { last, node: { ...last, type: "Step", inputs: [above.inputs[0]!] } };
}

/** x · sigmoid(x) */
function silu(at: Connections, last: OnnxNode): Found | undefined {
  const gate = last.inputs.find((name) => at.user(name, "Mul") && at.maker(name, "Sigmoid"));
  const x = at.other(last, gate);
  if (!gate || !x || at.maker(gate, "Sigmoid")!.inputs[0] !== x) return undefined;
  return { last, node: { ...last, type: "Swish", inputs: [x], attributes: [] } };
}

export const patterns: Patterns = new Map([
  ["Div", [standardised, softmax, byConstants]],
  ["Exp", [gaussian]],
  ["Cast", [step]],
  ["Mul", [silu]],
  ["Sub", [logSoftmax]],
  ["Erf", [gelu]],
]);

export const handlers: Handlers = {
  Gaussian: (op) => op.at.activate(op.value(), "gaussian"),
  Step: (op) => op.at.activate(op.value(), "step"),
  [BY_CONSTANTS](op) {
    return op.at
      .part<typeof import("./affine.ts")>("constants")
      .normalised(op.at, op.value(), op.known(1), op.known(2));
  },
  [STANDARDISE](op) {
    const value = op.value();
    const axes = (op.ints("axes") ?? op.numbers("axes", 2) ?? []).map((axis) =>
      axisAt(axis, value.axes.length),
    );
    const { value: ready } = op.at.innermost(
      value,
      axes.flatMap((axis) => along(value, axis)),
    );
    const epsilon = Math.max(op.known(1).data[0]!, 1e-12);
    return op.at.unary(ready, "layerNormalization", { epsilon, scale: false, center: false });
  },
};
