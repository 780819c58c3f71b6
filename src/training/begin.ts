/** Where a call of fit() begins: anew, or where another stopped. */

import { type Callback, type TrainedModel, withState } from "../callbacks/callback.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { FitOptions } from "./options.ts";
import { prepare } from "./prepare.ts";
import { checkResume, decides } from "./resume.ts";
import { freshRun, type Run, since } from "./run.ts";
import { type Comparison, sameData } from "./sameData.ts";
import type { RunSettings, Settings } from "./settings.ts";
import type { TrainingState } from "./state.ts";

/** What begins: its state, and whether a layer looks across rows in training. */
interface Begun {
  readonly state: TrainingState;
  acrossRows(): boolean;
}

/** Where the training starts from: in either case weights, slots and counts are those of the last. */
export async function begin<M extends TrainedModel>(
  { state, acrossRows }: Begun,
  network: Network,
  settings: RunSettings,
  callbacks: readonly Callback<M>[],
  { resume = false, otherData = false }: FitOptions<M>,
  compared: Omit<Comparison, "before" | "decides">,
): Promise<void> {
  let known = compared.now;
  const { dependsOnEpochs } = state.required;
  if (resume) {
    const waiting = Object.keys(state.waiting);
    checkResume({
      before: state.settings,
      now: settings,
      acrossRows: acrossRows(),
      dependsOnEpochs,
      waiting,
      callbacks,
      otherData,
    });
    checkLeft(state.run, settings);
    const { known: before } = state.run;
    if (!otherData) known = await sameData({ ...compared, before, decides: decides(state.callbackStates) });
  } else {
    state.run = freshRun(state.run);
    prepare(state, network);
    state.good = undefined;
  }
  state.settings = settings;
  const states = state.callbackStates;
  state.callbacks = callbacks;
  if (state.run.finished) delete state.run.stopped;
  state.run.finished = false;
  state.run.known = known;
  if (resume)
    for (const [key, callback] of withState(callbacks)) if (states[key]) callback.restore?.(states[key]);
  state.waiting = {};
}

/** Whether a training that would be resumed has come to its end: all epochs are done, or something has ended it before. */
export const isOver = (run: Run, epochs: number): boolean =>
  run.finished && (since(run).epoch >= epochs || (run.stopped !== undefined && run.batch === 0));

/** @throws NablaError where a resumed training has nothing left to do */
function checkLeft(run: Run, { epochs }: Settings): void {
  const { epoch } = since(run);
  // one that was saved before its end has to come to that, one that was stopped within an epoch has that to finish
  if (!isOver(run, epochs)) return;
  if (epoch >= epochs)
    throw new NablaError(
      `fit: resume: there is nothing to do: ${epoch} of ${epochs} epochs are done, and epochs counts those, too; pass a larger number, or leave resume out to train ${epochs} more`,
    );
  throw new NablaError(
    `fit: resume: there is nothing to do: the training was stopped after ${epoch} of ${epochs} epochs, because ${run.stopped}; leave resume out to train on from here`,
  );
}
