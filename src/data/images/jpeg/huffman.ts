/** Huffman codes of JPEG (ITU-T T.81, annex C and F.2.2.3). */
import { NablaError } from "../../../errors.ts";

/** Codes up to this length are looked up at once. Here and in assembly/pictures/bits.ts. */
const LOOK = 9;
/** Places in a table. */
const LAST = 2 << LOOK;
const OFFSET = LAST + 17 * 4;
const SYMBOLS = OFFSET + 17 * 4;
/** Bytes of a table, so that others begin at whole words. */
export const TABLE_BYTES = SYMBOLS + 256;

/**
 * What assembly/pictures/bits.ts looks codes up in. For the next LOOK bits uint16 length · 256 + symbol, 0 where the code is longer; for
 * each length from 0 to 16 int32 the largest code, −1 where there is none; the same for what is to be added to a code for its symbol's
 * place; symbols.
 */
export type HuffmanTable = Uint8Array;

/** Reads a DHT segment into the tables it names: those of DC have numbers 0 to 3, those of AC 16 to 19. */
export function readHuffmanTables(data: Uint8Array, tables: Map<number, HuffmanTable>): void {
  for (let at = 0; at < data.length; ) {
    const number = data[at]!;
    const counts = data.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = data.subarray(at + 17, at + 17 + total);
    if ((number & 0xec) !== 0 || counts.length < 16 || total > 256 || symbols.length < total)
      throw new NablaError(
        "damaged JPEG: a table of Huffman codes that cannot be; copy or download the file again",
      );
    tables.set(number, huffmanTable(counts, symbols));
    at += 17 + total;
  }
}

/** @param counts how many codes there are of 1 to 16 bits @param symbols what they stand for, shortest first */
function huffmanTable(counts: ArrayLike<number>, symbols: ArrayLike<number>): HuffmanTable {
  const table = new Uint8Array(TABLE_BYTES);
  const view = new DataView(table.buffer);
  let code = 0;
  let at = 0;
  view.setInt32(LAST, -1, true);
  for (let length = 1; length <= 16; length++, code <<= 1) {
    view.setInt32(OFFSET + 4 * length, at - code, true);
    const first = code;
    for (let i = 0; i < counts[length - 1]!; i++, at++, code++) {
      if (code >= 1 << length)
        throw new NablaError(
          `damaged JPEG: more Huffman codes than ${length} bits have room for; copy or download the file again`,
        );
      if (length > LOOK) continue;
      const from = code << (LOOK - length);
      for (let next = from; next < from + (1 << (LOOK - length)); next++)
        view.setUint16(2 * next, (length << 8) | symbols[at]!, true);
    }
    view.setInt32(LAST + 4 * length, code > first ? code - 1 : -1, true);
  }
  table.set(Array.from(symbols), SYMBOLS);
  return table;
}

/** The tables of T.81, annex K.3: what frames of Motion JPEG are coded with, which leave them out. */
export function standardTables(): Map<number, HuffmanTable> {
  const dc = Array.from({ length: 12 }, (_, i) => i);
  return new Map([
    [0, huffmanTable([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], dc)],
    [1, huffmanTable([0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], dc)],
    [16, huffmanTable([0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125], symbolsOf(LUMINANCE))],
    [17, huffmanTable([0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119], symbolsOf(CHROMINANCE))],
  ]);
}

const symbolsOf = (text: string): number[] => text.match(/../g)!.map((two) => Number.parseInt(two, 16));

const LUMINANCE =
  "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a" +
  "3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394" +
  "95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8" +
  "e9eaf1f2f3f4f5f6f7f8f9fa";
const CHROMINANCE =
  "0001020311040521310612415107617113223281081442" +
  "91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a53545556575859" +
  "5a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7" +
  "b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa";
