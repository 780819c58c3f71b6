/** When the loss is no longer a number: where it began and why. */

import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { floatsOf } from "../plan/builder.ts";
import { type BatchRun, badData } from "./badData.ts";
import type { Run } from "./run.ts";

/** What is wrong, and with which layer; or with which row of the data. */
export interface Diagnosis {
  readonly what: string;
  readonly layer?: string;
  readonly row?: number;
}

/** @param failed the batch, or nothing when the last update of an epoch has broken the weights */
export function diagnose(network: Network, failed?: BatchRun): Diagnosis {
  const { core } = network;
  const found = failed && badData(network, failed);
  if (found) return found;
  const weights = network.tensors.find((tensor) => !network.finite(tensor));
  if (weights)
    return { what: `weights of layer "${weights.layer}" are no longer finite`, layer: weights.layer };
  if (!failed) return { what: "" };
  const rows = failed.indices.length;
  const bad = failed.plan.trace.find(
    ({ range, shape }) => !core.exports.allFinite(range.offset, rows * floatsOf(shape)),
  );
  if (bad) return { what: `the output of layer "${bad.layer}" is not finite`, layer: bad.layer };
  const { name } = network.layers[network.layers.length - 1];
  return { what: `the loss itself overflowed after layer "${name}"`, layer: name };
}

/**
 * @param kept which weights the model is left with
 * @returns the error to throw, with details { step, epoch, layer, row }: counts of what was finished before
 */
export function diverged({ what, layer, row }: Diagnosis, run: Readonly<Run>, kept: string): NablaError {
  const where = `step ${run.step + 1} (epoch ${run.epoch + 1}, batch ${run.batch + 1})`;
  const cause =
    row === undefined
      ? `Likely cause: the learning rate (${Number(run.rate.toPrecision(3))}) is too large; make it smaller, clip gradients (clipNorm: 1), or standardise the inputs`
      : "Mend the data";
  return new NablaError(
    `training stopped at ${where}: ${row === undefined ? "the loss is NaN or infinite; " : ""}${what}. ${cause}. Nothing is lost: ${kept}`,
    {
      details: {
        step: run.step,
        epoch: run.epoch,
        ...(layer !== undefined && { layer }),
        ...(row !== undefined && { row }),
      },
    },
  );
}
