// @core sequences
import { int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { showShape } from "../shape.ts";
import { layer, layerName, misfit } from "./layer.ts";
import { buildUpSampling } from "./upSampling.ts";

/** [values] → [n, values]: the same values at each of n steps, as for a decoder that is given what an encoder made of a sequence. */
export const repeatVector = /* @__PURE__ */ layer("repeatVector", {
  fields: () =>
    object(
      { name: layerName(), n: int({ min: 1, doc: DOCS && "How many steps there are." }) },
      { doc: DOCS && "A sequence of the same values at each step." },
    ),
  build({ n }, at) {
    const { called, inputShape } = at;
    if (inputShape.length !== 1)
      throw misfit(
        TRAINING &&
          `${called}: expected input [values], got ${showShape(inputShape)}; add flatten() before it`,
      );
    // a sequence of one step, each of whose steps stands n times
    return buildUpSampling("nearest", at, [1, 1, inputShape[0]], [1, n], true);
  },
  example: TRAINING && "{ n: 8 }",
  onlyShape: true,
});
