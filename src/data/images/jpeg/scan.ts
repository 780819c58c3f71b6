/** A scan: which components it has, what of them, and in which order its blocks come (ITU-T T.81, A.2 and B.2.3). */
import { NablaError } from "../../../errors.ts";
import type { Bits } from "./bits.ts";
import type { Component, Frame } from "./frame.ts";
import type { HuffmanTable } from "./huffman.ts";

export interface ScanComponent {
  readonly component: Component;
  /** Its place in the frame. */
  readonly index: number;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

export interface Scan {
  readonly components: readonly ScanComponent[];
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
  const bad = (why: string) => new NablaError(`damaged JPEG: a scan ${why}; copy or download the file again`);
  if (count < 1 || count > 4 || data.length < 4 + 2 * count) throw bad(`of ${count} components`);
  const components = Array.from({ length: count }, (_, i): ScanComponent => {
    const [id, used] = [data[1 + 2 * i]!, data[2 + 2 * i]!];
    const index = frame.components.findIndex((one) => one.id === id);
    if (index < 0) throw bad(`of component ${id}, which the picture does not have`);
    return {
      component: frame.components[index]!,
      index,
      dc: tables.get(used >> 4),
      ac: tables.get(16 + (used & 15)),
    };
  });
  if (new Set(components.map(({ index }) => index)).size < count) throw bad("has a component twice");
  if (!frame.progressive) return { components, first: 0, last: 63, before: 0, after: 0 };
  const [first, last, bits] = data.subarray(1 + 2 * count) as unknown as [number, number, number];
  const [before, after] = [bits >> 4, bits & 15];
  if (
    first > last ||
    last > 63 ||
    (first === 0 ? last > 0 : count > 1) ||
    after > 13 ||
    (before > 0 && after !== before - 1)
  )
    throw bad(`of coefficients ${first} to ${last}, bits ${before} to ${after}, which cannot be`);
  return { components, first, last, before, after };
}

/** The table that a scan must have. */
export function needed(table: HuffmanTable | undefined): HuffmanTable {
  if (table) return table;
  throw new NablaError("damaged JPEG: a table of Huffman codes is missing; copy or download the file again");
}

/** Reads the next block of a component: `column` and `row` count blocks. */
export type ReadBlock = (of: ScanComponent, place: number, column: number, row: number) => void;

/**
 * Calls `read` for each block, with the place of its component in the scan. One component comes block by block, as the picture needs
 * them; several come in MCUs, which fill up at the right and at the bottom. A step is a row of them.
 *
 * @param interval MCUs between two restart markers; 0 where there are none
 * @param restart called at each of them
 */
export function* blocksOf(
  { components }: Scan,
  frame: Frame,
  interval: number,
  bits: Bits,
  read: ReadBlock,
  restart: () => void,
): Generator<undefined, void> {
  let left = interval;
  let restarts = 0;
  const begin = () => {
    if (interval > 0 && left-- === 0) {
      bits.restart(restarts++ & 7);
      restart();
      left = interval - 1;
    }
  };
  const [only] = components;
  if (components.length === 1) {
    const { blocksWide, blocksHigh } = only!.component;
    for (let row = 0; row < blocksHigh; row++) {
      for (let column = 0; column < blocksWide; column++) {
        begin();
        read(only!, 0, column, row);
        bits.check();
      }
      yield;
    }
    return;
  }
  for (let y = 0; y < frame.mcusHigh; y++) {
    for (let x = 0; x < frame.mcusWide; x++) {
      begin();
      for (let place = 0; place < components.length; place++) {
        const of = components[place]!;
        const { h, v } = of.component;
        for (let j = 0; j < v; j++) for (let i = 0; i < h; i++) read(of, place, x * h + i, y * v + j);
      }
      bits.check();
    }
    yield;
  }
}

/** The place of each coefficient in its block, row by row, in the order in which they come: from the lowest frequency up. */
export const ZIGZAG = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23],
  ...[30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);
