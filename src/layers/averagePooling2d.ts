import { object } from "../fields/objects.ts";
import { imageShape } from "./geometry.ts";
import { layer } from "./layer.ts";
import { buildPooling, countIncludePad, poolingFields } from "./pooling.ts";

/** The mean of each window of poolSize (default 2 × 2, windows side by side). */
export const averagePooling2d = /* @__PURE__ */ layer("averagePooling2d", {
  fields: () =>
    object(
      { ...poolingFields(), countIncludePad: countIncludePad() },
      {
        doc:
          DOCS &&
          "The mean of each window, channel by channel; of windows that reach beyond the image, the mean of the part inside.",
      },
    ),
  build: (config, at) => buildPooling(false, config, at, imageShape(at)),
  example: TRAINING && "{ poolSize: 2 }",
});
