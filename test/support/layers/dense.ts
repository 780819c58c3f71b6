/** y[…, j] = b[j] + Σ x[…, i] · w[i, j]: over the last axis. */
import type { ConfigOf, ReferenceLayer, Shape } from "./types.ts";

export function dense({ units, useBias = true }: ConfigOf<"dense">, inputShape: Shape): ReferenceLayer {
  const inputs = inputShape[inputShape.length - 1];
  return {
    outputShape: [...inputShape.slice(0, -1), units],
    parameters: { kernel: [inputs, units], ...(useBias && { bias: [units] }) },
    moving: {},
    forward({ kernel, bias }, x) {
      const rows = x.length / inputs;
      const y = new Float64Array(rows * units);
      for (let r = 0; r < rows; r++)
        for (let j = 0; j < units; j++) {
          if (useBias) y[r * units + j] = bias[j];
          for (let i = 0; i < inputs; i++) y[r * units + j] += x[r * inputs + i] * kernel[i * units + j];
        }
      return {
        y,
        moving: {},
        backward(dy) {
          const dx = new Float64Array(x.length);
          const dw = new Float64Array(kernel.length);
          const db = new Float64Array(units);
          for (let r = 0; r < rows; r++)
            for (let j = 0; j < units; j++) {
              const d = dy[r * units + j];
              db[j] += d;
              for (let i = 0; i < inputs; i++) {
                dx[r * inputs + i] += d * kernel[i * units + j];
                dw[i * units + j] += d * x[r * inputs + i];
              }
            }
          return { dx, gradients: { kernel: dw, ...(useBias && { bias: db }) } };
        },
      };
    },
  };
}
