import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer } from "./layer.ts";
import { alongSequence, buildPooling, poolingFieldsAlong } from "./pooling.ts";

/** The largest value of each window of poolSize steps (default 2, windows side by side). Padding never is the largest. */
export const maxPooling1d = /* @__PURE__ */ layer("maxPooling1d", {
  fields: () =>
    object(poolingFieldsAlong(), {
      doc: DOCS && "The largest value of each window of steps, channel by channel.",
    }),
  build: (config, at) => buildPooling(true, alongSequence(config), at, sequenceShape(at), true),
  example: TRAINING && "{ poolSize: 2 }",
});
