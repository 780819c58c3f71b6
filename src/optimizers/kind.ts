/** What an optimizer is: its fields, what it keeps for each parameter, and its pass over all of them. Twins of assembly/optimizers. */
import { bool, choice, type Kind, number } from "../fields/fields.ts";
import { object, optional, record } from "../fields/objects.ts";
import type { PlanBuilder, Range } from "../plan/builder.ts";

/** A value kept per parameter from step to step. */
export interface Slot {
  /** Its name in checkpoints: optimizer.<name>.<tensor>. */
  readonly name: string;
  /** "weights": a copy of the parameters as training begins. */
  readonly initial: number | "weights";
}

/** What an optimizer's pass goes over: n floats each from these bytes on. */
export interface Pass {
  readonly w: number;
  readonly dw: number;
  readonly slots: readonly number[];
  readonly n: number;
}

/** Where the flat ranges lie, in bytes, and how many floats they hold. */
export interface Flat extends Pass {
  /** Where the average of w goes, for an optimizer that keeps one. */
  readonly average?: number;
}

export interface OptimizerKind extends Kind {
  /** @param config what its fields hold */
  slots(config: Readonly<Record<string, unknown>>): Slot[];
  /** Puts its pass on the tape: w moves by dw and the slots, at the rate of the step record. */
  move(
    builder: Pick<PlanBuilder, "emit">,
    config: Readonly<Record<string, unknown>>,
    pass: Pass & { readonly step: Range },
  ): void;
}

export const rate = (value: number) =>
  number({ exclusiveMin: 0, default: value, doc: DOCS && "How far a step goes: η. A schedule changes it." });
export const share = (value: number, doc: string) => number({ min: 0, exclusiveMax: 1, default: value, doc });
/** Below 1e-38 a float32 would be zero, and 0 / 0 would reach the padding. */
export const epsilon = () => number({ min: 1e-38, default: 1e-7, doc: DOCS && "Keeps divisions finite." });

/** What every optimizer takes besides its own fields. */
export const common = (weightDecay = 0) => ({
  weightDecay: number({
    min: 0,
    default: weightDecay,
    doc: DOCS && "Each step takes off learningRate · weightDecay · w.",
  }),
  clipValue: optional(number({ exclusiveMin: 0, doc: DOCS && "Each gradient is cut to ± this." })),
  clipNorm: optional(
    number({ exclusiveMin: 0, doc: DOCS && "Gradients are scaled down to this Euclidean norm." }),
  ),
  useEma: bool({ default: false, doc: DOCS && "The model's weights are a moving average of those trained." }),
  emaMomentum: share(0.99, DOCS && "Share of the average kept each step."),
  decay: optional(
    choice(["all", "kernels"], {
      doc:
        DOCS &&
        "Which parameters weight decay takes: all (the default), or kernels, so no bias, gamma or beta.",
    }),
  ),
  layers: optional(
    record(
      object({
        learningRate: optional(number({ exclusiveMin: 0 })),
        weightDecay: optional(number({ min: 0 })),
      }),
      { doc: DOCS && "Learning rates and weight decays of single layers, by the layers' names." },
    ),
  ),
});
