/** Rows of a table for whole numbers. */
import type { ConfigOf, ReferenceLayer, Shape } from "./types.ts";

export function embedding(
  { inputDim, outputDim: units }: ConfigOf<"embedding">,
  shape: Shape,
): ReferenceLayer {
  return {
    outputShape: [...shape, units],
    parameters: { embeddings: [inputDim, units] },
    moving: {},
    forward({ embeddings }, x) {
      // what is almost a whole number is one that was rounded
      const rows = Array.from(x, (v) => Math.round(v));
      return {
        y: Float64Array.from(rows.flatMap((row) => [...embeddings.subarray(row * units, (row + 1) * units)])),
        moving: {},
        backward(dy) {
          const table = new Float64Array(embeddings.length);
          for (const [i, row] of rows.entries())
            for (let c = 0; c < units; c++) table[row * units + c] += dy[i * units + c];
          return { dx: new Float64Array(rows.length), gradients: { embeddings: table } };
        },
      };
    },
  };
}
