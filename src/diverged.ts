/** When the loss is no number any more: say where it began and why, and go back to weights that are numbers. */
import { NablaError } from "./errors.ts";
import type { Network } from "./network.ts";
import type { Plan } from "./plan/plan.ts";
import type { Run } from "./train.ts";

/**
 * The tape has stopped before the update, so the weights are those the step began with. Where these are not finite
 * already, the weights from the beginning of the epoch are put back.
 *
 * @returns the error to throw, with details { step, epoch, layer }
 */
export function diverged(network: Network, plan: Plan, rows: number, run: Run, lastGood: Uint8Array): NablaError {
  const { core } = network;
  const stride = (n: number) => (n + 3) & ~3;
  const bad = plan.trace.find(({ range, units }) => !core.exports.allFinite(range.offset, rows * stride(units)));
  const weights = network.tensors.find((tensor) => !network.finite(tensor));
  const where = `step ${run.step + 1} (epoch ${run.epoch + 1}, batch ${run.batch + 1})`;
  let kept = "the weights are those from before this step";
  if (weights) {
    network.restore(lastGood);
    run.step -= run.batch;
    Object.assign(run, { batch: 0, lossSum: 0, rows: 0, metrics: {} });
    kept = "the weights are those from the beginning of this epoch";
  }
  const layer = weights?.layer ?? bad?.layer ?? network.layers[network.layers.length - 1].name;
  const what = weights
    ? `weights of layer "${layer}" are no longer finite`
    : bad
      ? `the output of layer "${layer}" is not finite`
      : `the loss itself overflowed after layer "${layer}"`;
  return new NablaError(
    `training stopped at ${where}: the loss is NaN or infinite; ${what}. Likely cause: the learning rate (${Number(run.rate.toPrecision(3))}) is too large; make it smaller, clip gradients (clipNorm: 1), or standardise the inputs. Nothing is lost: ${kept}`,
    { details: { step: run.step, epoch: run.epoch, layer } },
  );
}
