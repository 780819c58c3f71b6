/** fit() and evaluate() on batches from an iterator. */
import { type Dataset, range, targetSize } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { checkOptions, checkWhole } from "../fields/options.ts";
import { outputThreshold } from "../losses/resolve.ts";
import type { Network } from "../network/network.ts";
import { sizeOf } from "../shape.ts";
import { BatchLoader, checkFit } from "./batch.ts";
import { type ModelToScore, metricsFor, penalties, type Scores, scoreRows } from "./evaluate.ts";
import type { FitOptions, StreamEvaluateOptions } from "./options.ts";
import { pauser } from "./pause.ts";
import { freshRun } from "./run.ts";
import type { Settings } from "./settings.ts";
import type { BatchSource } from "./source.ts";
import type { TrainingState } from "./state.ts";
import { BatchStream, type ToDataset } from "./stream.ts";
import { weightingOf } from "./weighting.ts";

/** Options about rows that are there from the beginning. */
const OF_ROWS = ["batchSize", "dropLast", "validationSplit", "sampleWeight", "shifted", "augment"] as const;

/** @throws NablaError for options that make no sense with an iterator */
export function streamOf<M>(
  { state, datasetOf }: ToDataset & { readonly state: TrainingState },
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
  return new BatchStream(source, { who: "fit", place: { epoch, batch }, firstEpoch, steps, datasetOf });
}

/** What rows of an iterator are like, as a data set whose length is not known. @param first its first batch */
export function endless(
  first: Dataset,
  { state, build }: { readonly state: TrainingState; build(inputShape: readonly number[]): Network },
): Dataset {
  const { loss } = state.required;
  const network = build(first.inputShape);
  checkFit(first, network, loss);
  const { labels: _, target, ...rest } = first;
  const units = sizeOf(network.outputShape);
  // a batch need not have all classes; with one output a regression takes whole numbers as they are
  const classes = units > 1 ? units : loss.classification ? 2 : Number.POSITIVE_INFINITY;
  return {
    ...rest,
    name: "the iterator's batches",
    length: Number.POSITIVE_INFINITY,
    target: target.kind === "class" ? { ...target, classes } : target,
    read() {
      throw new NablaError("rows of an iterator cannot be read by their numbers");
    },
  };
}

/** @see Model.evaluate */
export async function evaluateStream(
  subject: ModelToScore & ToDataset,
  source: BatchSource,
  options: StreamEvaluateOptions,
): Promise<Scores> {
  checkOptions("evaluate", options, ["steps", "onRow", "classWeight"]);
  const { state, datasetOf } = subject;
  const { steps, onRow, classWeight } = options;
  if (steps !== undefined) checkWhole("evaluate: steps", steps);
  const { loss, metrics: names } = state.required;
  const place = { epoch: 0, batch: 0 };
  const stream = new BatchStream(source, { who: "evaluate", place, steps, datasetOf });
  let failed = true;
  try {
    const data = endless(await stream.begin(), subject);
    const network = subject.build(data.inputShape);
    const weighting = weightingOf("evaluate", data, network.outputShape, loss, { classWeight });
    const loader = new BatchLoader(network, data, loss, weighting);
    const threshold = outputThreshold(loss, network.activations[0]);
    const metrics = metricsFor(names, network.outputShape);
    for (const metric of metrics) metric.reset();
    const pause = pauser();
    let [sum, rows, capacity] = [0, 0, 0];
    while (place.batch !== steps) {
      const batch = await stream.next({ ...place });
      if (!batch) break;
      const n = batch.y.length / targetSize(data.target);
      capacity = Math.max(capacity, n);
      const input = { type: data.inputType, scale: data.inputScale };
      const plan = network.plan("evaluate", capacity, [input], {
        objectives: [{ loss, target: data.target.kind }],
      });
      loader.copy(plan, range(n), batch);
      const done = scoreRows(network, plan, loader, n, threshold, metrics, sum);
      if (onRow) {
        const [losses, outputs] = [done.losses.slice(), done.batch.outputs.slice()];
        const { stride, units } = done.batch;
        for (let r = 0; r < n; r++)
          onRow(rows + r, losses[r], outputs.subarray(r * stride, r * stride + units));
      }
      sum = done.sum;
      rows += n;
      place.batch++;
      await pause();
    }
    const scores: Scores = { loss: sum / rows + penalties(network) };
    for (const metric of metrics) scores[metric.name] = metric.result();
    failed = false;
    return scores;
  } finally {
    await stream.close(failed);
  }
}
