/** Activation as a step of its own: a = f(z). Twin of assembly/activations. */
import { type ActivationName, activations } from "../activations/index.ts";
import { activation } from "../config/components.ts";
import { NablaError } from "../errors.ts";
import { type Infer, string } from "../fields/fields.ts";
import { object, optional } from "../fields/objects.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Layer, Operation, Site } from "../plan/operation.ts";
import { forTraining } from "./training.ts";

export const layerName = optional(
  string({
    // Tensors are called "<layer>.kernel"; these two words begin the names of other tensors in checkpoints.
    pattern: /^(?!(?:optimizer|callbacks)$)[A-Za-z0-9_-]+$/,
    expected: "letters, digits, _ and - (not optimizer or callbacks)",
    doc: "Begins the names of the layer's weights. By default the type and a number, such as dense_1.",
  }),
);

export const activationFields = object(
  { name: layerName, activation },
  { doc: "An activation as a layer of its own." },
);
export type ActivationLayerConfig = Infer<typeof activationFields>;
/** With its parameter, where it has one (leakyRelu's slope, elu's α). */
export type ActivationConfig = Infer<typeof activation>;

export interface Activation {
  name: ActivationName;
  alpha: number;
}

export function normalizeActivation(config: ActivationConfig): Activation {
  return { name: config.name, alpha: "alpha" in config ? config.alpha : 0 };
}

/** An operation that applies an activation to each value (softmax: to each row). */
export interface ActivationOperation extends Operation {
  readonly kind: "activation";
  readonly activation: Activation;
  /** The same for values of another shape that belong to the layer alone. */
  at(shape: readonly number[]): ActivationOperation;
}

export function isActivation(operation: Operation): operation is ActivationOperation {
  return operation.kind === "activation";
}

/**
 * @param owned x belongs to this layer and nobody else reads it, so a may overwrite z
 * @returns undefined for "linear", which needs no instruction
 */
export function activationOperation(
  f: Activation,
  layer: string,
  shape: readonly number[],
  owned: boolean,
): ActivationOperation | undefined {
  const { name, alpha } = f;
  if (name === "linear") return undefined;
  const spec = activations[name];
  // the values of an image, padding channels included, are as good as one long row; but not to softmax, which adds them up
  const units = shape.length === 1 || name === "softmax" ? shape[shape.length - 1] : floatsOf(shape);
  if (name === "softmax" && shape.length > 1 && shape.slice(0, -1).some((n) => n > 1)) {
    throw new NablaError(
      `"${layer}": softmax needs flat rows, got [${shape.join(", ")}]; add flatten() before it`,
    );
  }
  return {
    layer,
    kind: "activation",
    activation: f,
    parameters: [],
    inputShape: shape,
    outputShape: shape,
    at: (other) => activationOperation(f, layer, other, true)!,
    forward({ builder, training, output }: Site, z: Range): Range {
      const a = owned && (spec.saves === "a" || !training) ? z : output(shape);
      builder.emit(spec.forward!, { a, z, units, alpha });
      return a;
    },
    backward: forTraining(({ builder }: Site, z: Range, a: Range, dy: Range, needed: boolean): Range => {
      // step has no backward kernel: what the perceptron loss gives as da is the correction of z
      if (needed && spec.backward) {
        builder.emit(spec.backward, { dz: dy, da: dy, saved: spec.saves === "a" ? a : z, units, alpha });
      }
      return dy;
    }),
  };
}

export function buildActivation(
  config: ActivationLayerConfig,
  name: string,
  _index: number,
  inputShape: readonly number[],
): Layer {
  const f = normalizeActivation(config.activation);
  const operation = activationOperation(f, name, inputShape, false);
  return {
    name,
    type: "activation",
    inputShape,
    outputShape: inputShape,
    operations: operation ? [operation] : [],
    activation: f.name,
  };
}
