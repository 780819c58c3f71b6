/**
 * What a training knows of its data, so that it is not gone on with other data unawares: kept in its Run, and so in checkpoints.
 *
 * Of rows in memory hashes of all of them (of every n-th beyond 4 MiB), by blocks, so that a row that differs can be named. Of other data
 * sets hashes of the first rows that training has read: nothing is read for this but, where a training is resumed, these rows again:
 * at most 128.
 */
import { type Dataset, type Inputs, type Targets, targetSize } from "../data/dataset.ts";
import { sizeOf } from "../shape.ts";
import type { Run } from "./run.ts";
import type { Ready } from "./source.ts";

/** How many rows are remembered at most, how many of one batch where there are more in all, and how many bytes they may be. */
export const SEEN = 128;
const OF_BATCH = 16;
const BYTES = 4 * 1024 * 1024;

/** Whether it is remembered what rows were like when they were read: of batches that come by themselves they have no numbers. */
export const sees = ({ known: of }: Run, part: "data" | "validation"): boolean => {
  const known = of?.[part];
  return known?.rows !== undefined && !known.content;
};

/** Remembers what rows were like when they were read. @param epoch of the training; none of rows to validate on */
export function see(
  run: Run,
  part: "data" | "validation",
  dataset: Dataset,
  indices: Uint32Array,
  { x, y }: Pick<Ready, "x" | "y">,
  epoch?: number,
): void {
  if (!sees(run, part)) return;
  const known = run.known![part]!;
  const { seen = { ...(epoch !== undefined && { epoch }), rows: [], hashes: [] } } = known;
  const most = Math.min(SEEN, Math.ceil(BYTES / (4 * sizeOf(dataset.inputShape))));
  if (seen.rows.length >= most || seen.epoch !== epoch) return;
  const rows = [...seen.rows];
  const hashes = [...seen.hashes];
  const each = rowHashes(dataset, x, y);
  const ofBatch = dataset.length > SEEN ? OF_BATCH : SEEN;
  const take = Math.min(ofBatch, indices.length, most - rows.length);
  for (let i = 0; i < take; i++) {
    const at = Math.floor((i * indices.length) / take);
    if (rows.includes(indices[at])) continue;
    rows.push(indices[at]);
    hashes.push(each(at));
  }
  run.known = { ...run.known!, [part]: { ...known, seen: { ...seen, rows, hashes } } };
}

/** The hashes of one of these rows; there may be room for more of them. */
export function rowHashes(
  { inputShape, target }: Pick<Dataset, "inputShape" | "target">,
  x: Inputs,
  y: Targets,
): (row: number) => string {
  const of = (values: Inputs | Targets, size: number, row: number) => {
    const bytes = size * values.BYTES_PER_ELEMENT;
    return hex(hash(new Uint8Array(values.buffer, values.byteOffset + row * bytes, bytes)));
  };
  return (row) => of(x, sizeOf(inputShape), row) + of(y, targetSize(target), row);
}

/** FNV-1a of 32 bits, its bits mixed once more: whole numbers alone, so the same everywhere. */
export function hash(bytes: ArrayLike<number>, start = 0x811c9dc5, from = 0, to = bytes.length): number {
  let h = start;
  for (let i = from; i < to; i++) h = Math.imul(h ^ bytes[i], 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return (h ^ (h >>> 13)) >>> 0;
}

export const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, "0");
