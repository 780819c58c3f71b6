/**
 * Models of earlier versions, whose targets the command line scaled: their files say it in `extra.csv.target` and not in
 * `metadata.targetScale`. Their trainings go on as they were; errors and predictions are given in the column's own unit.
 */
import type { Dataset, Targets } from "../../data/dataset.ts";
import { rescale, sameScale } from "../../data/targetScale.ts";
import { NablaError } from "../../errors.ts";
import { ALIASES } from "../../metrics/names.ts";
import type { OpenedData } from "../../node/dataFiles.ts";
import type { TargetScale } from "../../report/units.ts";

/** Data whose parts have (y − mean) / scale as their targets. */
export const partsAsBefore = (data: OpenedData, by: TargetScale): OpenedData => ({
  ...data,
  train: asBefore(data.train, by),
  ...(data.validation && { validation: asBefore(data.validation, by) }),
  ...(data.test && { test: asBefore(data.test, by) }),
});

/** The data set with (y − mean) / scale as its targets, as far as models know. */
export function asBefore(dataset: Dataset, by: TargetScale): Dataset {
  const { targetScale: from, extra, ...rest } = dataset;
  const { csv, ...more } = extra ?? {};
  const to = { mean: [by.mean], scale: [by.scale] };
  const described = { ...rest, extra: { ...more, csv: { ...(csv as object), target: by } } };
  if (sameScale(from, to)) return described;
  const apply = (y: Targets) => rescale(y, from, to);
  return {
    ...described,
    read(indices, x, y, epoch) {
      const pending = dataset.read(indices, x, y, epoch);
      if (pending) return pending.then(() => apply(y));
      apply(y);
    },
  };
}

/** @throws NablaError for a metric that is not what it says of standardised targets */
export function checkUnits(
  metrics: readonly (string | { readonly name: string })[],
  by: TargetScale | undefined,
): void {
  const name = metrics
    .map((metric) => (typeof metric === "string" ? metric : metric.name))
    .find((each) => (ALIASES[each] ?? each) === "meanAbsolutePercentageError");
  if (by && name !== undefined)
    throw new NablaError(
      `metrics: "${name}" is a share of the target, and a table's targets are standardised for the training; use "meanAbsoluteError", which is given in their unit`,
    );
}
