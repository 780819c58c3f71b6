/** Arrays by the names of inputs and outputs as a data set: what graphs have and chains have not. */
import { type ArrayLike2, type ArrayRecord, isRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/records.ts";
import { NablaError } from "../errors.ts";
import type { InputKind } from "../plan/forward.ts";

/** @param of the names of inputs and outputs, how inputs are read, and what the targets of an output are, so many to a row */
export function namedDataset(
  x: ArrayLike2 | ArrayRecord,
  y: ArrayLike2 | ArrayRecord,
  name: string,
  of: {
    readonly inputs: readonly string[];
    readonly names: readonly string[];
    readonly reading: readonly InputKind[] | undefined;
    kindOf(output: number, size: number): Dataset["target"]["kind"] | undefined;
  },
): Dataset {
  const { inputs, names, reading, kindOf } = of;
  return recordDataset(named(x, inputs, `${name}: x`), named(y, names, `${name}: y`), {
    name,
    kindOf: (key, size) => kindOf(names.indexOf(key), size),
    scaleOf: (key) => reading?.[inputs.indexOf(key)]?.scale,
  });
}

/** Arrays by name; one alone has the name of the only one there is. */
function named(values: ArrayLike2 | ArrayRecord, names: readonly string[], who: string): ArrayRecord {
  if (isRecord(values)) return values;
  if (names.length === 1) return { [names[0]]: values };
  throw new NablaError(`${who}: expected arrays by name, { ${names.join(", ")} }, got one array`);
}
