/** What façade and planner need to know of a loss; its formula is computed in `assembly/losses/`. */
import type { ActivationName } from "../activations/table.ts";
import type { KernelsWith } from "../core/layouts.ts";
import { type Kind, number } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Domain } from "../plan/loss.ts";

export interface LossKind extends Kind {
  /** It takes the outputs a, and gives da. */
  readonly kernel: KernelsWith<"Loss">;
  /**
   * Kernels that compute the activation as well and give dz, without rounding or clipping between the two. After "linear" the
   * outputs are logits: the kernel's a are the probabilities they stand for.
   */
  readonly fused: Partial<Record<ActivationName, KernelsWith<"FusedLoss">>>;
  /** Output activations it may follow, the usual one first. Default: all that gradients pass. */
  readonly outputs?: readonly ActivationName[];
  /** The record's field alpha. @param config what its fields hold */
  alpha(units: number, config: Readonly<Record<string, number>>): number;
  /** What ONE_HOT writes for class numbers. */
  readonly labels: { readonly on: number; readonly off: number };
  /** Which target values it takes: checked before a training begins. Default: any. */
  readonly domain?: Domain;
  /** Among how many the share ε of a smoothed target is spread evenly. Losses without it know no labelSmoothing. */
  smoothed?(units: number): number;
  /** Whether its targets are classes by nature, so that one output can distinguish only two. */
  readonly classification: boolean;
  /** Whether it needs an output for each class, so that one output makes no sense. */
  readonly outputPerClass?: boolean;
  /** Whether it is a rule for corrections of a single layer of weights, no gradient. */
  readonly oneLayer?: boolean;
  /** How to repair a network whose output activation does not fit. @param outputs those that do, as a list for the message */
  advice?(activation: ActivationName, outputs: string): string;
}

export const zeroOne = { on: 1, off: 0 };
/** The record's alpha for a mean over the outputs. */
export const meanOverOutputs = (units: number): number => 1 / units;
/** The fields of a loss whose targets can be smoothed. @param classes among how many ε is spread, as a word */
export const smoothing = (classes: string, doc?: string) =>
  object(
    {
      labelSmoothing: number({
        min: 0,
        exclusiveMax: 1,
        default: 0,
        doc: DOCS && `ε: targets become y · (1 − ε) + ε / ${classes}, in training and in evaluation.`,
      }),
    },
    { doc },
  );
