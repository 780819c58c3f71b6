import { object } from "../fields/objects.ts";
import { buildFraming } from "./framing.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { side } from "./sides.ts";

const doc = DOCS && "Steps cut off each side: a number, or [before, after].";

/** The middle of a sequence: `cropping` steps of each side (default 1) are cut off, or [before, after]. */
export const cropping1d = /* @__PURE__ */ layer("cropping1d", {
  fields: () =>
    object({ name: layerName(), cropping: side(1, doc) }, { doc: DOCS && "The middle of the sequence." }),
  build({ cropping: [before, after] }, at) {
    const image = sequenceShape(at);
    if (before + after >= image[1]) {
      throw misfit(
        TRAINING &&
          `${at.called}: cropping: nothing is left of a sequence of ${image[1]} steps once [${before}, ${after}] is cut off; cut off fewer steps, or use fewer layers that shorten the sequence before it`,
      );
    }
    const cut = [
      [0, 0],
      [-before, -after],
    ] as [[number, number], [number, number]];
    return buildFraming(at, image, cut, true);
  },
  example: TRAINING && "{ cropping: 1 }",
  onlyShape: true,
});
