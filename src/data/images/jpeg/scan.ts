/** A scan: which components it has, and what of them (ITU-T T.81, B.2.3). */
import { NablaError } from "../../../errors.ts";
import type { Component, Frame } from "./frame.ts";
import type { HuffmanTable } from "./huffman.ts";
import type { JpegMemory } from "./memory.ts";

const AGAIN = "copy or download the file again";

export interface ScanComponent {
  readonly component: Component;
  /** Its place in the frame. */
  readonly index: number;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** What a scan does with blocks, as in assembly/pictures/scan.ts. */
const SEQUENTIAL = 0;
const FIRST_DC = 1;
const MORE_DC = 2;
const FIRST_AC = 3;
const MORE_AC = 4;

export interface Scan {
  readonly components: readonly ScanComponent[];
  readonly how: number;
  /** First and last coefficient in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** Bits of them that earlier scans brought the picture to, and that are left for later ones. */
  readonly before: number;
  readonly after: number;
}

/** @throws NablaError without the file's name */
export function readScan(data: Uint8Array, frame: Frame, tables: ReadonlyMap<number, HuffmanTable>): Scan {
  const count = data[0] ?? 0;
  const bad = (why: string) => new NablaError(`damaged JPEG: a scan ${why}; ${AGAIN}`);
  if (count < 1 || count > 4 || data.length < 4 + 2 * count) throw bad(`of ${count} components`);
  const [from, to, bits] = data.subarray(1 + 2 * count) as unknown as [number, number, number];
  const { progressive } = frame;
  const [first, last, before, after] = progressive ? [from, to, bits >> 4, bits & 15] : [0, 63, 0, 0];
  const how = !progressive
    ? SEQUENTIAL
    : first > 0
      ? before > 0
        ? MORE_AC
        : FIRST_AC
      : before > 0
        ? MORE_DC
        : FIRST_DC;
  const table = (number: number) => {
    const found = tables.get(number);
    if (!found) throw new NablaError(`damaged JPEG: a table of Huffman codes is missing; ${AGAIN}`);
    return found;
  };
  const components = Array.from({ length: count }, (_, i): ScanComponent => {
    const [id, used] = [data[1 + 2 * i]!, data[2 + 2 * i]!];
    const index = frame.components.findIndex((one) => one.id === id);
    if (index < 0) throw bad(`of component ${id}, which the picture does not have`);
    return {
      component: frame.components[index]!,
      index,
      dc: how === SEQUENTIAL || how === FIRST_DC ? table(used >> 4) : undefined,
      ac: how !== FIRST_DC && how !== MORE_DC ? table(16 + (used & 15)) : undefined,
    };
  });
  if (new Set(components.map(({ index }) => index)).size < count) throw bad("has a component twice");
  const possible = first === 0 ? last === 0 : count === 1;
  if (
    progressive &&
    (first > last || last > 63 || !possible || after > 13 || (before > 0 && after !== before - 1))
  )
    throw bad(`of coefficients ${first} to ${last}, bits ${before} to ${after}, which cannot be`);
  return { components, how, first, last, before, after };
}

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
