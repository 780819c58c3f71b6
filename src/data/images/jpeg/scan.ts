/** A scan: which components it has, and what of them (ITU-T T.81, B.2.3). */
import { NablaError } from "../../../errors.ts";
import type { Frame } from "./frame.ts";
import type { JpegMemory } from "./memory.ts";
import { AGAIN, type Scan, type ScanComponent } from "./scanHeader.ts";

/**
 * Reads the blocks of a scan, a row of MCUs in a step: one component comes block by block, as the picture needs them; several come in
 * MCUs, which fill up at the right and at the bottom.
 *
 * @param from where its bits begin in the file @param interval MCUs between two restart markers; 0 where there are none
 * @returns where it ends
 * @throws NablaError without the file's name
 */
export function* readBlocks(
  scan: Scan,
  frame: Frame,
  bytes: Uint8Array,
  memory: JpegMemory,
  from: number,
  interval: number,
): Generator<undefined, number> {
  const { components } = scan;
  const [{ component }] = components as [ScanComponent];
  const [across, down] =
    components.length === 1 ? [component.blocksWide, component.blocksHigh] : [frame.mcusWide, frame.mcusHigh];
  memory.begin(scan, from, bytes.length, interval);
  for (let y = 0; y < down; y++) {
    const status = memory.scanRow(components.length, across, y);
    if (status !== 0) throw problem(status, memory.position, bytes);
    yield;
  }
  return memory.position;
}

/** What each status of assembly/pictures/bits.ts means. */
function problem(status: number, at: number, bytes: Uint8Array): NablaError {
  // the last byte may be half a marker
  const over = at >= bytes.length - 1;
  if (over && status >= 4) return truncated(bytes);
  const what = [
    "",
    `bits before byte ${at} that are no Huffman code of its tables`,
    `a coefficient before byte ${at} of more bits than JPEG has`,
    `a block before byte ${at} of more than 64 coefficients`,
    `the marker at byte ${at} comes before its data is complete`,
    `a restart marker is missing, there is another marker (ff${bytes[at + 1]?.toString(16)}) at byte ${at}`,
  ][status];
  return new NablaError(`damaged JPEG: ${what}; ${AGAIN}`);
}

export const truncated = (bytes: Uint8Array): NablaError =>
  new NablaError(`truncated JPEG: it ends (at ${bytes.length} bytes) before its picture does; ${AGAIN}`);
