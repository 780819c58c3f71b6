// Products with transposed weights that are read in every step of a sequence, and so are transposed once for all.
// @core sequences

import { matmul, transposePacked } from "../math/matmul";

@unmanaged
export class DenseTranspose {
  wt: usize;
  w: usize;
  inputs: i32;
  units: i32;
}

/** wt[units, inputs] = wᵀ, both packed */
function denseTranspose(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<DenseTranspose>(record);
  transposePacked(a.wt, a.w, a.inputs, a.units, part, parts);
}

@unmanaged
export class DenseInput {
  dx: usize;
  dy: usize;
  wt: usize;
  inputs: i32;
  units: i32;
}

/** dx[rows, inputs] = dy[rows, units] · wᵀ */
function denseInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<DenseInput>(record);
  matmul(a.dx, a.dy, a.wt, 0, rows, a.units, a.inputs, part, parts);
}

export const DENSE_TRANSPOSE: i32 = denseTranspose.index;
export const DENSE_INPUT: i32 = denseInput.index;
