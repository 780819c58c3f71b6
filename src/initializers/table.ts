/** Initializers by name, and the field that chooses one. */

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
import type { Distribution, Fans, InitializerKind } from "./kind.ts";

export type InitializerName = keyof typeof ALL;

export const INITIALIZERS = /* @__PURE__ */ Object.keys(ALL) as InitializerName[];

/** An initializer by its name, or by its name with options: { name: "gaussian", stddev: 0.1 }. */
export const initializerField = (): Field<InitializerConfig, InitializerInput, "required"> =>
  shared(
    "initializer",
    orName(variant("name", ALL)),
    DOCS && "What weights are before training: an initializer, by its name, or by its name with options.",
  );
/** With every default filled in. */
export type InitializerConfig = OneOf<"name", typeof ALL>;
/** As people write it. */
export type InitializerInput = WrittenOneOf<"name", typeof ALL> | PlainNames<typeof ALL>;

/** What parameters of these fans are drawn from. */
export const distribution = (config: InitializerConfig, fans: Fans): Distribution =>
  (ALL[config.name] as InitializerKind).drawnFrom(config, fans);
