import { object } from "../fields/objects.ts";
import { buildFraming } from "./framing.ts";
import { sequenceShape } from "./geometry.ts";
import { layer, layerName } from "./layer.ts";
import { side } from "./sides.ts";

const doc = DOCS && "Steps on each side: a number, or [before, after].";

/** Zeros before and after a sequence: `padding` steps on each side (default 1), or [before, after]. */
export const zeroPadding1d = /* @__PURE__ */ layer("zeroPadding1d", {
  fields: () =>
    object(
      { name: layerName(), padding: side(1, doc) },
      { doc: DOCS && "Zeros before and after the sequence." },
    ),
  build: ({ padding }, at) => buildFraming(at, sequenceShape(at), [[0, 0], padding], true),
  example: TRAINING && "{ padding: 1 }",
});
