import { object } from "../fields/objects.ts";
import { buildFraming } from "./framing.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { sides } from "./sides.ts";

const doc = DOCS && "Pixels on each side: a number, [height, width], or [[top, bottom], [left, right]].";

/** Zeros around an image: `padding` pixels on each side (default 1), [height, width], or [[top, bottom], [left, right]]. */
export const zeroPadding2d = /* @__PURE__ */ layer("zeroPadding2d", {
  fields: () =>
    object({ name: layerName(), padding: sides(1, doc) }, { doc: DOCS && "Zeros around the image." }),
  build: ({ padding }, at) => buildFraming(at, imageShape(at), padding),
  example: TRAINING && "{ padding: 1 }",
});
