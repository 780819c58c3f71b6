// Dense layer. x[rows, inputs], w[inputs, units] packed, b[units], y[rows, units].
// The activation is an instruction of its own.
// @core dense

import { rowsOfEach } from "../math/blocks";
import { columnSums, matmul, outerProduct, OUTER_SCRATCH as SCRATCH, transposePacked } from "../math/matmul";
import { Step } from "../tape";

@unmanaged
export class DenseForward {
  y: usize;
  x: usize;
  w: usize;
  b: usize; // 0: no bias
  inputs: i32;
  units: i32;
}

/** y[rows, units] = x[rows, inputs] · w[inputs, units] + b[units] */
function denseForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<DenseForward>(record);
  matmul(a.y, a.x, a.w, a.b, rows, a.inputs, a.units, part, parts);
}

@unmanaged
export class DenseWeights {
  dw: usize;
  db: usize; // 0: no bias
  x: usize;
  dy: usize;
  scratch: usize; // OUTER_SCRATCH bytes for each part
  step: usize;
  inputs: i32;
  units: i32;
}

/** dw[inputs, units] = xᵀ · dy;  db[units] = Σ over rows of dy.  += in later pieces of a batch. */
function denseWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<DenseWeights>(record);
  const add = changetype<Step>(a.step).first > 0;
  const each = rowsOfEach();
  outerProduct(a.dw, a.x, a.dy, a.scratch, rows, each, a.inputs, a.units, add, part, parts);
  if (a.db) columnSums(a.db, a.dy, rows, each, a.units, add, part, parts);
}

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

export const DENSE_FORWARD: i32 = denseForward.index;
export const DENSE_WEIGHTS: i32 = denseWeights.index;
export const DENSE_TRANSPOSE: i32 = denseTranspose.index;
export const DENSE_INPUT: i32 = denseInput.index;
export const OUTER_SCRATCH: i32 = SCRATCH;
