import { activationField } from "../activations/table.ts";
import { object } from "../fields/objects.ts";
import { activationOperation, normalizeActivation } from "./activationOperation.ts";
import { layer, layerName } from "./layer.ts";

/** An activation as a layer of its own. */
export const activation = /* @__PURE__ */ layer("activation", {
  fields: () =>
    object(
      { name: layerName(), activation: activationField() },
      { doc: DOCS && "An activation as a layer of its own." },
    ),
  build(config, { name, inputShape }) {
    const f = normalizeActivation(config.activation);
    const operation = activationOperation(f, name, inputShape, false);
    return { outputShape: inputShape, operations: operation ? [operation] : [], activation: f.name };
  },
  example: TRAINING && '{ activation: "relu" }',
});
