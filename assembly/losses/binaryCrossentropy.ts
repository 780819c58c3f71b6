// Cross-entropy of independent yes/no outputs; alpha = 1 / units (mean, as Keras) or 1 (sum, the cross-entropy cost of textbooks).

import { quadsEnd } from "../math/blocks";
import { expNegAbs4, log4, sigmoidFrom4, softplusFrom4 } from "../math/exp";
import { rowBytes, shareStart, sumLanes, tailMask } from "../math/simd";
import { Step } from "../tape";
import { FusedLoss, fusedRow, Loss, lossRows, rowWeight } from "./records";

/** a kept off 0 and 1, as Keras does, so that logarithms stay finite. @inline */
function clip(a: v128): v128 {
  return f32x4.pmax(f32x4.pmin(a, f32x4.splat(0.9999999)), f32x4.splat(1e-7));
}

@unmanaged
class BinaryCrossentropy {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    const c = clip(a), one = f32x4.splat(1);
    const yes = f32x4.mul(y, log4(c));
    const no = f32x4.mul(f32x4.sub(one, y), log4(f32x4.sub(one, c)));
    return f32x4.neg(f32x4.add(yes, no));
  }
  // Beyond the clip the slope stays that of its edge: if it were 0, an output that is sure and wrong would never learn.
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    const c = clip(a);
    return f32x4.div(f32x4.sub(c, y), f32x4.mul(c, f32x4.sub(f32x4.splat(1), c)));
  }
}

/** L = −alpha · Σ y ln c + (1 − y) ln(1 − c), c = a clipped to [1e−7, 1 − 1e−7];  da = alpha · (c − y) / (c (1 − c)) */
function binaryCrossentropy(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<BinaryCrossentropy>(a, a.alpha, a.alpha, rows, part, parts);
}

/** a = σ(z);  L = alpha · Σ ln(1 + e^z) − z y;  dz = alpha · (a − y). Nothing is clipped: z says how sure a is. */
function binaryCrossentropySigmoid(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<FusedLoss>(record);
  const row = rowBytes(1, a.units);
  const mask = tailMask(a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = rowBytes(r, a.units);
    const w = rowWeight(a.weight, r);
    let all = f32x4.splat(0), s = all, last = s;
    for (let i: usize = 0; i < row; i += 16) {
      const z = v128.load(a.z + at + i);
      const e = expNegAbs4(z);
      v128.store(a.a + at + i, sigmoidFrom4(z, e));
      s = f32x4.add(s, last);
      if (quadsEnd(i)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
      last = f32x4.sub(softplusFrom4(z, e), f32x4.mul(z, v128.load(a.y + at + i)));
    }
    s = f32x4.add(all, f32x4.add(s, v128.and(last, mask)));
    store<f32>(a.losses + (<usize>r << 2), w * (a.alpha * sumLanes(s)));
    if (a.dz) fusedRow(a.dz + at, a.a + at, a.y + at, a.units, w * changetype<Step>(a.step).scale * a.alpha, 1);
  }
}

export const BINARY_CROSSENTROPY: i32 = binaryCrossentropy.index;
export const BINARY_CROSSENTROPY_SIGMOID: i32 = binaryCrossentropySigmoid.index;
