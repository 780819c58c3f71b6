/**
 * Activations and losses in plain double precision, one row at a time, written from their formulas and for nothing but being
 * obviously right. Analytic gradients are given apart from the values, so that the harness can hold one against the other.
 */
import type { ActivationName } from "../../src/activations/table.ts";
import type { LossName } from "../../src/losses/table.ts";

export type Row = number[];

/** erf as 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let sum = 0;
  let term = x;
  for (let n = 0; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const phi = (z: number) => 0.5 * (1 + erf(z / Math.SQRT2));
const density = (z: number) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

export interface ActivationReference {
  value(z: Row, alpha: number): Row;
  /** dz for da. */
  gradient(z: Row, da: Row, alpha: number): Row;
}

/** An activation that treats every value alone. */
function each(
  value: (z: number, alpha: number) => number,
  slope: (z: number, alpha: number) => number,
): ActivationReference {
  return {
    value: (z, alpha) => z.map((v) => value(v, alpha)),
    gradient: (z, da, alpha) => z.map((v, i) => da[i] * slope(v, alpha)),
  };
}

function softmax(z: Row): Row {
  const m = Math.max(...z);
  const e = z.map((v) => Math.exp(v - m));
  const sum = e.reduce((s, v) => s + v, 0);
  return e.map((v) => v / sum);
}

function logSoftmax(z: Row): Row {
  const m = Math.max(...z);
  const sum = z.reduce((s, v) => s + Math.exp(v - m), 0);
  return z.map((v) => v - m - Math.log(sum));
}

/** selu's constants: Klambauer et al. 2017. */
const [LAMBDA, ALPHA] = [1.0507009873554805, 1.6732632423543772];

const dot = (a: Row, b: Row) => a.reduce((s, v, i) => s + v * b[i], 0);

/** relu with options. */
export const rectified = ({
  maxValue = Number.POSITIVE_INFINITY,
  negativeSlope = 0,
  threshold = 0,
}): ActivationReference =>
  each(
    (z) => (z > threshold ? Math.min(z, maxValue) : negativeSlope * (z - threshold)),
    (z) => (z > threshold ? (z < maxValue ? 1 : 0) : negativeSlope),
  );

export const activationReferences: Record<ActivationName, ActivationReference> = {
  linear: each(
    (z) => z,
    () => 1,
  ),
  step: each(
    (z) => (z > 0 ? 1 : 0),
    () => 0,
  ),
  sigmoid: each(sigmoid, (z) => sigmoid(z) * sigmoid(-z)),
  tanh: each(Math.tanh, (z) => 1 / Math.cosh(z) ** 2),
  relu: each(
    (z) => Math.max(z, 0),
    (z) => (z > 0 ? 1 : 0),
  ),
  leakyRelu: each(
    (z, alpha) => (z > 0 ? z : alpha * z),
    (z, alpha) => (z > 0 ? 1 : alpha),
  ),
  gaussian: each(
    (z) => Math.exp(-z * z),
    (z) => -2 * z * Math.exp(-z * z),
  ),
  elu: each(
    (z, alpha) => (z > 0 ? z : alpha * Math.expm1(z)),
    (z, alpha) => (z > 0 ? 1 : alpha * Math.exp(z)),
  ),
  gelu: each(
    (z) => z * phi(z),
    (z) => phi(z) + z * density(z),
  ),
  silu: each(
    (z) => z * sigmoid(z),
    (z) => sigmoid(z) * (1 + z * sigmoid(-z)),
  ),
  softplus: each((z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), sigmoid),
  selu: each(
    (z) => LAMBDA * (z > 0 ? z : ALPHA * Math.expm1(z)),
    (z) => LAMBDA * (z > 0 ? 1 : ALPHA * Math.exp(z)),
  ),
  hardSigmoid: each(
    (z) => Math.min(Math.max(z / 6 + 0.5, 0), 1),
    (z) => (Math.abs(z) < 3 ? 1 / 6 : 0),
  ),
  hardSwish: each(
    (z) => z * Math.min(Math.max(z / 6 + 0.5, 0), 1),
    (z) => (Math.abs(z) <= 3 ? z / 3 + 0.5 : z > 0 ? 1 : 0),
  ),
  softsign: each(
    (z) => z / (1 + Math.abs(z)),
    (z) => 1 / (1 + Math.abs(z)) ** 2,
  ),
  logSoftmax: {
    value: logSoftmax,
    gradient: (z, da) => {
      const sum = da.reduce((s, v) => s + v, 0);
      return logSoftmax(z).map((v, i) => da[i] - Math.exp(v) * sum);
    },
  },
  softmax: {
    value: softmax,
    gradient: (z, da) => {
      const a = softmax(z);
      const mean = dot(a, da);
      return a.map((v, i) => v * (da[i] - mean));
    },
  },
};

