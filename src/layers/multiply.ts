import type { Merge } from "../plan/operation.ts";
import type { Shape } from "../shape.ts";
import { layer } from "./layer.ts";
import { buildMerge, mergeFields, mergeOperation, type Rule } from "./merging.ts";

const rule: Rule = {
  kernel: "MULTIPLY",
  // the gradient of each value is dy times all others
  divide:
    TRAINING &&
    (({ site, xs, dy, shape, units }, needed) =>
      xs.map((_, i) => {
        if (!needed[i]) return dy;
        const dx = site.gradient(shape);
        let a = dy;
        for (const [j, b] of xs.entries()) {
          if (j === i) continue;
          site.builder.emit("MULTIPLY", { y: dx, a, b, units });
          a = dx;
        }
        return dx;
      })),
};

/** The product as an operation, for layers that end in one. */
export const multiplyOperation = (name: string, shapes: readonly Shape[]): Merge =>
  mergeOperation(name, shapes, rule);

/** The product of values of one shape, value by value: multiply().apply([a, b]). */
export const multiply = /* @__PURE__ */ layer("multiply", {
  fields: () => mergeFields(DOCS && "The product of values of one shape, value by value."),
  build: (_config, at) => buildMerge(at, rule),
  example: TRAINING && "",
  merges: true,
});
