/** The rows that an ensemble is evaluated on. */
import { type ArrayLike2, arrayDataset, isRecord } from "../data/arrays.ts";
import { type ArraysTogether, apart, awaited } from "../data/both.ts";
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { demand } from "../fields/expected.ts";
import { isDataset } from "../training/arguments.ts";

/** @throws NablaError for x without y, and y after both */
export function evaluated(x: Dataset | ArrayLike2 | ArraysTogether, y?: ArrayLike2): Dataset {
  awaited("evaluate", x);
  if (isDataset(x)) return x;
  if (isRecord(x)) {
    demand(y === undefined, "evaluate", "nothing after { xs, ys }", y);
    return arrayDataset(...apart("evaluate", x));
  }
  if (y === undefined) throw new NablaError("evaluate: expected x and y, or a data set; got only x");
  return arrayDataset(x as ArrayLike2, y);
}
