/** Looking at a model that tells a class for each step of sequences: steps that fill rows up are never counted. */
import type { Dataset } from "../data/dataset.ts";
import { stepClasses } from "../data/sequences/stepClasses.ts";
import type { ConfusionMatrix } from "../metrics/confusion.ts";
import type { Subject } from "../metrics/metric.ts";
import type { MetricName } from "../metrics/table.ts";
import { internalsOf } from "../model/internals.ts";
import type { Model } from "../model/model.ts";
import type { Intervals } from "../training/bootstrap.ts";
import { readingsOf } from "../training/measures.ts";
import type { Scores } from "../training/scores.ts";
import type { Seen } from "./figures.ts";

/** What was found of the steps of a data set. */
export interface StepsSeen {
  readonly scores: Scores;
  readonly confusion: ConfusionMatrix;
  /** Steps of all rows, without padding. */
  readonly steps: number;
  /** How many of them are wrong. */
  readonly wrong: number;
}

/** undefined where steps have no classes. */
export async function examineSteps(model: Model, dataset: Dataset): Promise<StepsSeen | undefined> {
  if (dataset.target.kind === "class" || !stepClasses(dataset.extra)) return undefined;
  const scores = await model.evaluate(dataset);
  const confusion = await model.confusionMatrix(dataset);
  const { counts } = confusion;
  const steps = counts.flat().reduce((sum, n) => sum + n, 0);
  const right = counts.reduce((sum, row, c) => sum + row[c]!, 0);
  return { scores, confusion, steps, wrong: steps - right };
}

/** What is measured, where a row, or each step, has one target; undefined for other rows. */
export function subjectOf(
  { seen, steps }: { readonly seen?: Seen; readonly steps?: number },
  model: Model,
  dataset: Dataset,
): Subject | undefined {
  if (steps === undefined) return seen?.subject;
  const { built, state } = internalsOf(model);
  return readingsOf(state.required.goals, built, dataset)[0]!.subject;
}

/** Figures by name. */
export async function figuresOfSteps(
  model: Model,
  dataset: Dataset,
  metrics: readonly MetricName[],
): Promise<Record<string, number>> {
  const { loss: _, ...figures } = await model.evaluate(dataset, { metrics: [...metrics] });
  return figures;
}

/** Where figures lie with a confidence of 95 %: whole sequences are drawn, whose steps are not independent of each other. */
export async function intervalsOfSteps(
  model: Model,
  dataset: Dataset,
  metrics: readonly MetricName[],
  bootstrap: number,
): Promise<Intervals> {
  return (await model.evaluate(dataset, { metrics: [...metrics], bootstrap })).intervals;
}
