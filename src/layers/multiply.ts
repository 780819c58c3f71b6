import { layer } from "./layer.ts";
import { buildMerge, mergeFields } from "./merging.ts";

/** The product of values of one shape, value by value: multiply().apply([a, b]). */
export const multiply = /* @__PURE__ */ layer("multiply", {
  fields: () => mergeFields(DOCS && "The product of values of one shape, value by value."),
  build: (_config, at) =>
    buildMerge(at, {
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
    }),
  example: TRAINING && "",
  merges: true,
});
