/** Dense layer: y = f(x · w + b), over the last axis. Twin of assembly/layers/dense.ts. */

import { type Infer, int } from "../fields/fields.ts";
import { object } from "../fields/objects.ts";
import type { Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";
import { activationOperation, normalizeActivation } from "./activationOperation.ts";
import type { Built, Place } from "./kind.ts";
import { layer, layerName } from "./layer.ts";
import { kernelAndBias, weightFields } from "./weights.ts";

const fields = () =>
  object(
    {
      name: layerName(),
      units: int({ min: 1, doc: DOCS && "Number of outputs." }),
      ...weightFields(),
    },
    { doc: DOCS && "y = activation(x · kernel + bias), of images and sequences over the last axis." },
  );
type Config = Infer<ReturnType<typeof fields>>;

function build(config: Config, { name, inputShape }: Place): Built {
  const inputs = inputShape[inputShape.length - 1];
  /** Rows of the matrices for each row of the batch: an image has one for each pixel. */
  const each = sizeOf(inputShape.slice(0, -1));
  const { units, useBias } = config;
  const outputShape = [...inputShape.slice(0, -1), units];
  const parameters = kernelAndBias(config, {
    shape: [inputs, units],
    layout: "packed",
    fanIn: inputs,
    fanOut: units,
  });
  const operation: Operation = {
    layer: name,
    parameters,
    inputShape,
    outputShape,
    forward({ builder, parameter, output }: Site, x: Range): Range {
      const y = output(outputShape);
      const b = useBias ? parameter("bias").value : 0;
      builder.emit("DENSE_FORWARD", { y, x, w: parameter("kernel").value, b, inputs, units }, each);
      return y;
    },
    backward:
      TRAINING &&
      (({ builder, parameter, gradient }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const w = parameter("kernel");
        if (config.trainable)
          builder.emit(
            "DENSE_WEIGHTS",
            {
              dw: w.gradient,
              db: useBias ? parameter("bias").gradient : 0,
              x,
              dy,
              scratch: builder.alloc(
                "scratch for weight gradients",
                builder.parts * builder.core.constant("OUTER_SCRATCH"),
              ),
              step: builder.step,
              inputs,
              units,
            },
            each,
          );
        if (!needed) return dy;
        const dx = gradient(inputShape);
        const scratch = builder.alloc(
          "scratch for transposed weights",
          builder.parts * units * builder.core.constant("TURNED_SCRATCH"),
        );
        builder.emit("DENSE_BACK", { dx, dy, w: w.value, scratch, inputs, units }, each);
        return dx;
      }),
  };
  const f = normalizeActivation(config.activation);
  const operations = [operation];
  const second = activationOperation(f, name, outputShape, true);
  if (second) operations.push(second);
  return { outputShape, operations, activation: f.name };
}

/** y[…, units] = activation(x[…, n] · kernel[n, units] + bias[units]): images [h, w, n] become [h, w, units], as in Keras. */
export const dense = /* @__PURE__ */ layer("dense", {
  fields: fields,
  build,
  example: TRAINING && "{ units: 10 }",
  hasKernel: true,
  outputs: ({ units }) => units,
});
