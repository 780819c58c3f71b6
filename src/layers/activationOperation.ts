/** Activation as a step of its own: a = f(z). Twin of assembly/activations. */
import { type ActivationConfig, type ActivationName, activations } from "../activations/table.ts";
import { floatsOf, type Range } from "../plan/builder.ts";
import type { Operation, Site } from "../plan/operation.ts";
import { showShape } from "../shape.ts";
import { misfit } from "./layer.ts";

/** An activation with the number its record takes. */
export interface Activation {
  name: ActivationName;
  alpha: number;
}

export function normalizeActivation(config: ActivationConfig): Activation {
  return { name: config.name, alpha: "alpha" in config ? config.alpha : 0 };
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
  const { name, alpha } = f;
  const kind = activations[name];
  const { forward } = kind;
  if (!forward) return undefined;
  // the values of an image, padding channels included, are as good as one long row; but not to softmax, which adds up its row
  const units = shape.length === 1 || kind.wholeRows ? shape[shape.length - 1] : floatsOf(shape);
  if (kind.wholeRows && shape.length > 1 && shape.slice(0, -1).some((n) => n > 1)) {
    throw misfit(
      TRAINING && `"${layer}": ${name} needs flat rows, got ${showShape(shape)}; add flatten() before it`,
    );
  }
  return {
    layer,
    activation: name,
    parameters: [],
    inputShape: shape,
    outputShape: shape,
    ...(kind.monotonic && { afterMax: (other) => activationOperation(f, layer, other, true)! }),
    forward({ builder, training, output }: Site, z: Range): Range {
      const keepsZ = TRAINING && training && kind.saves === "z";
      const a = owned && !keepsZ ? z : output(shape);
      builder.emit(forward, { a, z, units, alpha });
      return a;
    },
    backward:
      TRAINING &&
      (({ builder }: Site, z: Range, a: Range, dy: Range, needed: boolean): Range => {
        // step has no backward kernel: what the perceptron loss gives as da is the correction of z
        if (needed && kind.backward) {
          builder.emit(kind.backward, { dz: dy, da: dy, saved: kind.saves === "a" ? a : z, units, alpha });
        }
        return dy;
      }),
  };
}
