import { type Infer, int, list } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import { reshapeOperation } from "../plan/reshape.ts";
import { showShape, sizeOf } from "../shape.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName, misfit } from "./layer.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      targetShape: list(int({ min: -1 }), {
        min: 1,
        doc: DOCS && "The new shape, without the batch; one −1 stands for what is left.",
      }),
    },
    { doc: DOCS && "The same values in another shape." },
  );

/** @throws NablaError where the values of the input do not make up the new shape */
function build(
  { targetShape }: Infer<ReturnType<typeof fields>>,
  { name, called, inputShape }: Place,
): Built {
  const values = sizeOf(inputShape);
  const known = sizeOf(targetShape.filter((n) => n !== -1));
  const open = targetShape.filter((n) => n === -1).length;
  const outputShape = targetShape.map((n) => (n === -1 ? values / known : n));
  if (
    open > 1 ||
    targetShape.includes(0) ||
    sizeOf(outputShape) !== values ||
    !outputShape.every(Number.isInteger)
  ) {
    throw misfit(
      TRAINING &&
        `${called}: expected a targetShape of ${values} values like the input ${showShape(inputShape)}, with at most one -1, got ${showShape(targetShape)}${open === 0 ? ` (${targetShape.join(" · ")} = ${known})` : ""}`,
    );
  }
  return { outputShape, operations: [reshapeOperation(name, inputShape, outputShape)] };
}

/** The same values in the shape `targetShape`; one −1 stands for what is left. */
export const reshape = /* @__PURE__ */ layer("reshape", {
  fields: fields,
  build,
  example: TRAINING && "{ targetShape: [28, 28, 1] }",
  onlyShape: true,
  ofOneStep: (config, steps) => {
    const [first, ...rest] = config.targetShape;
    return first === steps ? { ...config, targetShape: [1, ...rest] } : config;
  },
});
