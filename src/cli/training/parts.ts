/** Rows that a training of the command line has: those to train on, and those to validate on. */
import type { Config } from "../../config/config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { RunSettings } from "../../training/settings.ts";
import { chosenRows, fractionOf } from "../../training/splitRule.ts";

/** How many rows fit() will train on and validate on. @param rows which, where they are chosen already */
export function parts(
  data: { readonly train: Pick<Dataset, "length">; readonly validation?: Dataset },
  { training }: Pick<Config, "training">,
  rows?: readonly [Uint32Array, Uint32Array],
): { trained: number; validation: number } {
  const { length } = data.train;
  const taken = rows?.[1].length ?? Math.floor(length * fractionOf(training.validationSplit) + 0.5);
  const copies = training.shifted === undefined ? 1 : 5;
  return {
    trained: copies * (rows?.[0].length ?? length - taken),
    validation: taken || (validationPart(data, { training })?.length ?? 0),
  };
}

/** The data's own validation part, unless rows are split off to validate on. */
export const validationPart = (
  { validation }: { readonly validation?: Dataset },
  { training }: Pick<Config, "training">,
): Dataset | undefined => (training.validationSplit === 0 ? validation : undefined);

/** The rows that fit() trains on and validates on. @param before settings of a training that is resumed */
export const splitOff = (train: Dataset, { training }: Config, before: RunSettings | undefined) =>
  chosenRows(train, training.validationSplit, before?.validationSplit, training).rows;
