/** The threshold of `nabla train`: chosen when training is over, on the rows validated on. */
import type { Dataset } from "../../data/dataset.ts";
import { messageOf, NablaError } from "../../errors.ts";
import { chooseThreshold } from "../../model/chooseThreshold.ts";
import type { Model } from "../../model/model.ts";
import { count, figure, shown } from "../../report/text/format.ts";
import type { ChosenThreshold } from "../../training/chooseThreshold.ts";
import type { ThresholdFlags } from "../options/threshold.ts";
import { checkThreshold, withThreshold } from "./decision.ts";
import type { Extra } from "./resume.ts";

/** What the model decides by: a number that was given, or one that was chosen. */
export type Decided = Pick<ChosenThreshold, "threshold"> &
  Partial<ChosenThreshold> & {
    /** How many rows it was chosen on. */
    readonly rows?: number;
  };

/**
 * What there is to do when the training is over. A resumed one does as before, unless it is told otherwise.
 *
 * @param before the model that is gone on with, as it was saved
 * @param validated the rows validated on, where there are some
 * @throws NablaError where no threshold decides, and where there are no rows of both classes to choose it on: before training
 */
export function deciding(
  { threshold: given }: ThresholdFlags,
  model: Model,
  before: Model["metadata"] | undefined,
  name: string,
  validated: (() => Dataset) | undefined,
): (() => Promise<Decided>) | undefined {
  const kept = before?.extra?.decision as Decided | undefined;
  // one that was interrupted has not decided yet
  const asked =
    given ?? kept?.by ?? kept?.threshold ?? (before?.extra as Partial<Extra> | undefined)?.threshold;
  if (asked === undefined) return undefined;
  checkThreshold(
    model,
    asked,
    name,
    "the presets mlp, table and logistic have such an output for data of two classes",
  );
  const { metadata } = model;
  model.metadata = { ...metadata, extra: { ...metadata.extra, threshold: asked } satisfies Partial<Extra> };
  if (typeof asked === "number")
    return async () => {
      withThreshold(model, asked, name);
      return { threshold: asked };
    };
  if (!validated)
    throw new NablaError(
      `--threshold ${asked}: is chosen on rows that are not trained on, but none are kept for validation; give --validation-split 0.1, or a number`,
    );
  const data = validated();
  if (data.labels && new Set(data.labels).size < 2)
    throw new NablaError(
      `--threshold ${asked}: all ${count(data.length)} rows to validate on are of one class; expected rows of both: give a larger --validation-split, or another --seed`,
    );
  return async () => {
    try {
      return { ...(await chooseThreshold(model, data, { by: asked })), rows: data.length };
    } catch (cause) {
      throw new NablaError(messageOf(cause).replace(/^chooseThreshold/, `--threshold ${asked}`), { cause });
    }
  };
}

/** A line for people. */
export function decidedText({ threshold, by, value, before, rows }: Decided): string {
  const at = figure(threshold);
  if (by === undefined) return `threshold ${at}: above it an output says the second class`;
  return `threshold ${at}: ${by} ${shown(by, value!)} of the ${count(rows!)} rows validated on (${shown(by, before!)} before)`;
}
