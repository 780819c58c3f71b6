/** Trainings whose batches go on where the one before ended: truncated backpropagation through time. */
import { NablaError } from "../errors.ts";
import type { Network } from "../network/network.ts";
import type { Settings } from "./settings.ts";

/**
 * @param rows of the data; undefined where it comes in batches
 * @param validation rows to validate on
 * @throws NablaError where a row of a batch would not go on where that of the batch before ended
 */
export function checkStateful(
  network: Network,
  settings: Pick<Settings, "shuffle" | "batchSize" | "microBatchSize" | "shards" | "dropLast">,
  rows: number | undefined,
  validation: number | undefined,
): void {
  const first = network.tensors.find(({ spec }) => spec.carried);
  if (!first) return;
  const { batchSize = 0 } = network;
  const called = `"${first.layer}" is stateful with batchSize ${batchSize}`;
  if (settings.batchSize !== batchSize)
    throw new NablaError(
      `fit: batchSize: layer ${called}: expected batchSize: ${batchSize}, got ${settings.batchSize}`,
    );
  const { microBatchSize = batchSize, shards = 1 } = settings;
  if (microBatchSize < batchSize || shards > 1)
    throw new NablaError(
      `fit: ${shards > 1 ? "shards" : "microBatchSize"}: layer ${called}: a batch cannot run in pieces; leave it out`,
    );
  if (rows !== undefined && settings.shuffle)
    throw new NablaError(
      `fit: shuffle: layer ${called}: row i of a batch goes on where row i of the batch before ended, so rows keep their order; pass shuffle: false`,
    );
  const whole = (what: string, n: number | undefined, instead: string) => {
    if (n !== undefined && n % batchSize !== 0)
      throw new NablaError(
        `fit: ${what}: layer ${called}: expected a multiple of ${batchSize} rows, got ${n}; leave out ${n % batchSize}${instead}`,
      );
  };
  if (!settings.dropLast) whole("x", rows, ", or pass dropLast: true");
  whole("validation", validation, "");
}
