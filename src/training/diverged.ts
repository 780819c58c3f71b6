/** When the loss is no longer a number: where it began and why. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import { floatsOf } from "../plan/builder.ts";
import type { Plan } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";
import type { Run } from "./run.ts";

/** What a batch was when the tape stopped on it, before its update. */
export interface Failed {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly indices: Uint32Array;
}

/** What is wrong, and with which layer; or with which row of the data. */
export interface Diagnosis {
  readonly what: string;
  readonly layer?: string;
  readonly row?: number;
}

/** @param failed the batch, or nothing when the last update of an epoch has broken the weights */
export function diagnose(network: Network, failed?: Failed): Diagnosis {
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

/** Arrays are checked when they are taken; other data sets may hand out anything. */
function badData(network: Network, { plan, dataset, indices }: Failed): Diagnosis | undefined {
  const find = (what: string, offset: number, width: number): Diagnosis | undefined => {
    const at = network.core.f32(offset, indices.length * width).findIndex((v) => !Number.isFinite(v));
    if (at < 0) return;
    const row = indices[Math.floor(at / width)];
    return {
      what: `${dataset.name}: row ${row}: value ${at % width} of its ${what} is not a finite number`,
      row,
    };
  };
  const called = (what: string, name: string, all: readonly unknown[]) =>
    all.length > 1 ? `${what} "${name}"` : what;
  for (const { name, kind, x, shape } of plan.inputs) {
    const found =
      kind.type === "float32" && find(called("input", name, plan.inputs), x.offset, sizeOf(shape));
    if (found) return found;
  }
  for (const { name, yKind, y, units, each } of plan.outputs) {
    const found = yKind === "values" && find(called("target", name, plan.outputs), y!.offset, units * each);
    if (found) return found;
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
      ? `Likely cause: the learning rate (${Number(run.rate.toPrecision(3))}) is too large; make it smaller, clip gradients (clipNorm: 1), or standardise the inputs`
      : "Mend the data";
  return new NablaError(
    `training stopped at ${where}: the loss is NaN or infinite; ${what}. ${cause}. Nothing is lost: ${kept}`,
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
