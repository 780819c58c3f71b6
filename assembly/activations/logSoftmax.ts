// Logarithms of the probabilities of classes, without the rounding of ln softmax.

import { quadsEnd } from "../math/blocks";
import { exp4, log4 } from "../math/exp";
import { clearPadding, rowExp, rowMax } from "../math/rows";
import { rowBytes, shareStart, sumLanes, tailMask } from "../math/simd";
import { Activation, ActivationBackward } from "./records";

/** a[rows, units] = z − m − ln Σ e^(z − m), m = max z, in each row; padding 0. a is not z. Shares are rows. */
function logSoftmaxForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  const row = rowBytes(1, a.units), mask = tailMask(a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const to = a.a + rowBytes(r, a.units), z = a.z + rowBytes(r, a.units);
    const m = rowMax(z, a.units);
    const shift = log4(f32x4.splat(rowExp(to, z, a.units, m)));
    for (let i: usize = 0; i < row; i += 16) v128.store(to + i, f32x4.sub(f32x4.sub(v128.load(z + i), f32x4.splat(m)), shift));
    clearPadding(to, row, mask);
  }
}

/** dz = da − e^a Σ da in each row, padding 0. Shares are rows. */
function logSoftmaxBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  const row = rowBytes(1, a.units), mask = tailMask(a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = rowBytes(r, a.units), dz = a.dz + at, da = a.da + at, saved = a.saved + at;
    let all = f32x4.splat(0), s = all; // padding of da is 0
    for (let i: usize = 0; i < row; i += 16) {
      if (quadsEnd(i)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
      s = f32x4.add(s, v128.load(da + i));
    }
    const sum = f32x4.splat(sumLanes(f32x4.add(all, s)));
    for (let i: usize = 0; i < row; i += 16) {
      v128.store(dz + i, f32x4.sub(v128.load(da + i), f32x4.mul(exp4(v128.load(saved + i)), sum)));
    }
    clearPadding(dz, row, mask);
  }
}

export const LOG_SOFTMAX_FORWARD: i32 = logSoftmaxForward.index;
export const LOG_SOFTMAX_BACKWARD: i32 = logSoftmaxBackward.index;
