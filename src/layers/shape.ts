/** The shape of a model's input. */

import { int, list } from "../fields/fields.ts";
import { described } from "../fields/objects.ts";
import type { LayerConfig } from "./configs.ts";

export const shapeField = described(
  list(int({ min: 1 }), { min: 1 }),
  DOCS && "The shape of one row of input, without the batch: [784] or [28, 28, 1].",
);

/**
 * Checks a list of layers and fills in defaults. The first may also say the shape of one row of input.
 * @throws NablaError such as `layers[1].units: expected a whole number ≥ 1, got -3`
 */
export function withShape(
  layers: readonly unknown[],
  check: (layers: unknown) => LayerConfig[],
): { configs: LayerConfig[]; inputShape?: number[] } {
  let inputShape: number[] | undefined;
  const configs = check(
    Array.isArray(layers)
      ? layers.map((given: { inputShape?: unknown } | null, i) => {
          // a model has an inputShape, too, and is no layer
          if (!given || !Object.hasOwn(given, "type") || given.inputShape === undefined) return given;
          const { inputShape: shape, ...rest } = given;
          const checked = shapeField.check(shape, `layers[${i}].inputShape`);
          if (i === 0) inputShape = checked;
          return rest;
        })
      : layers,
  );
  return { configs, ...(inputShape && { inputShape }) };
}
