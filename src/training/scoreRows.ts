/** Runs a plan on rows that are loaded: their losses. */
import type { Network } from "../network/network.ts";
import type { Plan } from "../plan/plan.ts";
import { beginStep } from "../plan/step.ts";
import { isPromise } from "../tags.ts";
import type { BatchLoader } from "./batch.ts";
import { runWithLoss } from "./given.ts";
import type { Goal } from "./goals.ts";
import { rowLosses } from "./pixels.ts";

/** Rows that were run: copies of their losses, and what they and those before add up to, in their order. */
interface Ran {
  readonly sum: number;
  readonly losses: Float32Array;
}

/**
 * Runs a plan on the rows that are loaded.
 *
 * @param before the sum of the losses before
 * @returns a promise where the loss is of the program's own, and elsewhere
 */
export function scoreRows(
  network: Network,
  plan: Plan,
  loader: BatchLoader,
  goals: readonly Goal[],
  rows: number,
  before = 0,
): Ran | Promise<Ran> {
  const { core } = network;
  beginStep(core, plan.step, { rows });
  const done = (): Ran => {
    const each = plan.outputs.map(({ losses: of, each }) =>
      rowLosses(core.f32(of!.offset, rows * each), each),
    );
    const losses = goals.length === 1 ? each[0].slice() : weighted(each, goals);
    let sum = before;
    for (let r = 0; r < rows; r++) sum += losses[r];
    return { sum, losses };
  };
  const ran = runWithLoss(network, plan, goals, rows, plan.marks.end, () => loader.scored(plan, rows));
  return isPromise(ran) ? ran.then(done) : done();
}

/** The losses of rows, of all outputs together. */
const weighted = (each: readonly Float32Array[], goals: readonly Goal[]): Float32Array =>
  each[0].map((_, r) => each.reduce((sum, losses, k) => sum + goals[k].factor * losses[r], 0));
