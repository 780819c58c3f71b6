/** The steps that a program takes by itself, each ready to be called. Loaded when one is. */
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { readyToTrain } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { datasetOf, isStream, unread } from "./arguments.ts";
import { applyGradients, backward, clearGradients, forward, type ModelByHand } from "./manual.ts";
import { meant, type NamesClasses } from "./meant.ts";
import { type ModelToStep, testOnBatch, trainOnBatch } from "./onBatch.ts";

/** What a program calls, by name. */
const STEPS = { trainOnBatch, testOnBatch, forward, backward, applyGradients, clearGradients };
export type Step = keyof typeof STEPS;

/**
 * A step that a program takes by itself.
 *
 * @param given what it was called with
 */
export async function byHand(
  who: Step,
  subject: ModelByHand & ModelToStep & NamesClasses & { readonly network: Network | undefined },
  given: readonly unknown[],
): Promise<unknown> {
  const call = STEPS[who] as (subject: object, ...rest: readonly unknown[]) => unknown;
  const [x, y, more] = given as readonly never[];
  const rest = /Batch$/.test(who) ? read(who, subject, unread(who, subject, x, y, more)) : given;
  // the kernels it takes depend on the layers
  if (who === "trainOnBatch" && subject.state.compiled) subject.build((rest[0] as Dataset).inputShape);
  const trains = who !== "testOnBatch" && who !== "clearGradients";
  if (trains && subject.network) await readyToTrain(subject.network, who);
  return call(subject, ...rest);
}

/** The rows of a step, where labels may be names of the model's classes. */
function read<O>(
  who: string,
  subject: NamesClasses,
  [given, options]: ReturnType<typeof unread<O>>,
): [data: Dataset, options: O] {
  const { data } = meant(who, subject, given, false, {
    datasetOf: (data, name, kind, classes) => datasetOf(data, name, subject, kind, classes),
  });
  if (!isStream(data)) return [data, options];
  throw new NablaError(
    `${who}: expected x and y of one batch, got an iterator; take batches from it in a loop`,
  );
}
