/** Products with matrices that are known: dense layers. */
import type { Importing } from "./importing.ts";
import { along, axisOf, lengthOf, rowsInOrder, type Value } from "./value.ts";

/**
 * What a matrix makes of the values along an axis: y[j] = Σ x[i] · matrix[i, j]. The axis is then as long as the matrix is wide.
 *
 * @param matrix row-major, its rows in the order of the file
 * @param more the layer's options, its bias, and whether it learns
 */
export function linear(
  at: Importing,
  value: Value,
  axis: number,
  matrix: { readonly units: number; readonly data: () => Float32Array },
  more: { readonly bias?: Float32Array; readonly options?: Readonly<Record<string, unknown>> } = {},
): Value {
  const factors = along(value, axis);
  const { value: ready, order } = at.innermost(value, factors);
  const n = lengthOf(factors);
  const { units } = matrix;
  const bias = more.bias;
  const kernel = () => rowsInOrder(matrix.data(), units, factors, order);
  const heads =
    more.options || at.heads.size === 0
      ? undefined
      : at.part("attending").projected(at, ready, units, kernel, bias);
  const made =
    heads ??
    at.add("dense", { units, useBias: bias !== undefined, ...more.options }, [ready], {
      kernel: { shape: [n, units], data: kernel },
      ...(bias && { bias: { shape: [units], data: () => bias } }),
    });
  const out = axisOf(units);
  const batch = value.axes[axis]!.filter((factor) => factor.batch);
  return {
    kind: "value",
    layer: made.config.name,
    axes: ready.axes.map((own, i) => (i === axis ? [...batch, ...out] : own)),
    held: [...ready.held.slice(0, -1), out],
  };
}
