import { string } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { layer, layerName, misfit } from "./layer.ts";

/** A layer of the model applied once more, with the same weights. In programs: the same layer's apply() called again. */
export const shared = /* @__PURE__ */ layer("shared", {
  fields: () =>
    object(
      {
        name: layerName(),
        layer: string({ doc: DOCS && "The name of the layer whose weights are used." }),
      },
      { doc: DOCS && "A layer of the model applied once more, with the same weights." },
    ),
  // built as the layer it names: see buildNetwork()
  build(_config, { called }) {
    throw misfit(TRAINING && `${called}: expected to be in a graph of layers`);
  },
  example: TRAINING && '{ layer: "dense_1" }',
});
