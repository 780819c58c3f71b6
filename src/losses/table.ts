/** Losses by name, the field that chooses one, and which outputs each can follow. */
import { ACTIVATIONS, type ActivationName, activations } from "../activations/table.ts";
import { NablaError } from "../errors.ts";
import type { Field } from "../fields/fields.ts";
import {
  type Custom,
  type OneOf,
  orCustom,
  orName,
  type PlainNames,
  shared,
  variant,
  type WrittenOneOf,
} from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { LossKind } from "./kind.ts";

export type LossName = keyof typeof ALL;

export const losses: Readonly<Record<LossName, LossKind>> = ALL;
export const LOSSES = /* @__PURE__ */ Object.keys(ALL) as LossName[];

/** A loss by its name, or by its name with options: { name: "huber", delta: 2 }. */
export const lossField = (): Field<LossConfig | Custom, LossInput | WithoutOptions<Custom>, "required"> =>
  shared("loss", orCustom(orName(variant("name", ALL))));
/** With every default filled in. */
export type LossConfig = OneOf<"name", typeof ALL>;
/** As people write it. */
export type LossInput = WrittenOneOf<"name", typeof ALL> | PlainNames<typeof ALL> | "mse" | "mae";

type KeysOf<T> = T extends unknown ? keyof T : never;
/** None of the options that losses by name have: so the compiler can tell these from others by them. */
export type WithoutOptions<T> = T & {
  readonly [K in Exclude<KeysOf<WrittenOneOf<"name", typeof ALL>>, "name">]?: undefined;
};

/** The output activations a loss may follow. */
export const outputActivations = (name: LossName): readonly ActivationName[] =>
  losses[name].outputs ?? ACTIVATIONS.filter((activation) => activations[activation].trainable);

/** Throws if a loss cannot train an output layer with this activation (and this many units); the error says what can. */
export function checkPair(name: LossName, activation: ActivationName, units?: number): void {
  if (!outputActivations(name).includes(activation)) {
    throw new NablaError(
      `loss "${name}" cannot follow the output activation "${activation}": ${advice(name, activation)}`,
    );
  }
  if (units === 1 && losses[name].outputPerClass) {
    throw new NablaError(
      `loss "${name}" needs a unit for each class, but the output layer has 1: give it 2 units, or keep 1 with activation "sigmoid" and loss "binaryCrossentropy"`,
    );
  }
}

/** Which change repairs a pair that does not fit. */
function advice(name: LossName, activation: ActivationName): string {
  if (!activations[activation].trainable)
    return `a ${activation} has no gradient; use loss "perceptron", or activation "sigmoid"`;
  const outputs = outputActivations(name)
    .map((a) => `"${a}"`)
    .join(" or ");
  return (
    losses[name].advice?.(activation, outputs) ??
    `it needs outputs between 0 and 1; use activation "sigmoid" (or "linear", whose outputs it takes as logits), or loss "meanSquaredError"`
  );
}
