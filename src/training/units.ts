/** Metrics of quantities in their own unit, where the model's outputs are scaled. Loaded by what trains and evaluates. */
import { inUnits } from "../data/targetScale.ts";
import type { Scored, Tally } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { unpadded } from "../plan/builder.ts";
import type { Goal } from "./goals.ts";
import { rowOutputs } from "./pixels.ts";

/** Of a batch, outputs and targets in the unit of the targets: copies. */
export function batchInUnits(batch: Scored, { about }: Network): Scored {
  const by = about.metadata.targetScale;
  const { outputs, values, stride, units } = batch;
  if (!by || !values) return batch;
  return {
    ...batch,
    stride: units,
    outputs: inUnits(unpadded(outputs, stride, units), by),
    values: inUnits(values.slice(), by),
  };
}

/** What is counted, of outputs and targets in their own unit. The model may have none yet: it takes over that of its data. */
export const seeingUnits = <T extends Tally>(tally: T, network: Network): T => ({
  ...tally,
  add: (batch: Scored) => tally.add(batchInUnits(batch, network)),
});

/** One row's outputs in the unit of the targets, by name where there are several. */
export function outputsOf(
  batch: Scored,
  row: number,
  rows: number,
  goals: readonly Goal[],
  { about }: Network,
) {
  const of = (scored: Scored) =>
    inUnits(rowOutputs(scored, row, scored.rows / rows), about.metadata.targetScale);
  if (!batch.all) return of(batch);
  return Object.fromEntries(batch.all.map((scored, k) => [goals[k].name!, of(scored)]));
}
