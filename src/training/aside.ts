/** Functions of the program's own that are asked while a plan is under way: losses where its forward pass ends, metrics after it. */
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Plan } from "../plan/plan.ts";
import { isPromise } from "../tags.ts";

/**
 * Asks such a function, which may run the model it is a function of: predict(), weights(), save(). What the plan has in memory is
 * copied when something else takes its place, and put back before the plan goes on; gradients stay where they are, as whatever computes some
 * is asynchronous. A function that does nothing of the kind costs nothing.
 *
 * @param who what errors call it
 * @param moved called where something has taken the plan's place: views of memory are to be made anew
 * @returns what `ask` returns; a promise is of a function that is elsewhere, where nothing else runs
 * @throws NablaError where it has changed the model's weights, which the step under way is computed with
 */
export function aside<T>(network: Network, plan: Plan, who: string, ask: () => T, moved = () => {}): T {
  const { changes, leaving } = network;
  let putBack: (() => void) | undefined;
  network.leaving = () => {
    network.leaving = undefined;
    putBack = keep(network, plan);
  };
  let answer: T;
  try {
    answer = ask();
  } finally {
    network.leaving = leaving;
  }
  if (isPromise(answer)) return answer;
  if (network.changes !== changes)
    throw new NablaError(
      `${who}: it has changed the model it is a function of, in the middle of a step; set weights in a callback`,
    );
  if (putBack) {
    putBack();
    moved();
  }
  return answer;
}

/** Copies what a plan has in memory. @returns what puts it back */
function keep(network: Network, plan: Plan): () => void {
  const { core } = network;
  const { base, end } = plan;
  const copy = core.u8(base, end - base).slice();
  return () => {
    network.use(plan);
    core.u8(base, copy.length).set(copy);
  };
}
