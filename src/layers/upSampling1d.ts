import { int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { buildUpSampling } from "./upSampling.ts";

/** A sequence in which each step stands `size` times (default 2). */
export const upSampling1d = /* @__PURE__ */ layer("upSampling1d", {
  fields: () =>
    object(
      {
        name: layerName(),
        size: int({ min: 1, default: 2, doc: DOCS && "How often each step is repeated." }),
      },
      { doc: DOCS && "The sequence with each step repeated." },
    ),
  build: ({ size }, at) => buildUpSampling("nearest", at, sequenceShape(at), [1, size], true),
  example: TRAINING && "{ size: 2 }",
  onlyShape: true,
});