export interface LossReference {
  value(a: Row, y: Row, parameter: number): number;
  gradient(a: Row, y: Row, parameter: number): Row;
}

/** factor(units) · Σ over units */
function sum(
  factor: (units: number) => number,
  value: (a: number, y: number, p: number) => number,
  slope: (a: number, y: number, p: number) => number,
): LossReference {
  return {
    value: (a, y, p) => factor(a.length) * a.reduce((s, v, i) => s + value(v, y[i], p), 0),
    gradient: (a, y, p) => a.map((v, i) => factor(a.length) * slope(v, y[i], p)),
  };
}

const mean = (units: number) => 1 / units;
const one = () => 1;
const clip = (a: number) => Math.min(Math.max(a, 1e-7), 1 - 1e-7);
const bce = (a: number, y: number) => -(y * Math.log(clip(a)) + (1 - y) * Math.log(1 - clip(a)));
const bceSlope = (a: number, y: number) => -y / clip(a) + (1 - y) / (1 - clip(a));
const cce = sum(
  one,
  (a, y) => -y * Math.log(Math.max(a, 1e-7)),
  (a, y) => -y / Math.max(a, 1e-7),
);

/** Index of the best class with y = 0. */
function rival(a: Row, y: Row): number {
  let best = -1;
  for (let i = 0; i < a.length; i++) if (y[i] === 0 && (best < 0 || a[i] > a[best])) best = i;
  return best;
}

const categoricalHinge: LossReference = {
  value: (a, y) => (rival(a, y) < 0 ? 0 : Math.max(0, 1 + a[rival(a, y)] - dot(a, y))),
  gradient: (a, y) => {
    const active = categoricalHinge.value(a, y, 0) > 0 ? 1 : 0;
    return a.map((_, i) => active * ((i === rival(a, y) ? 1 : 0) - y[i]));
  },
};

export const lossReferences: Record<LossName, LossReference> = {
  meanSquaredError: sum(
    mean,
    (a, y) => (a - y) ** 2,
    (a, y) => 2 * (a - y),
  ),
  quadratic: sum(
    one,
    (a, y) => 0.5 * (a - y) ** 2,
    (a, y) => a - y,
  ),
  meanAbsoluteError: sum(
    mean,
    (a, y) => Math.abs(a - y),
    (a, y) => Math.sign(a - y),
  ),
  huber: sum(
    mean,
    (a, y, d) => (Math.abs(a - y) <= d ? 0.5 * (a - y) ** 2 : d * (Math.abs(a - y) - 0.5 * d)),
    (a, y, d) => (Math.abs(a - y) <= d ? a - y : d * Math.sign(a - y)),
  ),
  binaryCrossentropy: sum(mean, bce, bceSlope),
  crossEntropy: sum(one, bce, bceSlope),
  categoricalCrossentropy: cce,
  sparseCategoricalCrossentropy: cce,
  hinge: sum(
    mean,
    (a, y) => Math.max(0, 1 - y * a),
    (a, y) => (y * a < 1 ? -y : 0),
  ),
  categoricalHinge,
  // the perceptron rule: the correction a − y is by design not the gradient of the loss
  perceptron: {
    ...sum(
      mean,
      (a, y) => Math.abs(a - y),
      () => 0,
    ),
    gradient: (a, y) => a.map((v, i) => v - y[i]),
  },
};

/** The probabilities that logits stand for, in a fused kernel. */
export const logits = {
  BINARY_CROSSENTROPY_SIGMOID: "sigmoid",
  CATEGORICAL_CROSSENTROPY_SOFTMAX: "softmax",
} as const;
