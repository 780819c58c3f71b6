import { layer, misfit } from "./layer.ts";
import { buildMerge, copies, mergeFields } from "./merging.ts";

/** The first value minus the second: subtract().apply([a, b]). */
export const subtract = /* @__PURE__ */ layer("subtract", {
  fields: () => mergeFields(DOCS && "The first value minus the second."),
  build(_config, at) {
    const { called, inputShapes } = at;
    if (inputShapes.length > 2)
      throw misfit(
        TRAINING &&
          `${called}: expected two inputs, got ${inputShapes.length}; add() those that are subtracted first`,
      );
    return buildMerge(at, {
      kernel: "SUBTRACT",
      divide:
        TRAINING &&
        ((here, needed) => {
          const [da, db] = copies(here);
          if (needed[1]) here.site.builder.emit("SCALE", { y: db, x: db, units: here.units, factor: -1 });
          return [da, db];
        }),
    });
  },
  example: TRAINING && "",
  merges: true,
});
