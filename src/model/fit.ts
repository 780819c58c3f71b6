/** What fit() and evaluate() do before their code is loaded. */
import { looksAcrossRows } from "../layers/chain.ts";
import { type DataArgument, datasetOf, type ToDataset, type Together } from "../training/arguments.ts";
import { loaded } from "../training/loading.ts";
import type { BatchSource } from "../training/source.ts";
import { type Internals, internalsOf } from "./internals.ts";
import type { Model } from "./model.ts";
import type { FitOptions } from "./options.ts";

/** @see Model.fit */
export async function fitModel(
  model: Model,
  data: DataArgument | BatchSource | Together,
  options: FitOptions,
): Promise<void> {
  const internals = internalsOf(model);
  const { topology, state } = internals;
  state.checkIdle("fit");
  state.busy = true;
  try {
    // as they are now
    const now = { ...options };
    const { fitting } = await loaded(() => import("../model/fitting.ts"));
    const given = {
      acrossRows: () => looksAcrossRows(topology.layers),
      datasetOf: toDataset(internals),
    };
    await fitting(model, internals, given, data, now, options);
  } finally {
    state.busy = false;
  }
}

/** Rows of a program's own as a data set for this model. */
export const toDataset =
  (internals: Internals): ToDataset["datasetOf"] =>
  (data, name, kind, classes) =>
    datasetOf(data, name, internals, kind, classes);

export const loadEvaluate = (who: string) => loaded(() => import("../training/scoring.ts"), who);
