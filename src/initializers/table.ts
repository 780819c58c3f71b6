/** Initializers by name, and the field that chooses one. */

import type { Infer } from "../fields/fields.ts";
import { orName, shared, variant } from "../fields/objects.ts";
import { ALL } from "./all.ts";
import type { Distribution, Fans, InitializerKind } from "./distribution.ts";

export type InitializerName = keyof typeof ALL;

export const INITIALIZERS = /* @__PURE__ */ Object.keys(ALL) as InitializerName[];

/** An initializer by its name, or by its name with options: { name: "gaussian", stddev: 0.1 }. */
export const initializerField = () => shared("initializer", orName(variant("name", ALL)));
export type InitializerConfig = Infer<ReturnType<typeof initializerField>>;

/** What parameters of these fans are drawn from. */
export const distribution = (config: InitializerConfig, fans: Fans): Distribution =>
  (ALL[config.name] as InitializerKind).distribution(config as never, fans);
