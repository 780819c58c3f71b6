import { object } from "../fields/objects.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { shapeField } from "./shape.ts";

/** An input of a graph, as documents have it. Programs write input({ shape }): see src/model/graph.ts. */
export const input = /* @__PURE__ */ layer("input", {
  fields: () =>
    object(
      { name: layerName(), shape: shapeField },
      { doc: DOCS && "An input of the model: its name is the key of its data." },
    ),
  // a graph takes its shape, and builds nothing
  build(_config, { called }) {
    throw misfit(
      TRAINING && `${called}: an input belongs into a graph; give the first layer of a chain an inputShape`,
    );
  },
  example: TRAINING && "{ shape: [784] }",
});
