/** A loss as configured, ready for the plan; and whether a network can be trained with it. */
import { type ActivationName, activations } from "../activations/index.ts";
import type { LayerConfig } from "../config/config.ts";
import type { loss as lossField } from "../config/training.ts";
import type { KernelName } from "../core/core.ts";
import { NablaError } from "../errors.ts";
import type { Infer } from "../fields/fields.ts";
import { everyLayer } from "../layers/chain.ts";
import type { Layer } from "../plan/operation.ts";
import { checkPair, type LossName, losses } from "./index.ts";

export interface Loss {
  readonly name: LossName;
  /** The kernel for outputs after this activation; fused kernels compute the activation too and take z. */
  kernel(after: ActivationName): { readonly kernel: KernelName; readonly fused: boolean };
  /** The record's field alpha for so many outputs. */
  alpha(units: number): number;
  /** What stands for "this class" and "another class" in targets. */
  readonly labels: { readonly on: number; readonly off: number };
  /** What targets become before the loss sees them, y · keep + add as Keras smooths labels; metrics see y itself. */
  smoothing(units: number): { readonly keep: number; readonly add: number } | undefined;
  /** Whether its targets are classes by nature, so that one output tells only two apart. */
  readonly classification: boolean;
}

/**
 * Where a single output parts class 0 from class 1: 0 for margins, and for logits (a linear output that the loss turns into a
 * probability itself); ½ for everything else.
 */
export function outputThreshold(loss: Loss, layers: readonly Layer[]): number {
  const after = lastActivation(layers);
  return loss.labels.off < 0 || (after === "linear" && loss.kernel(after).fused) ? 0 : 0.5;
}

/** The activation the outputs of a network come from. */
export function lastActivation(layers: readonly Layer[]): ActivationName {
  const last = [...layers].reverse().find((layer) => layer.activation !== undefined);
  return (last?.activation ?? "linear") as ActivationName;
}

const REGRESSION: readonly LossName[] = ["meanSquaredError", "quadratic", "meanAbsoluteError", "huber"];

export function resolveLoss(config: Infer<typeof lossField>): Loss {
  const spec = losses[config.name];
  const parameter = spec.parameter ? (config as unknown as Record<string, number>)[spec.parameter.name] : 0;
  const epsilon = "labelSmoothing" in config ? config.labelSmoothing : 0;
  return {
    name: config.name,
    kernel(after) {
      const fused = spec.fused[after];
      return fused ? { kernel: fused, fused: true } : { kernel: spec.kernel, fused: false };
    },
    alpha: (units) => spec.alpha(units, parameter),
    labels: spec.labels,
    smoothing: (units) =>
      epsilon > 0 ? { keep: 1 - epsilon, add: epsilon / spec.smoothed!(units) } : undefined,
    classification: !REGRESSION.includes(config.name),
  };
}

/** @throws NablaError where the loss does not fit the output, or no gradient could pass a hidden step */
export function checkTrainable(loss: Loss, layers: readonly LayerConfig[]): void {
  let last: ActivationName = "linear";
  let units: number | undefined;
  const hasWeights = (layer: LayerConfig) =>
    everyLayer([layer]).some(({ type }) => type === "dense" || type === "conv2d");
  const weights = everyLayer(layers).filter((layer) => layer.type !== "residual" && hasWeights(layer)).length;
  layers.forEach((layer, i) => {
    if (layer.type === "flatten" || layer.type === "reshape") return;
    last = "activation" in layer ? layer.activation.name : "linear";
    if (layer.type === "dense") units = layer.units;
    const hidden = layers.slice(i + 1).some(hasWeights);
    if (hidden && !activations[last].trainable) {
      throw new NablaError(
        `layers[${i}]: a hidden layer with activation "${last}" cannot be trained, because its gradient is zero everywhere; use "sigmoid" (a smooth step) or "relu"`,
      );
    }
  });
  checkPair(loss.name, last, units);
  if (loss.name === "perceptron" && weights > 1) {
    throw new NablaError(
      `loss "perceptron" is a rule for one layer of weights, this model has ${weights}; for several use activation "sigmoid" and loss "quadratic"`,
    );
  }
}
