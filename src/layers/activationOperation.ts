/** Activation as a step of its own: a = f(z). Twin of assembly/activations. */
import type { ActivationVariant } from "../activations/kind.ts";
import { type ActivationConfig, type ActivationName, activations } from "../activations/table.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { sizeOf } from "../shape.ts";

/** An activation with the kernels and numbers that its options make of it. */
export interface Activation extends ActivationVariant {
  readonly name: ActivationName;
}

export function normalizeActivation(config: ActivationConfig): Activation {
  const { name } = config;
  const kind = activations[name];
  const own = { ...kind, numbers: { alpha: "alpha" in config ? config.alpha : 0 } };
  return { ...(kind.variant?.(config) ?? own), name };
}

/**
 * @param owned x belongs to this layer and nobody else reads it, so a may overwrite z
 * @returns undefined for an activation that needs no instruction: "linear"
 */
export function activationOperation(
  f: Activation,
  layer: string,
  shape: readonly number[],
  owned: boolean,
): Operation | undefined {
  const { name, forward, backward, saves, numbers } = f;
  if (!forward) return undefined;
  const { wholeRows, apart } = activations[name];
  // the values of an image, padding channels included, are as good as one long row; but not to softmax, which adds up the last axis
  const units = shape.length === 1 || wholeRows ? shape[shape.length - 1] : floatsOf(shape);
  const each = wholeRows ? sizeOf(shape.slice(0, -1)) : 1;
  return {
    layer,
    activation: name,
    parameters: [],
    inputShape: shape,
    outputShape: shape,
    ...(f.monotonic && { afterMax: (other) => activationOperation(f, layer, other, true)! }),
    forward({ builder, training, output }: Site, z: Range): Range {
      const keepsZ = TRAINING && training && saves === "z";
      const a = owned && !apart && !keepsZ ? z : output(shape);
      builder.emit(forward as "RELU_FORWARD", { a, z, units, ...numbers } as never, each);
      return a;
    },
    backward:
      TRAINING &&
      (({ builder }: Site, z: Range, a: Range, dy: Range, needed: boolean): Range => {
        // step has no backward kernel: what the perceptron loss gives as da is the correction of z
        if (needed && backward) {
          const saved = saves === "a" ? a : z;
          builder.emit(
            backward as "RELU_BACKWARD",
            { dz: dy, da: dy, saved, units, ...numbers } as never,
            each,
          );
        }
        return dy;
      }),
  };
}
