// What is added to each step of a sequence for its position.
// @core sequences

import { rowsOfEach } from "../math/blocks";
import { columnSums } from "../math/matmul";
import { shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class Positions {
  y: usize; // [rows, floats]
  x: usize;
  w: usize; // the first positions of the table: [floats]
  floats: i32; // of the steps of a row, their padding included
}

/** y[rows, floats] = x + w. Shares are rows. */
function positionsForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Positions>(record);
  const bytes = <usize>a.floats << 2;
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = <usize>r * bytes;
    for (let i: usize = 0; i < bytes; i += 16) v128.store(a.y + at + i, f32x4.add(v128.load(a.x + at + i), v128.load(a.w + i)));
  }
}

@unmanaged
export class PositionsWeights {
  dw: usize; // [all]
  dy: usize; // [rows, floats]
  step: usize;
  floats: i32;
  all: i32; // floats of the whole table
}

/** dw[floats] = Σ over rows of dy, 0 behind them. += in later pieces of a batch. Shares are quads of columns. */
function positionsWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<PositionsWeights>(record);
  const add = changetype<Step>(a.step).first > 0;
  columnSums(a.dw, a.dy, rows, rowsOfEach(), a.floats, add, part, parts);
  if (part == 0) memory.fill(a.dw + (<usize>a.floats << 2), 0, <usize>(a.all - a.floats) << 2);
}

export const POSITIONS_FORWARD: i32 = positionsForward.index;
export const POSITIONS_WEIGHTS: i32 = positionsWeights.index;
