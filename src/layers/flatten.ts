import { object } from "../fields/objects.ts";
import { reshapeOperation } from "../plan/reshape.ts";
import { sizeOf } from "../shape.ts";
import { layer, layerName } from "./layer.ts";

/** [a, b, c] → [a · b · c] */
export const flatten = /* @__PURE__ */ layer("flatten", {
  fields: () => object({ name: layerName() }, { doc: DOCS && "[a, b, c] becomes [a · b · c]." }),
  build(_config, { name, inputShape }) {
    const outputShape = [sizeOf(inputShape)];
    return {
      outputShape,
      operations: inputShape.length > 1 ? [reshapeOperation(name, inputShape, outputShape)] : [],
    };
  },
  example: TRAINING && "",
  onlyShape: true,
});
