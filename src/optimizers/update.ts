/** The instructions that end a training step: clipping, weight decay, the optimizer's pass, the average of weights. */
import type { PlanBuilder, Range } from "../plan/builder.ts";
import type { Flat, Slot } from "./kind.ts";
import { type Optimizer, type OptimizerConfig, optimizers } from "./table.ts";

/** The slot of the weights that are trained, where the model's own are an average of them. */
export const TRAINED: Slot = { name: "trained", initial: "weights" };

export const slotsOf = (config: OptimizerConfig): Slot[] => [
  ...optimizers[config.name].slots(config),
  ...(config.useEma ? [TRAINED] : []),
];

/** Room for the partial sums over n floats: one f64 per block. */
export function partialSums(builder: PlanBuilder, name: string, n: number): Range {
  return builder.alloc(name, Math.ceil(n / builder.core.constant("NORM_BLOCK")) * 8);
}

/**
 * Puts them on the tape, in that order.
 *
 * @param passes puts decay and the optimizer's passes there instead, where not all parameters are alike: see training/byLayer.ts
 */
export function emitUpdate(
  builder: PlanBuilder,
  { kind, config }: Optimizer,
  flat: Flat,
  passes?: (flat: Flat) => void,
): undefined {
  const { w, dw, n, average } = flat;
  const { step } = builder;
  if (config.clipValue !== undefined) builder.emit("CLIP_VALUE", { dw, n, limit: config.clipValue });
  if (config.clipNorm !== undefined) {
    const sums = partialSums(builder, "partial sums of the gradient norm", n);
    builder.emit("NORM", { dw, n, sums });
    builder.emit("CLIP_NORM", { dw, n, sums, limit: config.clipNorm });
  }
  if (passes) passes(flat);
  else {
    if (config.weightDecay > 0) builder.emit("DECAY", { w, n, step, decay: config.weightDecay });
    kind.move(builder, config, { ...flat, step });
  }
  if (config.useEma) builder.emit("AVERAGE", { mean: average!, w, n, step, momentum: config.emaMomentum });
}
