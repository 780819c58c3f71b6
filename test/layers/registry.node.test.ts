/** A program has the layers it names: by their factories, or all of them by reading documents. In pages test files share their modules. */
import { expect, test } from "vitest";
import { conv2d, fromConfig, type LayerInput, sequential } from "../../src/index.ts";

const described: LayerInput = { type: "conv2d", filters: 2, kernelSize: 3, inputShape: [5, 5, 1] };
const pooled: LayerInput = { type: "maxPooling2d" };

// in this order: what is registered stays
test("a layer that is only described is an error that says what to write; its factory brings it", () => {
  expect(() => sequential([described])).toThrow(
    'layers[0].type: this program has no layers of type "conv2d"; write conv2d({ … }), which includes them, or make the model with fromConfig(), which knows all',
  );
  conv2d({ filters: 1, kernelSize: 1 });
  expect(sequential([described]).outputShape).toEqual([3, 3, 2]);
  expect(() => sequential([described, pooled])).toThrow(/layers\[1\]\.type: .*maxPooling2d/);
});

test("an unknown type is told what is like it", () => {
  expect(() => sequential([{ type: "conv2" } as unknown as LayerInput])).toThrow(
    'layers[0].type: this program has no layers of type "conv2"; did you mean "conv2d"? write conv2({ … })',
  );
});

test("documents bring every layer", () => {
  const { inputShape, ...first } = described;
  const { model } = fromConfig({
    nabla: 1,
    model: {
      inputShape: [5, 5, 1],
      layers: [first, pooled, { type: "flatten" }, { type: "dense", units: 2 }],
    },
    training: { loss: "meanSquaredError" },
  });
  expect(inputShape).toEqual(model.inputShape);
  expect(sequential([described, pooled]).outputShape).toEqual([1, 1, 2]);
});
