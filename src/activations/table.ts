/** Activations by name, and the field that chooses one. */

import type { Field } from "../fields/fields.ts";
import {
  type OneOf,
  orName,
  type PlainNames,
  shared,
  variant,
  type WrittenOneOf,
} from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { ActivationKind } from "./kind.ts";

export type ActivationName = keyof typeof ALL;

export const activations: Readonly<Record<ActivationName, ActivationKind>> = ALL;
export const ACTIVATIONS = /* @__PURE__ */ Object.keys(ALL) as ActivationName[];

/** An activation by its name, or by its name with options: { name: "elu", alpha: 0.5 }. */
export const activationField = (): Field<ActivationConfig, ActivationInput, "required"> =>
  shared(
    "activation",
    orName(variant("name", ALL)),
    DOCS && "An activation, by its name, or by its name with options.",
  );
/** With every default filled in: its options, where it has some (leakyRelu's slope, elu's α). */
export type ActivationConfig = OneOf<"name", typeof ALL>;
/** As people write it. */
export type ActivationInput = WrittenOneOf<"name", typeof ALL> | PlainNames<typeof ALL> | "swish";
