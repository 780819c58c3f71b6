/** What has several inputs or outputs: arrays by their names as a data set, and figures by theirs. Graphs have it and chains have not. */
import { type ArrayLike2, type ArrayRecord, isRecord } from "../data/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { recordDataset } from "../data/records.ts";
import { NablaError } from "../errors.ts";
import type { InputKind } from "../plan/operation.ts";
import type { Goal } from "./goals.ts";
import { isOwn, type OwnMetric } from "./ownFunctions.ts";

/** @param of the names of inputs and outputs, how inputs are read, what classes are called where there is one output, and what the targets of an output are, so many to a row */
export function namedDataset(
  x: ArrayLike2 | ArrayRecord,
  y: ArrayLike2 | ArrayRecord,
  name: string,
  of: {
    readonly inputs: readonly string[];
    readonly names: readonly string[];
    readonly reading: readonly InputKind[] | undefined;
    readonly classes: readonly string[] | undefined;
    kindOf(output: number, size: number): Dataset["target"]["kind"] | undefined;
  },
): Dataset {
  const { inputs, names, reading, classes, kindOf } = of;
  return recordDataset(named(x, inputs, `${name}: x`), named(y, names, `${name}: y`), {
    name,
    kindOf: (key, size) => kindOf(names.indexOf(key), size),
    classes,
    scaleOf: (key) => reading?.[inputs.indexOf(key)]?.scale,
  });
}

/** Arrays by name; one alone has the name of the only one there is. */
function named(values: ArrayLike2 | ArrayRecord, names: readonly string[], who: string): ArrayRecord {
  if (isRecord(values)) return values;
  if (names.length === 1) return { [names[0]]: values };
  throw new NablaError(`${who}: expected arrays by name, { ${names.join(", ")} }, got one array`);
}

/** @throws NablaError where two figures would have one name, or two functions of the program's own */
export function checkFigures(goals: readonly Goal[]): void {
  const own = new Map<string, OwnMetric>();
  for (const { name, metrics } of goals) {
    if (name === "val")
      throw new NablaError(
        'compile: the loss of output "val" would be called valLoss, as that of validation is; give the output another name',
      );
    for (const each of metrics) {
      if (!isOwn(each)) continue;
      if ((own.get(each.name) ?? each).value !== each.value)
        throw new NablaError(
          `compile: metrics: two functions are called "${each.name}"; call that of output "${name}" differently`,
        );
      own.set(each.name, each);
    }
  }
}
