/** Products with matrices that are no weights. */
import { Unsupported } from "../problems.ts";
import type { Importing } from "./importing.ts";
import { along, lengthOf, type Value } from "./value.ts";

/** A matrix that is no weight: what it says is not learnt. @param at how much of input i is in output j */
export function fixed(
  importing: Importing,
  value: Value,
  axis: number,
  units: number,
  share: (matrix: Float32Array) => void,
): Value {
  const n = lengthOf(along(value, axis));
  if (n * units > importing.most)
    throw new Unsupported(
      "it picks so many values along an axis that the table of them would be larger than the file",
    );
  const data = new Float32Array(n * units);
  share(data);
  return importing.linear(value, axis, { units, data: () => data }, { options: { trainable: false } });
}
