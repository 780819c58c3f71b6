/** Optimizers by name, the field that chooses one, and the field's default. */

import type { Infer } from "../fields/fields.ts";
import { orName, shared, variant } from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { OptimizerKind } from "./kind.ts";

export type OptimizerName = keyof typeof ALL;

export const optimizers: Readonly<Record<OptimizerName, OptimizerKind>> = ALL;
export const OPTIMIZERS = /* @__PURE__ */ Object.keys(ALL) as OptimizerName[];

/** An optimizer by its name, or by its name with options: { name: "sgd", learningRate: 0.1 }. */
export const optimizerField = () => shared("optimizer", orName(variant("name", ALL)));
export type OptimizerConfig = Infer<ReturnType<typeof optimizerField>>;
