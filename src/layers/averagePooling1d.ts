import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer } from "./layer.ts";
import { alongSequence, buildPooling, countIncludePad, poolingFieldsAlong } from "./pooling.ts";

/** The mean of each window of poolSize steps (default 2, windows side by side). */
export const averagePooling1d = /* @__PURE__ */ layer("averagePooling1d", {
  fields: () =>
    object(
      { ...poolingFieldsAlong(), countIncludePad: countIncludePad() },
      {
        doc:
          DOCS &&
          "The mean of each window of steps, channel by channel; of windows that reach beyond the sequence, the mean of the part inside.",
      },
    ),
  build: (config, at) => buildPooling(false, alongSequence(config), at, sequenceShape(at), true),
  example: TRAINING && "{ poolSize: 2 }",
});
