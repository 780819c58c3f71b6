/** What façade and planner need to know of each loss; the formulas are computed in `assembly/losses/`. */
import { type ActivationName, activations } from "../activations/index.ts";
import type { LossName } from "../config/names.ts";
import type { KernelName } from "../core/core.ts";
import { didYouMean, NablaError } from "../errors.ts";

export type { LossName };

export interface LossSpec {
  /** Takes a record `Loss`: the outputs a, and gives da. */
  kernel: KernelName;
  /**
   * Kernels that take a record `FusedLoss`: they compute the activation as well and give dz, without rounding or clipping
   * between the two. After "linear" the outputs are logits: the kernel's a are the probabilities they stand for.
   */
  fused: Partial<Record<ActivationName, KernelName>>;
  /** Output activations it may follow. */
  outputs: readonly ActivationName[];
  /** The record's field alpha. `parameter` is the user's value or its default. */
  alpha(units: number, parameter: number): number;
  /** A number the user may set; it has to be greater than 0. */
  parameter?: { name: string; default: number; doc: string };
  /** What ONE_HOT writes for class numbers. */
  labels: { on: number; off: number };
  /** Among how many the share ε of a smoothed target is spread evenly. Losses without it know no labelSmoothing. */
  smoothed?(units: number): number;
  /** The formula for one row, as documentation and summaries show it. */
  doc: string;
}

const trainable = (Object.keys(activations) as ActivationName[]).filter(
  (name) => activations[name].trainable,
);
const zeroOne = { on: 1, off: 0 };
const mean = (units: number): number => 1 / units;

const binaryCrossentropy: LossSpec = {
  kernel: "BINARY_CROSSENTROPY",
  fused: { sigmoid: "BINARY_CROSSENTROPY_SIGMOID", linear: "BINARY_CROSSENTROPY_SIGMOID" },
  outputs: ["sigmoid", "linear", "softmax", "gaussian"],
  alpha: mean,
  labels: zeroOne,
  smoothed: () => 2,
  doc: "−1/units · Σ y ln a + (1 − y) ln(1 − a)",
};

const categoricalCrossentropy: LossSpec = {
  kernel: "CATEGORICAL_CROSSENTROPY",
  fused: { softmax: "CATEGORICAL_CROSSENTROPY_SOFTMAX", linear: "CATEGORICAL_CROSSENTROPY_SOFTMAX" },
  outputs: ["softmax", "linear"],
  alpha: () => 1,
  labels: zeroOne,
  smoothed: (units) => units,
  doc: "−Σ y ln a",
};

export const losses: Record<LossName, LossSpec> = {
  meanSquaredError: {
    kernel: "SQUARED_ERROR",
    fused: {},
    outputs: trainable,
    alpha: mean,
    labels: zeroOne,
    doc: "1/units · Σ (a − y)²",
  },
  quadratic: {
    kernel: "SQUARED_ERROR",
    fused: {},
    outputs: trainable,
    alpha: () => 0.5,
    labels: zeroOne,
    doc: "½ · Σ (a − y)² (the quadratic cost of textbooks)",
  },
  meanAbsoluteError: {
    kernel: "ABSOLUTE_ERROR",
    fused: {},
    outputs: trainable,
    alpha: mean,
    labels: zeroOne,
    doc: "1/units · Σ |a − y|",
  },
  huber: {
    kernel: "HUBER",
    fused: {},
    outputs: trainable,
    alpha: (_units, delta) => delta,
    parameter: { name: "delta", default: 1, doc: "distance from which on the loss is linear" },
    labels: zeroOne,
    doc: "1/units · Σ ½ d² where |d| ≤ delta, else delta (|d| − ½ delta); d = a − y",
  },
  binaryCrossentropy,
  crossEntropy: {
    ...binaryCrossentropy,
    alpha: () => 1,
    doc: "−Σ y ln a + (1 − y) ln(1 − a) (the cross-entropy cost of textbooks)",
  },
  categoricalCrossentropy,
  sparseCategoricalCrossentropy: { ...categoricalCrossentropy, doc: "−ln a of the right class" },
  hinge: {
    kernel: "HINGE",
    fused: {},
    outputs: ["linear", "tanh"],
    alpha: mean,
    labels: { on: 1, off: -1 },
    doc: "1/units · Σ max(0, 1 − y a), y is −1 or 1",
  },
  categoricalHinge: {
    kernel: "CATEGORICAL_HINGE",
    fused: {},
    outputs: ["linear", "tanh"],
    alpha: () => 1,
    labels: zeroOne,
    doc: "max(0, 1 + best a of a wrong class − a of the right class)",
  },
  perceptron: {
    kernel: "PERCEPTRON",
    fused: {},
    outputs: ["step"],
    alpha: mean,
    labels: zeroOne,
    doc: "1/units · Σ |a − y|, trained by the rule w −= rate · (a − y) x",
  },
};

/** The loss of that name; an unknown one is an error that says what there is. */
export function loss(name: string): LossSpec {
  if (Object.hasOwn(losses, name)) return losses[name as LossName];
  const names = Object.keys(losses);
  throw new NablaError(
    `unknown loss ${JSON.stringify(name)}${didYouMean(name, names)} (there are ${names.join(", ")})`,
  );
}

/** Throws where a loss cannot train an output layer with this activation (and this many units), saying what can. */
export function checkPair(name: LossName, activation: ActivationName, units?: number): void {
  const { outputs } = loss(name);
  if (!outputs.includes(activation)) {
    throw new NablaError(
      `loss "${name}" cannot follow the output activation "${activation}": ${advice(name, activation)}`,
    );
  }
  if (units === 1 && /^(sparseC|c)ategorical/.test(name)) {
    throw new NablaError(
      `loss "${name}" needs a unit for each class, but the output layer has 1: give it 2 units, or keep 1 with activation "sigmoid" and loss "binaryCrossentropy"`,
    );
  }
}

/** Which change mends a pair that does not fit. */
function advice(name: LossName, activation: ActivationName): string {
  if (activation === "step") return 'a step has no gradient; use loss "perceptron", or activation "sigmoid"';
  const outputs = losses[name].outputs.map((a) => `"${a}"`).join(" or ");
  if (name === "perceptron")
    return `its rule is for outputs of 0 and 1; use activation ${outputs}, or another loss`;
  if (name === "categoricalCrossentropy" || name === "sparseCategoricalCrossentropy") {
    const binary =
      activation === "sigmoid"
        ? ', or loss "binaryCrossentropy" if an input may belong to several classes'
        : "";
    return `it compares distributions; use activation "softmax" (or "linear", whose outputs it takes as logits)${binary}`;
  }
  if (name === "hinge" || name === "categoricalHinge") {
    return `it wants outputs of both signs; use activation ${outputs}`;
  }
  return `it wants outputs between 0 and 1; use activation "sigmoid" (or "linear", whose outputs it takes as logits), or loss "meanSquaredError"`;
}
