/** Optimizers: their slots, and the instructions that end a training step. Twins of assembly/optimizers. */

import type { optimizer } from "../config/training.ts";
import type { Infer } from "../fields/fields.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";

export type OptimizerConfig = Infer<typeof optimizer>;

/** A value kept per parameter from step to step. */
export interface Slot {
  /** Its name in checkpoints: optimizer.<name>.<tensor>. */
  readonly name: string;
  /** "weights": a copy of the parameters as training begins. */
  readonly initial: number | "weights";
}

/** The slot of the weights that are trained, where the model's own are an average of them. */
export const TRAINED: Slot = { name: "trained", initial: "weights" };

/** Where the flat ranges lie, in bytes, and how many floats they hold. */
export interface Flat {
  readonly w: number;
  /** Where the average of w goes, for an optimizer that keeps one. */
  readonly average?: number;
  readonly dw: number;
  readonly slots: readonly number[];
  readonly n: number;
}

export function slotsOf(config: OptimizerConfig): Slot[] {
  return [...ownSlots(config), ...(config.useEma ? [TRAINED] : [])];
}

function ownSlots(config: OptimizerConfig): Slot[] {
  switch (config.name) {
    case "sgd":
      return [];
    case "momentum":
    case "nesterov":
      return [{ name: "velocity", initial: 0 }];
    case "adam":
    case "adamw":
      return [
        { name: "mean", initial: 0 },
        { name: "variance", initial: 0 },
      ];
    case "rmsprop":
      return [
        { name: "meanSquare", initial: 0 },
        ...(config.momentum > 0 ? [{ name: "velocity", initial: 0 }] : []),
      ];
    case "adagrad":
      return [{ name: "accumulator", initial: config.initialAccumulatorValue }];
  }
}

/** Room for the partial sums over n floats: one f64 per block. */
export function partialSums(builder: PlanBuilder, name: string, n: number): Range {
  return builder.alloc(name, Math.ceil(n / builder.core.constant("NORM_BLOCK")) * 8);
}

/** Puts clipping, weight decay, the optimizer's pass and the average of weights on the tape. */
export function emitUpdate(builder: PlanBuilder, config: OptimizerConfig, flat: Flat): void {
  const { w, dw, n, average } = flat;
  const { step } = builder;
  if (config.clipValue !== undefined) builder.emit("CLIP_VALUE", { dw, n, limit: config.clipValue });
  if (config.clipNorm !== undefined) {
    const sums = partialSums(builder, "partial sums of the gradient norm", n);
    builder.emit("NORM", { dw, n, sums });
    builder.emit("CLIP_NORM", { dw, n, sums, limit: config.clipNorm });
  }
  if (config.weightDecay > 0) builder.emit("DECAY", { w, n, step, decay: config.weightDecay });
  emitMove(builder, config, flat);
  if (config.useEma) builder.emit("AVERAGE", { mean: average!, w, n, step, momentum: config.emaMomentum });
}

function emitMove(builder: PlanBuilder, config: OptimizerConfig, { w, dw, slots, n }: Flat): void {
  const { step } = builder;
  switch (config.name) {
    case "sgd":
      return builder.emit("SGD", { w, dw, n, step });
    case "momentum":
      return builder.emit("MOMENTUM", { w, dw, v: slots[0], n, step, momentum: config.momentum });
    case "nesterov":
      return builder.emit("NESTEROV", { w, dw, v: slots[0], n, step, momentum: config.momentum });
    case "adam":
    case "adamw": {
      const { beta1, beta2, epsilon } = config;
      return builder.emit("ADAM", { w, dw, m: slots[0], v: slots[1], n, step, beta1, beta2, epsilon });
    }
    case "rmsprop": {
      const { rho, momentum, epsilon } = config;
      return builder.emit("RMSPROP", {
        w,
        dw,
        s: slots[0],
        v: slots[1] ?? 0,
        n,
        step,
        rho,
        momentum,
        epsilon,
      });
    }
    case "adagrad":
      return builder.emit("ADAGRAD", { w, dw, s: slots[0], n, step, epsilon: config.epsilon });
  }
}
