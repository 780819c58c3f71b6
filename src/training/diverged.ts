/** When the loss is no longer a number: where it began and why. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import { checkRows } from "../network/checkRows.ts";
import type { Network } from "../network/network.ts";
import { floatsOf } from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import type { Run } from "./run.ts";

/** A batch whose rows are in a plan's buffers. */
export interface BatchRun {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly indices: Uint32Array;
  /** What errors call a row of it. */
  readonly rowOf: (row: number) => number;
}

/** What is wrong, and with which layer; or with which row of the data. */
export interface Diagnosis {
  readonly what: string;
  readonly layer?: string;
  readonly row?: number;
}

/** @param failed the batch, or nothing when the last update of an epoch has broken the weights */
export function diagnose(network: Network, failed?: BatchRun): Diagnosis {
  const { core } = network;
  const found = failed && badRow(network, failed);
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

/** Arrays are checked when they are taken; other data sets may hand out anything, and arrays may have changed. */
export function badRow(network: Network, { plan, dataset, indices, rowOf }: BatchRun): Diagnosis | undefined {
  try {
    checkRows(dataset.name, network, plan, indices.length, rowOf);
  } catch (error) {
    const { message, details } = error as NablaError;
    return { what: message, row: details?.row as number };
  }
}

/**
 * @param kept which weights the model is left with
 * @returns the error to throw, with details { step, epoch, layer, row }: counts of what was finished before
 */
export function diverged({ what, layer, row }: Diagnosis, run: Readonly<Run>, kept: string): NablaError {
  const where = `step ${run.step + 1} (epoch ${run.epoch + 1}, batch ${run.batch + 1})`;
  const cause =
    row === undefined
      ? `. Likely cause: the learning rate (${Number(run.rate.toPrecision(3))}) is too large; make it smaller, clip gradients (clipNorm: 1), or standardise the inputs`
      : "";
  return new NablaError(
    `training stopped at ${where}: ${row === undefined ? "the loss is NaN or infinite; " : ""}${what}${cause}. Nothing is lost: ${kept}`,
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
