/** What the header of a scan says: which components come, with which tables, and which bits of their numbers. */
import { NablaError } from "../../../errors.ts";
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

/** What a scan does with blocks, as in assembly/pictures/scan.ts. */
const SEQUENTIAL = 0;
const FIRST_DC = 1;
const MORE_DC = 2;
const FIRST_AC = 3;
const MORE_AC = 4;
export const AGAIN = "copy or download the file again";
