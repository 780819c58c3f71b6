/** The steps that a program takes by itself, and its looks at gradients, each ready to be called. Loaded when one is. */
import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { readyToTrain } from "../network/into.ts";
import type { Network } from "../network/network.ts";
import { datasetOf, isStream, unread } from "./arguments.ts";
import { gradientsOf } from "./gradients.ts";
import { inputGradientsOf, type ModelToInspect } from "./inspect.ts";
import { applyGradients, backward, clearGradients, forward, type ModelByHand } from "./manual.ts";
import { meant, type NamesClasses } from "./meant.ts";
import { type ModelToStep, testOnBatch, trainOnBatch } from "./onBatch.ts";

/** What a program calls, by name. */
const STEPS = {
  trainOnBatch,
  testOnBatch,
  gradients: gradientsOf,
  inputGradients: inputGradientsOf,
  forward,
  backward,
  applyGradients,
  clearGradients,
};
export type Step = keyof typeof STEPS;
/** Those that take a data set, or x and y. */
const DATA: readonly Step[] = ["trainOnBatch", "testOnBatch", "gradients", "inputGradients"];

/**
 * A step that a program takes by itself.
 *
 * @param given what it was called with
 */
export async function byHand(
  who: Step,
  subject: ModelByHand &
    ModelToStep &
    ModelToInspect &
    NamesClasses & { readonly network: Network | undefined },
  given: readonly unknown[],
): Promise<unknown> {
  const call = STEPS[who] as (subject: object, ...rest: readonly unknown[]) => unknown;
  const [x, y, more] = given as readonly never[];
  const takesData = DATA.includes(who);
  const rest = takesData ? read(who, subject, unread(who, subject, x, y, more)) : given;
  // the kernels it takes depend on the layers
  if (takesData && subject.state.compiled) subject.build((rest[0] as Dataset).inputShape);
  if (who !== "clearGradients" && subject.network) await readyToTrain(subject.network, who);
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
