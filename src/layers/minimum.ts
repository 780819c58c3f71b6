import { layer } from "./layer.ts";
import { buildMerge, mergeFields, routed } from "./merging.ts";

/** The smallest of values of one shape, value by value: minimum().apply([a, b]). Of equal values the first gets the gradient. */
export const minimum = /* @__PURE__ */ layer("minimum", {
  fields: () => mergeFields(DOCS && "The smallest of values of one shape, value by value."),
  build: (_config, at) => buildMerge(at, { kernel: "MINIMUM", divide: TRAINING && routed }),
  example: TRAINING && "",
  merges: true,
});
