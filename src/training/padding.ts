/** Steps of sequences that are padding, which metrics leave out: see src/plan/masks.ts. Loaded by what evaluates and trains. */
import type { Metric, Scored } from "../metrics/metric.ts";
import type { Network } from "../network/network.ts";
import { unpadded } from "../plan/builder.ts";
import { prepare } from "../plan/forward.ts";

/** Whether each output of a network is a sequence some of whose steps may be padding. */
export const paddedOutputs = ({ architecture }: Network): boolean[] =>
  prepare(architecture, () => true).outputs.map(({ mask }) => mask !== undefined);

/** Where 0 stands for the rows of a batch that are padding: a view, valid as long as the batch. */
export const maskOf = ({ mask, rows }: Scored, core: Network["core"]): Float32Array | undefined =>
  mask && (mask.values ?? core.f32(mask.range!.offset, rows));

/** Of a batch, the rows that are no padding: a copy. */
function withoutPadding(batch: Scored, { core }: Network): Scored {
  const { rows, units, stride, outputs, losses, labels, values } = batch;
  const mask = maskOf(batch, core);
  if (!mask) return batch;
  const kept = Uint32Array.from(mask.keys()).filter((row) => mask[row] !== 0);
  if (kept.length === rows) return batch;
  const some = <T extends Float32Array | Int32Array>(from: T, width: number): T => {
    const to = from.slice(0, kept.length * width) as T;
    kept.forEach((row, i) => {
      to.set(from.subarray(row * width, (row + 1) * width), i * width);
    });
    return to;
  };
  return {
    ...batch,
    rows: kept.length,
    stride: units,
    outputs: unpadded(some(outputs, stride), stride, units),
    ...(losses && { losses: some(losses, 1) }),
    ...(labels && { labels: some(labels, 1) }),
    ...(values && { values: some(values, units) }),
  };
}

/** The same metric, which sees no padding. */
export const seeingNoPadding = (metric: Metric, network: Network): Metric => ({
  ...metric,
  add: (batch) => metric.add(withoutPadding(batch, network)),
});
