import { checkChain } from "../../src/layers/registry.ts";
import { withShape } from "../../src/layers/shape.ts";
import { registerAll } from "../../src/layers/table.ts";

/** Checks a list of layers of any type and fills in defaults, as Model does: see withShape(). */
export function checkLayers(layers: readonly unknown[]): ReturnType<typeof withShape> {
  registerAll();
  return withShape(layers, checkChain);
}
