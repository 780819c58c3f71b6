import type { Merge } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { layer } from "./layer.ts";
import { buildMerge, copies, mergeFields, mergeOperation } from "./merging.ts";

const rule = { kernel: "ADD", divide: TRAINING && copies } as const;

/** The sum as an operation, for layers that end in one. */
export const addOperation = (name: string, shapes: readonly Shape[]): Merge =>
  mergeOperation(name, shapes, rule);

/** The sum of values of one shape: add().apply([a, b]). */
export const add = /* @__PURE__ */ layer("add", {
  fields: () => mergeFields(DOCS && "The sum of values of one shape."),
  build: (_config, at) => buildMerge(at, rule),
  example: TRAINING && "",
  merges: true,
});
