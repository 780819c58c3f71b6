import type { Merge } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { layer } from "./layer.ts";
import { buildMerge, copies, mergeFields, mergeOperation, type Rule } from "./merging.ts";

/** @param n how many values there are */
const ruleOf = (n: number): Rule => {
  const factor = 1 / n;
  return {
    kernel: "ADD",
    factor,
    divide:
      TRAINING &&
      ((here) => {
        const { site, dy, units } = here;
        site.builder.emit("SCALE", { y: dy, x: dy, units, factor });
        return copies(here);
      }),
  };
};

/** The mean as an operation, for layers that end in one. */
export const averageOperation = (name: string, shapes: readonly Shape[]): Merge =>
  mergeOperation(name, shapes, ruleOf(shapes.length));

/** The mean of values of one shape: average().apply([a, b]). */
export const average = /* @__PURE__ */ layer("average", {
  fields: () => mergeFields(DOCS && "The mean of values of one shape."),
  build: (_config, at) => buildMerge(at, ruleOf(at.inputShapes.length)),
  example: TRAINING && "",
  merges: true,
});
