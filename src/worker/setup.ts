/** On the page: all that the worker is told before it begins. */

import { inOrder, statesOf, type TrainedModel } from "../callbacks/callback.ts";
import type { SharedCode } from "../core/shared.ts";
import type { Dataset } from "../data/dataset.ts";
import type { describeAll } from "../data/portable.ts";
import type { Topology } from "../layers/configs.ts";
import { takeSnapshot } from "../network/snapshot.ts";
import type { Threads, ThreadsUsed } from "../threads/threads.ts";
import type { CompiledTraining } from "../training/compile.ts";
import type { TrainRequest } from "../training/request.ts";
import type { Run } from "../training/run.ts";
import type { Hook, SentDataset, Setup } from "./protocol.ts";

const HOOKS: readonly Hook[] = ["onTrainBegin", "onTrainEnd", "onEpochBegin", "onEpochEnd", "onBatchEnd"];

/** What a worker needs to know besides the request. */
export interface Remote {
  /** The core it computes with. */
  readonly module: WebAssembly.Module;
  readonly topology: Topology;
  /** Functions of the program's own run here. */
  readonly compiled: CompiledTraining;
  /** Handed in by the code that loads this file: descriptions of data sets are kept in one table, and this bundle may have a copy of it. */
  readonly describe: typeof describeAll;
  /** Rows of datasets in memory are moved instead of copied, and come back at the end. */
  readonly transfer: boolean;
  readonly threads: Threads;
  /** The core they compute with; none where memory cannot be shared. */
  readonly shared: SharedCode | undefined;
  /** Called with what the worker computes with. */
  used(threads: ThreadsUsed): void;
  /** Called with whether a callback is running: only then may the model be changed from here. */
  turn(taken: boolean): void;
}

/** @param data descriptions of data sets, and the data sets by the same numbers */
export function setupOf<M extends TrainedModel>(
  request: TrainRequest<M>,
  run: Run,
  remote: Remote,
  data: { readonly sent: SentDataset[]; readonly datasets: readonly Dataset[] },
): Setup {
  const { network, train, validation, settings, metrics, weighting, progress } = request;
  const checked = request.validationWeighting;
  const { targetScale, extra } = network.about.metadata;
  const numberOf = (dataset: Dataset) => data.datasets.indexOf(dataset);
  const hooks = inOrder(request.callbacks);
  // a worker would go on from the part of the optimizer's state that is here
  network.kept?.check();
  return {
    module: remote.module,
    topology: remote.topology,
    inputShape: network.inputShape,
    reading: network.reading,
    metadata: { targetScale, ...(extra?.decision !== undefined && { extra: { decision: extra.decision } }) },
    training: remote.compiled.config,
    state: {
      snapshot: takeSnapshot(network),
      run: { ...run },
      metrics: metrics.map((metric) => metric.state()),
    },
    callbacks: statesOf(request.callbacks),
    datasets: data.sent,
    train: numberOf(train),
    ...(request.source && { stream: request.source.rows }),
    ...(validation && { validation: numberOf(validation) }),
    settings,
    threads: remote.threads,
    ...(remote.shared && { shared: remote.shared }),
    ...(weighting.classes && { classes: weighting.classes }),
    ...(weighting.samples && { samples: Float64Array.from(weighting.samples) }),
    ...(checked?.samples && { validationSamples: Float64Array.from(checked.samples) }),
    hooks: HOOKS.filter((hook) => hooks.some((callback) => callback[hook])),
    everySteps: hooks.filter((hook) => hook.onBatchEnd).map(({ everySteps = 1 }) => everySteps),
    ...(progress && { progress: progress.every }),
  };
}
