import { choice, pair } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildUpSampling } from "./upSampling.ts";

/**
 * An image enlarged by whole factors `size` (default 2): each pixel repeated, or, with interpolation "bilinear", values between those
 * of the four pixels around. Pixels are squares, and lie at their centres.
 */
export const upSampling2d = /* @__PURE__ */ layer("upSampling2d", {
  fields: () =>
    object(
      {
        name: layerName(),
        size: pair({ min: 1, default: 2, doc: DOCS && "Factors for height and width." }),
        interpolation: choice(["nearest", "bilinear"], {
          default: "nearest",
          doc: DOCS && "nearest: pixels are repeated. bilinear: values between those of the pixels around.",
        }),
      },
      { doc: DOCS && "The image enlarged by whole factors." },
    ),
  build: ({ size, interpolation }, at) => buildUpSampling(interpolation, at, imageShape(at), size),
  example: TRAINING && "{ size: 2 }",
  onlyShape: true,
});
