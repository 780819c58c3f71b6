// Penalties on the weights of a layer: l1·Σ|w| + l2·Σw² is added to the loss, and its derivative to dw.
// Two kernels, because the sum must be complete before one share adds it to the loss.
// @core dense

import { STATUS_NOT_FINITE } from "../losses/reduce";
import { promoteHigh, shareStart } from "../math/simd";
import { Step } from "../tape";
import { NORM_BLOCK, blocksOf, total } from "./flat";

@unmanaged
export class Penalty {
  w: usize;
  dw: usize;
  n: i32; // a multiple of 4
  sums: usize; // one f64 per block of NORM_BLOCK floats
  l1: f32;
  l2: f32;
}

/** dw += l1 · sign(w) + 2 · l2 · w;  sums[block] = l1 · Σ|w| + l2 · Σw², in f64. Shares are blocks. */
function penalty(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Penalty>(record);
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  const l1 = f32x4.splat(a.l1), l2 = f32x4.splat(2 * a.l2);
  const blocks = blocksOf(a.n);
  const last = shareStart(blocks, part + 1, parts);
  for (let b = shareStart(blocks, part, parts); b < last; b++) {
    let absolute = f64x2.splat(0), squares = f64x2.splat(0);
    const end = <usize>min(a.n, (b + 1) * NORM_BLOCK) << 2;
    for (let i = <usize>(b * NORM_BLOCK) << 2; i < end; i += 16) {
      const w = v128.load(a.w + i);
      const sign = f32x4.sub(v128.and(f32x4.gt(w, zero), one), v128.and(f32x4.lt(w, zero), one));
      v128.store(a.dw + i, f32x4.add(v128.load(a.dw + i), f32x4.add(f32x4.mul(l1, sign), f32x4.mul(l2, w))));
      const first = f64x2.promote_low_f32x4(w), second = promoteHigh(w);
      absolute = f64x2.add(absolute, f64x2.add(f64x2.abs(first), f64x2.abs(second)));
      squares = f64x2.add(squares, f64x2.add(f64x2.mul(first, first), f64x2.mul(second, second)));
    }
    const sum1 = f64x2.extract_lane(absolute, 0) + f64x2.extract_lane(absolute, 1);
    const sum2 = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
    store<f64>(a.sums + (<usize>b << 3), <f64>a.l1 * sum1 + <f64>a.l2 * sum2);
  }
}

@unmanaged
export class PenaltyLoss {
  sums: usize; // what Penalty left there
  n: i32; // as in Penalty
  step: usize;
}

/** step.loss += Σ sums, guarded as in LOSS_REDUCE. One sum, so only part 0 works. */
function penaltyLoss(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<PenaltyLoss>(record);
  if (part) return;
  const step = changetype<Step>(a.step);
  step.loss = <f32>(<f64>step.loss + total(a.sums, blocksOf(a.n)));
  if (!isFinite(step.loss)) step.status = STATUS_NOT_FINITE;
}

export const PENALTY: i32 = penalty.index;
export const PENALTY_LOSS: i32 = penaltyLoss.index;
