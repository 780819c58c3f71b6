/** A model with other settings that goes on from where another is. */
import type { Model } from "nabla";
import { internalsOf } from "../../../src/model/internals.ts";

/**
 * Gives `to` the weights of `from`, and its count of epochs and steps. What was left of an epoch is left out, as with every call of
 * fit(): the next begins, in an order of its own.
 *
 * @param same whether the optimizer is: what it has gathered (velocities, moments) goes on then. Another begins without
 */
export function goOn(from: Model, to: Model, same: boolean): void {
  const [before, after] = [internalsOf(from), internalsOf(to)];
  to.setWeights(from.weights());
  const { run } = before.state;
  after.state.goOnFrom({ ...run, step: same ? run.step : 0 }, undefined, {});
  if (!same || run.step === 0) return;
  const { trained } = before.built;
  after.state.required.slots.forEach((_, slot) => {
    after.built.trained.forEach((tensor, i) => {
      after.built.write(tensor, before.built.read(trained[i], slot), slot);
    });
  });
}
