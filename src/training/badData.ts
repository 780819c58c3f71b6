/** Rows of data that are not made of numbers. */

import type { Dataset } from "../data/dataset.ts";
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Plan } from "../plan/plan.ts";
import { sizeOf } from "../shape.ts";

/** A batch whose rows are in a plan's buffers. */
export interface BatchRun {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly indices: Uint32Array;
}

/** Which row is wrong, and how. */
export interface BadRow {
  readonly what: string;
  readonly row: number;
}

/** Whether inputs are numbers. Not all losses show it: of an infinity a sigmoid makes 1. */
export const finiteInputs = ({ core }: Network, { inputs }: Plan, rows: number): boolean =>
  inputs.every(
    ({ kind, x, shape }) =>
      kind.type !== "float32" || core.exports.allFinite(x.offset, rows * sizeOf(shape)) !== 0,
  );

/** Arrays are checked when they are taken; other data sets may hand out anything, and arrays may have changed. */
export function badData({ core }: Network, { plan, dataset, indices }: BatchRun): BadRow | undefined {
  const find = (
    what: string,
    offset: number,
    width: number,
    name: string,
    all: number,
  ): BadRow | undefined => {
    const at = core.notFinite(offset, indices.length * width);
    if (at < 0) return;
    const row = indices[Math.floor(at / width)];
    const called = all > 1 ? `${what} "${name}"` : what;
    return {
      what: `${dataset.name}: row ${row}: value ${at % width} of its ${called} is not a finite number`,
      row,
    };
  };
  const { inputs, outputs } = plan;
  for (const { name, kind, x, shape } of inputs) {
    const found =
      kind.type === "float32" ? find("input", x.offset, sizeOf(shape), name, inputs.length) : undefined;
    if (found) return found;
  }
  for (const { name, yKind, y, units, each } of outputs) {
    const found =
      yKind === "values" ? find("target", y!.offset, units * each, name, outputs.length) : undefined;
    if (found) return found;
  }
}

/** @param batch number of an iterator's batch @throws NablaError for rows that are not made of numbers */
export function checkRows(network: Network, run: BatchRun, batch?: number): void {
  const bad = badData(network, run);
  if (!bad) return;
  const where = batch === undefined ? "" : `batch ${batch}: `;
  throw new NablaError(`${where}${bad.what}. Mend the data`, { details: { row: bad.row } });
}

/** The error for rows without a loss. @throws NablaError for rows that are not made of numbers */
export function noLoss(who: string, network: Network, run: BatchRun): NablaError {
  checkRows(network, run);
  return new NablaError(`${who}: the loss of these rows is not a finite number`);
}
