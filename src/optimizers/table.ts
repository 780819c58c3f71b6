/** Optimizers by name, the field that chooses one, and the field's default. */

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
import type { OptimizerKind } from "./kind.ts";

export type OptimizerName = keyof typeof ALL;

export const optimizers: Readonly<Record<OptimizerName, OptimizerKind>> = ALL;
export const OPTIMIZERS = /* @__PURE__ */ Object.keys(ALL) as OptimizerName[];

/** An optimizer by its name, or by its name with options: { name: "sgd", learningRate: 0.1 }. */
export const optimizerField = (): Field<OptimizerConfig, OptimizerInput, "required"> =>
  shared("optimizer", orName(variant("name", ALL)));
/** What an optimizer does, and its settings: for those that do not know all there are. */
export interface Optimizer {
  readonly kind: OptimizerKind;
  readonly config: OptimizerConfig;
}

/** With every default filled in. */
export type OptimizerConfig = OneOf<"name", typeof ALL>;
/** As people write it. */
export type OptimizerInput = WrittenOneOf<"name", typeof ALL> | PlainNames<typeof ALL>;
