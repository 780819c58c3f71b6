/** What the engine posts. */
import type { Standing } from "./protocol.ts";
import type { Race } from "./race.ts";

/** What a frame says of the training itself. */
export const frameOf = (race: Race, standings: readonly Standing[]) => ({
  kind: "frame" as const,
  step: race.step,
  epoch: Math.floor(race.epoch + 1e-9),
  stepsPerEpoch: race.stepsPerEpoch,
  over: race.over && race.entrants.length > 0,
  standings,
  changes: race.changes,
  changedAt: [...race.changedAt],
});

export const buffers = (arrays: readonly Uint8ClampedArray<ArrayBuffer>[]): Transferable[] =>
  arrays.map(({ buffer }) => buffer);
