/** Flatten: [a, b, c] → [a·b·c]. Rows lie densely in memory already, so nothing goes on the tape. */
import { object } from "../config/objects.ts";
import { layerName } from "./activation.ts";
import type { Layer } from "./layer.ts";

export const flattenFields = object({ name: layerName }, { doc: "[a, b, c] becomes [a · b · c]." });

export function buildFlatten(name: string, inputShape: readonly number[]): Layer {
  const outputShape = [inputShape.reduce((product, n) => product * n, 1)];
  return { name, type: "flatten", inputShape, outputShape, operations: [] };
}
