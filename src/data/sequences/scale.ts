/** Mean and deviation of the columns of a series. */
import { measure } from "../standardise.ts";
import type { Series } from "./rawSeries.ts";

/** By the names of columns: (value - mean) / scale is what a model sees. */
export type Scale = Readonly<Record<string, { readonly mean: number; readonly scale: number }>>;

/** Of the first `steps` steps; a column that does not vary gets scale 1. */
export function scaleOf({ columns, values }: Series, steps: number): Scale {
  return Object.fromEntries(
    columns.map((column, c) => {
      const { mean, scale } = measure(1, steps, (visit) => {
        for (let i = 0; i < steps; i++) visit(values[c]!, i);
      });
      return [column, { mean: mean[0]!, scale: scale[0]! }];
    }),
  );
}
