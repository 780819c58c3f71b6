// Means over the steps of a sequence that are no padding.
// @core sequences

import { isStep } from "../math/recurrence";
import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class MaskedMean {
  y: usize; // [rows, units]; backward: dy
  x: usize; // [rows, steps, units]; backward: dx
  mask: usize; // [rows, steps]
  steps: i32;
  units: i32;
}

/** 1 over the number of steps that row r has; 0 where all are padding. */
function shareOf(a: MaskedMean, r: i32): f32 {
  let n = 0;
  for (let s = 0; s < a.steps; s++) if (isStep(a.mask, r, s, a.steps)) n++;
  return n > 0 ? <f32>1 / <f32>n : 0;
}

/** y[rows, units] = Σ over steps of mask · x / Σ mask. Shares are rows. */
function maskedMeanForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<MaskedMean>(record);
  const bytes = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const share = f32x4.splat(shareOf(a, r)), x = a.x + <usize>(r * a.steps) * bytes, y = a.y + <usize>r * bytes;
    for (let j: usize = 0; j < bytes; j += 16) {
      let sum = f32x4.splat(0);
      for (let s = 0; s < a.steps; s++)
        if (isStep(a.mask, r, s, a.steps)) sum = f32x4.add(sum, v128.load(x + <usize>s * bytes + j));
      v128.store(y + j, f32x4.mul(sum, share));
    }
  }
}

/** dx[rows, steps, units] = mask · dy / Σ mask. Shares are rows. */
function maskedMeanBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<MaskedMean>(record);
  const bytes = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const share = f32x4.splat(shareOf(a, r)), dx = a.x + <usize>(r * a.steps) * bytes, dy = a.y + <usize>r * bytes;
    for (let s = 0; s < a.steps; s++) {
      const real = isStep(a.mask, r, s, a.steps);
      for (let j: usize = 0; j < bytes; j += 16)
        v128.store(dx + <usize>s * bytes + j, real ? f32x4.mul(v128.load(dy + j), share) : f32x4.splat(0));
    }
  }
}

export const MASKED_MEAN_FORWARD: i32 = maskedMeanForward.index;
export const MASKED_MEAN_BACKWARD: i32 = maskedMeanBackward.index;
