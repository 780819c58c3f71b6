/** Windows over a series as rows of a data set: nothing is copied before it is read, however much windows overlap. */
import type { Dataset, DatasetHeader, Inputs, Targets } from "../dataset.ts";
import { portable, type WindowSource } from "../portable.ts";

/** Where windows so many rows apart share no target: fewer rows between the parts of a split would show one what the other is asked. */
export const apartOf = (horizon: number, step: number): number => Math.ceil(horizon / step) - 1;

/** Row r is [starts[r], starts[r] + length) of x, its targets the `horizon` steps of y behind that. */
export function windowRows(header: DatasetHeader & Pick<Dataset, "apart">, source: WindowSource): Dataset {
  const { x, y, starts, length, horizon } = source;
  const features = header.inputShape[1]!;
  const targets = header.target.kind === "values" ? header.target.size / horizon : 1;
  const [width, size] = [length * features, horizon * targets];
  const dataset: Dataset = {
    ...header,
    inOrder: true,
    read(indices: Uint32Array, xOut: Inputs, yOut: Targets) {
      for (let row = 0; row < indices.length; row++) {
        const start = starts[indices[row]!]!;
        xOut.set(x.subarray(start * features, (start + length) * features), row * width);
        const from = start + length;
        yOut.set(y.subarray(from * targets, (from + horizon) * targets), row * size);
      }
    },
  };
  return portable(dataset, () => ({ kind: "windows", header, source }));
}
