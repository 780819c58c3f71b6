/** What façade and planner need to know of each activation; the formulas are computed in `assembly/activations/`. */
import type { ActivationName } from "../config/names.ts";
import type { KernelName } from "../core/core.ts";
import { didYouMean, NablaError } from "../errors.ts";

export type { ActivationName };

export interface ActivationSpec {
  /** Absent: a is z, nothing to do. */
  forward?: KernelName;
  /** Absent: dz is da, or there is no gradient (`trainable` tells which). */
  backward?: KernelName;
  /** What the backward kernel wants to see of the forward pass. Where it is `"a"`, a may lie over z. */
  saves: "a" | "z";
  /** A number the user may set; `min` is the smallest allowed. */
  alpha?: { default: number; min: number; doc: string };
  /** What values come out: `unit` is 0 … 1, `symmetric` −1 … 1, `distribution` rows that add up to 1. */
  range: "real" | "positive" | "unit" | "symmetric" | "distribution";
  /** Whether gradients pass; if not, only the loss `"perceptron"` trains it. */
  trainable: boolean;
  /** Whether a never falls as z rises: then the largest a of several is that of the largest z. */
  rising?: true;
  /** The formula, as documentation and summaries show it. */
  doc: string;
}

export const activations: Record<ActivationName, ActivationSpec> = {
  linear: { saves: "a", range: "real", trainable: true, rising: true, doc: "a = z" },
  step: {
    forward: "STEP_FORWARD",
    saves: "a",
    range: "unit",
    trainable: false,
    rising: true,
    doc: "a = 1 where z > 0, else 0 (the perceptron)",
  },
  sigmoid: {
    forward: "SIGMOID_FORWARD",
    backward: "SIGMOID_BACKWARD",
    saves: "a",
    range: "unit",
    trainable: true,
    rising: true,
    doc: "a = 1 / (1 + e^−z)",
  },
  tanh: {
    forward: "TANH_FORWARD",
    backward: "TANH_BACKWARD",
    saves: "a",
    range: "symmetric",
    trainable: true,
    rising: true,
    doc: "a = tanh z",
  },
  relu: {
    forward: "RELU_FORWARD",
    backward: "RELU_BACKWARD",
    saves: "a",
    range: "positive",
    trainable: true,
    rising: true,
    doc: "a = max(z, 0)",
  },
  leakyRelu: {
    forward: "LEAKY_RELU_FORWARD",
    backward: "LEAKY_RELU_BACKWARD",
    saves: "a",
    alpha: { default: 0.01, min: 0, doc: "slope below zero; 0.01 as in PyTorch, while Keras takes 0.3" },
    range: "real",
    trainable: true,
    rising: true,
    doc: "a = z where z > 0, else alpha · z",
  },
  gaussian: {
    forward: "GAUSSIAN_FORWARD",
    backward: "GAUSSIAN_BACKWARD",
    saves: "z",
    range: "unit",
    trainable: true,
    doc: "a = e^(−z²)",
  },
  elu: {
    forward: "ELU_FORWARD",
    backward: "ELU_BACKWARD",
    saves: "a",
    alpha: { default: 1, min: 0, doc: "−alpha is the limit on the left" },
    range: "real",
    trainable: true,
    rising: true,
    doc: "a = z where z > 0, else alpha (e^z − 1)",
  },
  gelu: {
    forward: "GELU_FORWARD",
    backward: "GELU_BACKWARD",
    saves: "z",
    range: "real",
    trainable: true,
    doc: "a = z · ½ (1 + erf(z / √2))",
  },
  silu: {
    forward: "SILU_FORWARD",
    backward: "SILU_BACKWARD",
    saves: "z",
    range: "real",
    trainable: true,
    doc: "a = z / (1 + e^−z)",
  },
  softplus: {
    forward: "SOFTPLUS_FORWARD",
    backward: "SOFTPLUS_BACKWARD",
    saves: "z",
    range: "positive",
    trainable: true,
    rising: true,
    doc: "a = ln(1 + e^z)",
  },
  softmax: {
    forward: "SOFTMAX_FORWARD",
    backward: "SOFTMAX_BACKWARD",
    saves: "a",
    range: "distribution",
    trainable: true,
    doc: "a = e^z / Σ e^z over the units",
  },
};

/** The activation of that name; an unknown one is an error that says what there is. */
export function activation(name: string): ActivationSpec {
  if (Object.hasOwn(activations, name)) return activations[name as ActivationName];
  const names = Object.keys(activations);
  throw new NablaError(
    `unknown activation ${JSON.stringify(name)}${didYouMean(name, names)} (there are ${names.join(", ")})`,
  );
}
