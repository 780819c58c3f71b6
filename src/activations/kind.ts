/** What façade and planner need to know of an activation; its formula is computed in `assembly/activations/`. */
import type { KernelsWith } from "../core/layouts.ts";
import type { Kind } from "../fields/fields.ts";

/** Which kernels compute it. */
interface Kernels<Forward, Backward> {
  /** Absent: a is z, nothing to do. */
  readonly forward?: Forward;
  /** Absent: dz is da, or there is no gradient (`trainable` tells which). */
  readonly backward?: Backward;
  /** What the backward kernel wants to see of the forward pass. Where it is `"a"`, a may lie over z. */
  readonly saves: "a" | "z";
  /** Whether a never falls as z rises: then the largest a of several is that of the largest z. */
  readonly monotonic: boolean;
}

/** Other kernels, which some options need. */
export interface ActivationVariant
  extends Kernels<
    KernelsWith<"Activation" | "Rectify">,
    KernelsWith<"ActivationBackward" | "RectifyBackward">
  > {
  /** The fields of their records that depend on options. */
  readonly numbers: Readonly<Record<string, number>>;
}

export interface ActivationKind
  extends Kernels<KernelsWith<"Activation">, KernelsWith<"ActivationBackward">>,
    Kind {
  /** @param config what its fields hold. Undefined: its own kernels, with the option alpha where it has one */
  variant?(config: object): ActivationVariant | undefined;
  /** Whether gradients pass; if not, only the loss `"perceptron"` trains it. */
  readonly trainable: boolean;
  /** Whether it passes on what is positive and little of what is negative: weights before it begin larger (He et al. 2015). */
  readonly rectifier?: boolean;
  /** Whether outputs are probabilities of classes. */
  readonly probabilities?: boolean;
  /** Whether a value depends on the others of its row. */
  readonly wholeRows?: boolean;
  /** Whether a must not lie over z. */
  readonly apart?: boolean;
}
