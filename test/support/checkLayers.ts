import { checkChain, withShape } from "../../src/layers/layerFields.ts";
import { registerAll } from "../../src/layers/table.ts";

/** Checks a list of layers of any type and fills in defaults, as Model does: see withShape(). */
export function checkLayers(layers: readonly unknown[]): ReturnType<typeof withShape> {
  registerAll();
  return withShape(layers, checkChain);
}
