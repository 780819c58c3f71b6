import { layer } from "./layer.ts";
import { buildMerge, copies, mergeFields } from "./merging.ts";

/** The mean of values of one shape: average().apply([a, b]). */
export const average = /* @__PURE__ */ layer("average", {
  fields: () => mergeFields(DOCS && "The mean of values of one shape."),
  build(_config, at) {
    const factor = 1 / at.inputShapes.length;
    return buildMerge(at, {
      kernel: "ADD",
      factor,
      divide:
        TRAINING &&
        ((here) => {
          const { site, dy, units } = here;
          site.builder.emit("SCALE", { y: dy, x: dy, units, factor });
          return copies(here);
        }),
    });
  },
  example: TRAINING && "",
  merges: true,
});
