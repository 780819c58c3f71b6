// Probabilities of classes: softmax over the columns of a row.

import { quadsEnd } from "../math/blocks";
import { rowDivide, rowExp, rowMax } from "../math/rows";
import { madd, rowBytes, shareStart, sumLanes } from "../math/simd";
import { Activation, ActivationBackward } from "./records";

/** a[rows, units] = e^(z − max z) / Σ e^(z − max z) in each row; padding is 0. Shares are rows. */
function softmaxForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const to = a.a + rowBytes(r, a.units), z = a.z + rowBytes(r, a.units);
    rowDivide(to, a.units, rowExp(to, z, a.units, rowMax(z, a.units)));
  }
}

/** dz = a (da − Σ a da) in each row. Shares are rows. */
function softmaxBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  const row = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = rowBytes(r, a.units);
    let all = f32x4.splat(0), s = all; // padding adds nothing: both a and da are 0 there
    for (let i: usize = 0; i < row; i += 16) {
      if (quadsEnd(i)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
      s = madd(s, v128.load(a.saved + at + i), v128.load(a.da + at + i));
    }
    const mean = f32x4.splat(sumLanes(f32x4.add(all, s)));
    for (let i: usize = 0; i < row; i += 16) {
      const d = f32x4.sub(v128.load(a.da + at + i), mean);
      v128.store(a.dz + at + i, f32x4.mul(v128.load(a.saved + at + i), d));
    }
  }
}

export const SOFTMAX_FORWARD: i32 = softmaxForward.index;
export const SOFTMAX_BACKWARD: i32 = softmaxBackward.index;
