/** What façade and planner need to know of an activation; its formula is computed in `assembly/activations/`. */
import type { KernelsWith } from "../core/layouts.ts";
import type { Kind } from "../fields/fields.ts";

export interface ActivationKind extends Kind {
  /** Absent: a is z, nothing to do. */
  readonly forward?: KernelsWith<"Activation">;
  /** Absent: dz is da, or there is no gradient (`trainable` tells which). */
  readonly backward?: KernelsWith<"ActivationBackward">;
  /** What the backward kernel wants to see of the forward pass. Where it is `"a"`, a may lie over z. */
  readonly saves: "a" | "z";
  /** Whether gradients pass; if not, only the loss `"perceptron"` trains it. */
  readonly trainable: boolean;
  /** Whether a never falls as z rises: then the largest a of several is that of the largest z. */
  readonly monotonic: boolean;
  /** Whether it passes on what is positive and little of what is negative: weights before it begin larger (He et al. 2015). */
  readonly rectifier?: boolean;
  /** Whether outputs are probabilities of classes. */
  readonly probabilities?: boolean;
  /** Whether a value depends on the others of its row. */
  readonly wholeRows?: boolean;
}
