/** Before a step: the optimizer's slots. */
import type { Network } from "../network/network.ts";
import { moveToAverage } from "../network/snapshot.ts";
import type { TrainingState } from "./state.ts";

/** Makes them ready: those of the last step, unless there was none. @throws NablaError where ranks have left a part of them here */
export function prepare(state: TrainingState, network: Network): void {
  const { run, setAt } = state;
  if (run.step === 0) network.prepareTraining(state.required.slots);
  network.kept?.check();
  // training goes on from what was set, also where the weights are an average of others
  if (run.step > 0 && setAt === run.step) moveToAverage(network);
  state.setAt = undefined;
}
