/** fit(): what the training is told of the model, and where it runs. */
import type { Dataset } from "../data/dataset.ts";
import { describeAll } from "../data/portable.ts";
import { NablaError } from "../errors.ts";
import { checkOptions } from "../fields/options.ts";
import { looksAcrossRows } from "../layers/chain.ts";
import { type DataArgument, datasetOf } from "../training/arguments.ts";
import { evaluate, metricsFor, type Scores } from "../training/evaluate.ts";
import type { ModelToTrain } from "../training/fit.ts";
import { fitOptionNames, type StreamEvaluateOptions } from "../training/options.ts";
import type { TrainRequest } from "../training/request.ts";
import type { Run } from "../training/run.ts";
import { readSettings } from "../training/settings.ts";
import type { BatchSource } from "../training/source.ts";
import { onPage } from "../worker/page.ts";
import { type Internals, internalsOf } from "./internals.ts";
import type { Model } from "./model.ts";
import type { FitOptions, Metadata } from "./options.ts";

/** @see Model.fit */
export async function fitModel(
  model: Model,
  data: Dataset | BatchSource,
  options: FitOptions,
): Promise<void> {
  const internals = internalsOf(model);
  const { topology, seed, state } = internals;
  if (state.busy)
    throw new NablaError("fit: this model is being trained already; wait for that training, or stop it");
  state.busy = true;
  try {
    checkOptions("fit", options, fitOptionNames());
    const wanted = readSettings(options, options.resume ? state.settings : undefined, seed);
    const { required } = state;
    const { fit } = await loaded(import("../training/fit.ts"));
    const subject: ModelToTrain<Model> = {
      model,
      seed,
      state,
      metrics: () => metricsFor(required.metrics, internals.built.outputShape),
      streams: loadStreams,
      acrossRows: () => looksAcrossRows(topology.layers),
      datasetOf: (data, name, kind) => datasetOf(data, name, topology, state.compiled, kind),
      build: (inputShape) => internals.build(inputShape),
      learnFrom: (dataset) => {
        model.metadata = metadataFrom(dataset, model.metadata);
      },
      train: (request, run) => trainSomewhere(internals, request, run, options),
    };
    await fit(subject, data, wanted, options);
  } finally {
    state.busy = false;
  }
}

/** @see Model.evaluate */
export async function evaluateBatches(
  model: Model,
  source: BatchSource,
  options: StreamEvaluateOptions,
): Promise<Scores> {
  const internals = internalsOf(model);
  const { topology, state } = internals;
  const { evaluateStream } = await loadStreams("evaluate");
  const subject = {
    state,
    build: (inputShape: readonly number[]) => internals.build(inputShape),
    datasetOf: (data: DataArgument, name: string, kind?: Dataset["target"]["kind"]) =>
      datasetOf(data, name, topology, state.compiled, kind),
  };
  return evaluateStream(subject, source, options, (data, rest, batches) =>
    evaluate(internals, data, rest, undefined, batches),
  );
}

/** In a worker if wanted and possible, else here. Either way the code of the loop is loaded when it is used: a page needs one of them. */
async function trainSomewhere(
  internals: Internals,
  request: TrainRequest<Model>,
  run: Run,
  { worker, transfer = false }: FitOptions,
): Promise<void> {
  const elsewhere = (worker ?? onPage()) && (await loadElsewhere(worker === true && !onPage()));
  if (elsewhere) {
    const remote = {
      topology: internals.topology,
      describe: describeAll,
      compiled: internals.state.required,
      transfer,
      turn: (taken: boolean) => {
        internals.away = !taken;
      },
    };
    if (await elsewhere.trainElsewhere(request, run, remote, worker === true)) return;
  }
  request.signal?.throwIfAborted();
  const { train } = await loaded(import("../training/trainer.ts"));
  await train(request, run);
}

const loadStreams = (who = "fit") => loaded(import("../training/streamFit.ts"), who);

/** Code that is loaded when it is used. */
async function loaded<T>(code: Promise<T>, who = "fit"): Promise<T> {
  try {
    return await code;
  } catch (cause) {
    throw new NablaError(
      `${who}: the code that ${who === "fit" ? "trains" : "reads batches"} could not be loaded (${messageOf(cause)}); the weights are as they were. Load the page again, and see that all files of the library are served`,
      { cause },
    );
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

let warned = false;

/** @param required throw where it cannot be loaded; else say so once on the console and return undefined */
async function loadElsewhere(required: boolean): Promise<typeof import("../worker/train.ts") | undefined> {
  try {
    return await import("../worker/train.ts");
  } catch (cause) {
    const why = `what trains in a worker could not be loaded (${messageOf(cause)})`;
    if (required)
      throw new NablaError(`fit: worker: ${why}; pass worker: false to train without one`, { cause });
    if (!warned)
      console.warn(`nabla: ${why}. Trainings run in the page, in slices that leave it responsive.`);
    warned = true;
    return undefined;
  }
}

/** What a model takes over from the data it is fitted to. Data that says where it comes from says all there is to say. */
function metadataFrom({ target, standardisation, extra }: Dataset, before: Metadata): Metadata {
  const { classes, standardisation: old, ...rest } = before;
  const names = target.kind === "class" ? target.names : undefined;
  const scaled = standardisation ?? (extra ? undefined : old);
  const named = names ?? (extra && target.kind === "values" ? undefined : classes);
  return {
    ...rest,
    ...(named && { classes: named }),
    ...(scaled && { standardisation: scaled }),
    ...(extra && { extra: { ...rest.extra, ...extra } }),
  };
}
