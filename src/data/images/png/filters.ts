/** PNG stores rows as differences from what is to the left and above; this takes them back (PNG specification, section 9). */
import { NablaError } from "../../../errors.ts";

/**
 * Takes back the filter of one row, in place.
 *
 * @param at where its bytes begin in `data`; the byte before them says which filter it is
 * @param above where the bytes of the row above begin; −1 for the first row, above which all is 0
 * @param step bytes of a pixel, at least 1: what is to the left is so far away
 */
export function unfilter(data: Uint8Array, at: number, length: number, above: number, step: number): void {
  const filter = data[at - 1]!;
  const end = at + length;
  if (filter === 0) return;
  if (filter === 1) {
    for (let i = at + step; i < end; i++) data[i]! += data[i - step]!;
  } else if (filter === 2) {
    if (above >= 0) for (let i = at, j = above; i < end; i++, j++) data[i]! += data[j]!;
  } else if (filter === 3) {
    for (let i = at, j = above; i < end; i++, j++) {
      const left = i - at < step ? 0 : data[i - step]!;
      data[i]! += (left + (above < 0 ? 0 : data[j]!)) >> 1;
    }
  } else if (filter === 4) {
    paeth(data, at, length, above, step);
  } else {
    throw new NablaError(
      `damaged PNG: a row with filter ${filter}, which PNG does not have; copy or download the file again`,
    );
  }
}

function paeth(data: Uint8Array, at: number, length: number, above: number, step: number): void {
  const first = Math.min(step, length);
  if (above < 0) {
    for (let i = at + step; i < at + length; i++) data[i]! += data[i - step]!;
    return;
  }
  for (let i = 0; i < first; i++) data[at + i]! += data[above + i]!;
  for (let i = at + step, j = above + step; i < at + length; i++, j++) {
    const a = data[i - step]!;
    const b = data[j]!;
    const c = data[j - step]!;
    const pa = Math.abs(b - c);
    const pb = Math.abs(a - c);
    const pc = Math.abs(a + b - c - c);
    data[i]! += pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
  }
}
