/** Dense layer: y = f(x · w + b). Twin of assembly/layers/dense.ts. */
import { type Infer, int } from "../config/fields.ts";
import { extend, object } from "../config/objects.ts";
import { NablaError } from "../errors.ts";
import { ld, type Range } from "../plan/builder.ts";
import { activationOperation, layerName, normalizeActivation } from "./activation.ts";
import type { Layer, Operation, Site } from "./layer.ts";
import { forTraining } from "./training.ts";
import { kernelAndBias, weightFields } from "./weights.ts";

export const denseFields = object(
  extend(
    {
      name: layerName,
      units: int({ min: 1, doc: "Number of outputs." }),
    },
    weightFields,
  ),
  { doc: "y = activation(x · kernel + bias)." },
);
export type DenseConfig = Infer<typeof denseFields>;

/**
 * @param inputShape must be [n]
 * @throws NablaError for an input that is not flat
 */
export function buildDense(
  config: DenseConfig,
  name: string,
  index: number,
  inputShape: readonly number[],
): Layer {
  if (inputShape.length !== 1) {
    throw new NablaError(
      `dense "${name}" (layer ${index + 1}): expected input [n], got [${inputShape.join(", ")}]; add flatten() before it`,
    );
  }
  const inputs = inputShape[0];
  const { units, useBias } = config;
  const parameters = kernelAndBias(config, {
    shape: [inputs, units],
    layout: "packed",
    fanIn: inputs,
    fanOut: units,
  });
  const operation: Operation = {
    layer: name,
    kind: "dense",
    parameters,
    inputShape,
    outputShape: [units],
    forward({ builder, parameter, output }: Site, x: Range): Range {
      const y = output([units]);
      const b = useBias ? parameter("bias").value : 0;
      builder.emit("DENSE_FORWARD", { y, x, w: parameter("kernel").value, b, inputs, units });
      return y;
    },
    backward: forTraining(
      ({ builder, parameter, gradient }: Site, x: Range, _y: Range, dy: Range, needed: boolean): Range => {
        const w = parameter("kernel");
        if (config.trainable)
          builder.emit("DENSE_WEIGHTS", {
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
          });
        if (!needed) return dy;
        const wt = builder.alloc("transposed weights", units * ld(inputs) * 4);
        builder.emit("DENSE_TRANSPOSE", { wt, w: w.value, inputs, units });
        const dx = gradient(inputShape);
        builder.emit("DENSE_INPUT", { dx, dy, wt, inputs, units });
        return dx;
      },
    ),
  };
  const f = normalizeActivation(config.activation);
  const operations = [operation];
  const second = activationOperation(f, name, [units], true);
  if (second) operations.push(second);
  return { name, type: "dense", inputShape, outputShape: [units], operations, activation: f.name };
}
