/** Penalties on weights, which are part of the loss: on the tape, and for losses that are added up outside it. */
import type { Network, Weights } from "../network/network.ts";
import { partialSums } from "../optimizers/update.ts";
import type { PlanBuilder } from "../plan/builder.ts";

/** Adds those of all parameters that are trained to loss and gradients. @param of the weights that they are of */
export function emitPenalties(builder: PlanBuilder, network: Network, of: Weights): void {
  for (const tensor of network.trained) {
    const { l1, l2 } = tensor.spec;
    if (l1 === 0 && l2 === 0) continue;
    const { value, gradient } = network.placed(tensor, of);
    const n = value.bytes / 4;
    const sums = partialSums(builder, `partial sums of the penalty on ${value.name}`, n);
    builder.emit("PENALTY", { w: value.offset, dw: gradient.offset, n, sums, l1, l2 });
    builder.emit("PENALTY_LOSS", { sums, n, step: builder.step });
  }
}

/** Σ over parameters with a penalty of l1·|w| + l2·w². */
export function penalties(network: Network): number {
  let sum = 0;
  for (const tensor of network.tensors) {
    const { l1, l2, trainable } = tensor.spec;
    if (!trainable || (l1 === 0 && l2 === 0)) continue;
    for (const w of network.read(tensor)) sum += l1 * Math.abs(w) + l2 * w * w;
  }
  return sum;
}
