// Kernels of rows on values of any rank. [rows, a, b, n] lies in memory as a matrix of rows · a · b rows of n values, so what is
// done with the rows of a matrix (a product, a softmax) is done with the last axis of an image or a sequence.
// @core dense

import { setRowsOfEach } from "../math/blocks";

@unmanaged
export class Each {
  kernel: i32; // index in the function table
  record: usize; // what that kernel takes
  each: i32; // rows of its matrices for each row of the batch
}

/** kernel(record, rows · each): for kernels whose shares are those of their rows or of their outputs, whatever a row stands for. */
function eachRow(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Each>(record);
  setRowsOfEach(a.each); // for kernels that add up over rows
  call_indirect<void>(a.kernel, a.record, rows * a.each, part, parts);
  setRowsOfEach(1);
}

/** @forward */
export const EACH: i32 = eachRow.index;
