/** What fit() does once it is loaded: the training is prepared, runs here or in a worker, and the model takes over what the data says. */
import type { Dataset } from "../data/dataset.ts";
import { describeAll } from "../data/portable.ts";
import { messageOf, NablaError } from "../errors.ts";
import { checkGiven } from "../fields/programs.ts";
import { attempt } from "../host.ts";
import { readyToTrain, trainingModule } from "../network/into.ts";
import type { ThreadsUsed } from "../threads/threads.ts";
import type { DataArgument, Together } from "../training/arguments.ts";
import { checkAssigned } from "../training/assigned.ts";
import { namesAfter } from "../training/called.ts";
import { fit, type ModelToTrain } from "../training/fit.ts";
import { kindsOf } from "../training/goals.ts";
import { loaded } from "../training/loading.ts";
import { meant } from "../training/meant.ts";
import { fitOptions, settingNames } from "../training/options.ts";
import type { TrainRequest } from "../training/request.ts";
import type { Run } from "../training/run.ts";
import { readSettings } from "../training/settings.ts";
import type { BatchSource } from "../training/source.ts";
import { threaded } from "../training/threaded.ts";
import { onPage } from "../worker/page.ts";
import type { Internals } from "./internals.ts";
import type { Metadata } from "./metadata.ts";
import type { Model } from "./model.ts";
import type { FitOptions } from "./options.ts";

/** Options of Keras and TensorFlow.js that are something else here. */
const ELSEWHERE = {
  gradientAccumulationSteps:
    "here batchSize is the rows of an update, and microBatchSize says how many of them are run at once",
  valLoss: "it is a figure of the history, where validationData or validationSplit is given",
  validationFraction: "here it is validationSplit",
  xs: "x and y are the first two arguments: fit(x, y, { epochs: 5 })",
  verbose:
    "a training says nothing by itself: callbacks: [{ onEpochEnd: (epoch, logs) => console.log(epoch, logs) }], or onProgress",
  validationBatchSize: "validation has no batches to choose: its result does not depend on them",
  validationFreq: "validation is at the end of each epoch; stepsPerEpoch makes epochs longer or shorter",
  validationSteps: "validation takes all rows of validationData; pass fewer of them",
  initialEpoch: "resume: true goes on where a training stopped",
  stepsPerExecution: "leave it out: a step is one call already",
  workers: "leave it out: worker and threads say where a training runs",
};

/** What the caller has loaded already: not loaded again as part of this. */
type Given = Pick<ModelToTrain<Model>, "acrossRows" | "datasetOf">;

/** @param now the options, where the program has not changed them since @param given as it was given: that is checked */
export async function fitting(
  model: Model,
  internals: Internals,
  given: Given,
  argument: DataArgument | BatchSource | Together,
  now: FitOptions,
  options: FitOptions,
): Promise<void> {
  const { seed, state } = internals;
  checkGiven("fit", options, fitOptions(), settingNames(), ELSEWHERE);
  checkAssigned("fit", internals, model);
  const wanted = readSettings(now, now.resume ? state.settings : undefined, seed);
  state.required;
  const before = internals.network;
  let begun = false;
  const { data, datasetOf } = meant("fit", internals, argument, true, given);
  const subject: ModelToTrain<Model> = {
    ...given,
    datasetOf,
    streams: () => loaded(() => import("../training/streamFit.ts")),
    model,
    seed,
    classes: model.metadata.classes,
    state,
    build: (inputShape) => internals.build(inputShape),
    learnFrom: (dataset, adopts) => {
      begun = true;
      const network = internals.built;
      network.reading ??= kindsOf(dataset, network);
      model.metadata = metadataFrom(dataset, model.metadata, adopts);
    },
    train: (request, run) => trainSomewhere(internals, request, run, now),
  };
  try {
    await fit(subject, data, wanted, now);
  } catch (error) {
    // one that was only built, for data that was not trained on in the end
    if (!before && !begun) internals.network = undefined;
    throw error;
  }
}

/** In a worker if wanted and possible, else here. Either way the code of the loop is loaded when it is used: a page needs one of them. */
async function trainSomewhere(
  internals: Internals,
  request: TrainRequest<Model>,
  run: Run,
  { worker, transfer = false, threads, ranks }: FitOptions,
): Promise<void> {
  const { state } = internals;
  delete state.threads;
  const elsewhere = !ranks && (worker ?? onPage()) && (await loadElsewhere(worker === true && !onPage()));
  if (elsewhere) {
    const remote = {
      module: await trainingModule(request.network.core, "fit"),
      topology: internals.topology,
      describe: describeAll,
      compiled: state.required,
      transfer,
      threads: threads ?? "auto",
      shared:
        threads === 1 || !sharesMemory() ? undefined : await (await loadThreads()).coreFor(request.network),
      used: (used: ThreadsUsed) => {
        state.threads = used;
      },
      turn: (taken: boolean) => {
        internals.away = !taken;
      },
    };
    if (await elsewhere.trainElsewhere(request, run, remote, worker === true)) return;
  }
  request.signal?.throwIfAborted();
  const { train } = await loaded(() => import("../training/trainer.ts"));
  await readyToTrain(request.network, "fit");
  await threaded("fit", state, request.network, threads, () => train(request, run));
}

const loadThreads = () => loaded(() => import("../threads/use.ts"));

/** Whether memory can be shared with a worker: elsewhere what does so is not loaded. */
const sharesMemory = () => attempt(() => new SharedArrayBuffer(1)) !== undefined;

let warned = false;

/** @param required throw where it cannot be loaded; else say so once on the console and return undefined */
async function loadElsewhere(required: boolean): Promise<typeof import("../worker/train.ts") | undefined> {
  try {
    return await loaded(() => import("../worker/train.ts"));
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
function metadataFrom(dataset: Dataset, before: Metadata, adopts: boolean | undefined): Metadata {
  const { target, standardisation, targetScale, extra } = dataset;
  const { classes, standardisation: old, ...rest } = before;
  const scaled = standardisation ?? (extra ? undefined : old);
  const named = namesAfter(dataset, extra && target.kind === "values" ? undefined : classes);
  return {
    ...rest,
    ...(named && { classes: named }),
    ...(scaled && { standardisation: scaled }),
    // outputs that mean something stay in their unit: other targets are brought to it
    ...(adopts && { targetScale }),
    ...(extra && { extra: { ...rest.extra, ...extra } }),
  };
}
