import { object } from "../fields/objects.ts";
import { buildFraming } from "./framing.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { type Side, sides } from "./sides.ts";

const doc = DOCS && "Pixels cut off each side: a number, [height, width], or [[top, bottom], [left, right]].";

/** The middle of an image: `cropping` pixels of each side (default 0) are cut off, [height, width], or [[top, bottom], [left, right]]. */
export const cropping2d = /* @__PURE__ */ layer("cropping2d", {
  fields: () =>
    object({ name: layerName(), cropping: sides(0, doc) }, { doc: DOCS && "The middle of the image." }),
  build({ cropping }, at) {
    const image = imageShape(at);
    const [[top, bottom], [left, right]] = cropping;
    if (top + bottom >= image[0] || left + right >= image[1]) {
      throw misfit(
        TRAINING &&
          `${at.called}: cropping: nothing is left of an image of ${image[0]} × ${image[1]} once [[${top}, ${bottom}], [${left}, ${right}]] is cut off; cut off fewer pixels, or use fewer layers that shrink the image before it`,
      );
    }
    const less = ([before, after]: Side): Side => [-before, -after];
    return buildFraming(at, image, [less(cropping[0]), less(cropping[1])]);
  },
  example: TRAINING && "{ cropping: 1 }",
  onlyShape: true,
});
