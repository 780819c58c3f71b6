/** A loss as configured, ready for the plan. */
import { ACTIVATIONS, type ActivationName } from "../activations/table.ts";
import type { Loss } from "../plan/loss.ts";
import { zeroOne } from "./kind.ts";
import { type LossConfig, losses } from "./table.ts";

/**
 * The threshold of a single output between class 0 and class 1: 0 for margins, and for logits (a linear output that the loss turns into a
 * probability itself); ½ for everything else.
 *
 * @param after the activation the output comes from
 */
export function outputThreshold(loss: Loss, after: string): number {
  return loss.labels.off < 0 || (after === "linear" && loss.kernel(after)?.fused) ? 0 : 0.5;
}

/** A loss of the program's own, ready for the plan. */
export const ownLoss = (name: string, own: Loss["own"]): Loss => ({
  name,
  own,
  kernel: () => undefined,
  lastAxis: false,
  logits: undefined,
  alpha: () => 0,
  labels: zeroOne,
  smoothing: () => undefined,
  classification: false,
  rule: false,
});

export function resolveLoss(config: LossConfig): Loss {
  const { name } = config;
  const kind = losses[name];
  const { fused } = kind;
  const epsilon = "labelSmoothing" in config ? config.labelSmoothing : 0;
  return {
    name,
    kernel(after) {
      const both = fused[after as ActivationName];
      return both ? { kernel: both, fused: true } : { kernel: kind.kernel, fused: false };
    },
    lastAxis: kind.outputPerClass === true,
    logits: ACTIVATIONS.find((name) => name !== "linear" && fused.linear && fused[name] === fused.linear),
    alpha: (units) => kind.alpha(units, config as unknown as Readonly<Record<string, number>>),
    labels: kind.labels,
    domain: kind.domain,
    smoothing: (units) =>
      epsilon > 0 ? { keep: 1 - epsilon, add: epsilon / kind.smoothed!(units) } : undefined,
    classification: kind.classification,
    rule: kind.oneLayer === true,
  };
}
