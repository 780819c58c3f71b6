/** fit() and evaluate() on batches from an iterator. */
import type { Dataset, Target } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { checkGiven } from "../fields/programs.ts";
import type { Network } from "../network/network.ts";
import { sizeOf } from "../shape.ts";
import { unlessAborted } from "./aborted.ts";
import type { ToDataset } from "./arguments.ts";
import { checkFit } from "./batch.ts";
import {
  type EvaluateOptions,
  type FitOptions,
  type StreamEvaluateOptions,
  streamOptions,
} from "./options.ts";
import { freshRun } from "./run.ts";
import type { ModelToScore, Scores } from "./scores.ts";
import type { Settings } from "./settings.ts";
import type { BatchSource, Place, Source } from "./source.ts";
import type { TrainingState } from "./state.ts";
import { BatchStream, type StreamOptions } from "./stream.ts";

type Called = Pick<StreamOptions, "classes">;

/** Options about rows that are there from the beginning. */
const OF_ROWS = ["batchSize", "dropLast", "validationSplit", "sampleWeight", "shifted", "augment"] as const;

/** @throws NablaError for options that make no sense with an iterator */
export function streamOf<M>(
  { state, datasetOf, classes }: ToDataset & Called & { readonly state: TrainingState },
  source: BatchSource,
  settings: Settings,
  options: FitOptions<M>,
): BatchStream {
  const { stepsPerEpoch: steps, epochs } = settings;
  const { resume = false } = options;
  const { config } = state.required;
  for (const name of OF_ROWS)
    if (options[name])
      throw new NablaError(
        `fit: ${name}: an iterator makes its own batches, and their rows are not known before; leave it out${name === "sampleWeight" ? ", and give { x, y, sampleWeight }" : name === "validationSplit" ? ", and give validationData" : ""}`,
      );
  if (config.schedule && steps === undefined)
    throw new NablaError(
      `fit: the schedule "${config.schedule.name}" counts epochs, whose length an iterator does not say; give stepsPerEpoch`,
    );
  const once = typeof source !== "function" && "next" in source;
  if (once && steps === undefined && epochs > 1)
    throw new NablaError(
      `fit: an iterator passes once, so ${epochs} epochs need stepsPerEpoch, or a function that returns one for each epoch`,
    );
  const { epoch, batch, firstEpoch } = resume ? state.run : freshRun(state.run);
  if (resume && (typeof source !== "function" || (batch > 0 && source.length === 0)))
    throw new NablaError(
      `fit: resume: expected a function of { epoch, batch } that returns an iterator which begins there, here { epoch: ${epoch}, batch: ${batch} }; got ${typeof source === "function" ? "a function without a parameter" : "an iterator"}`,
    );
  return new BatchStream(source, {
    who: "fit",
    place: { epoch, batch },
    firstEpoch,
    steps,
    datasetOf,
    classes,
  });
}

/** What rows of an iterator are like, as a data set whose length is not known. @param first its first batch */
export function endless(
  first: Dataset,
  { state, build }: { readonly state: TrainingState; build(inputShape: readonly number[]): Network },
): Dataset {
  const { goals } = state.required;
  const network = build(first.inputShape);
  checkFit(first, network, goals);
  const { labels: _, target, parts, ...rest } = first;
  // a batch need not have all classes; with one output a regression takes whole numbers as they are
  const whole = (one: Target, k: number): Target => {
    if (one.kind === "values") return one;
    const units = sizeOf(network.outputShapes[k]);
    const some = goals[k].loss.classification ? 2 : Number.POSITIVE_INFINITY;
    return { ...one, classes: units > 1 ? units : some };
  };
  const numberOf = (name: string) => network.architecture.outputs.findIndex((output) => output.name === name);
  return {
    ...rest,
    name: "the iterator's batches",
    length: Number.POSITIVE_INFINITY,
    target: parts ? target : whole(target, 0),
    ...(parts && {
      parts: {
        ...parts,
        targets: parts.targets.map((part) => ({ ...part, target: whole(part.target, numberOf(part.name)) })),
      },
    }),
    read() {
      throw new NablaError("rows of an iterator cannot be read by their numbers");
    },
  };
}

/**
 * Evaluates on batches.
 *
 * @param score evaluates on a source of batches that are like the rows of a data set
 * @throws NablaError where there are none, or fewer than `steps`
 * @see Model.evaluate
 */
export async function evaluateStream(
  { datasetOf, classes, ...subject }: ModelToScore & ToDataset & Called,
  source: BatchSource,
  options: StreamEvaluateOptions,
  score: (data: Dataset, options: EvaluateOptions, source: Source) => Promise<Scores>,
): Promise<Scores> {
  checkGiven("evaluate", options, streamOptions());
  const { steps, ...rest } = options;
  const place = { epoch: 0, batch: 0 };
  const stream = new BatchStream(source, { who: "evaluate", place, steps, datasetOf, classes });
  let failed = true;
  try {
    const data = endless(await unlessAborted(stream.begin(), options.signal), subject);
    const next = async (at: Place) => (at.batch === steps ? undefined : stream.next(at));
    const scores = await score(data, rest, { rows: stream.rows, next });
    failed = false;
    return scores;
  } finally {
    await unlessAborted(stream.close(failed), options.signal);
  }
}
