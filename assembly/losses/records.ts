// What all losses share: their argument records and the loop over rows. Targets y are dense rows, also for classes (oneHot.ts).
// alpha is a factor or a parameter: each loss states which.

import { quadsEnd } from "../math/blocks";
import { clearPadding } from "../math/rows";
import { rowBytes, shareStart, sumLanes, tailMask } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class Loss {
  losses: usize; // one value for each row
  da: usize; // 0: the loss only
  a: usize;
  y: usize;
  weight: usize; // of each row; 0: all 1
  step: usize;
  units: i32;
  alpha: f32;
}

/** A loss together with the activation before it: a = f(z) is computed here too, and the gradient is that of z. */
@unmanaged
export class FusedLoss {
  losses: usize;
  dz: usize; // 0: the loss only
  a: usize; // not z
  z: usize;
  y: usize;
  weight: usize; // of each row; 0: all 1
  step: usize;
  units: i32;
  alpha: f32;
}

/** @inline */
export function rowWeight(weight: usize, r: i32): f32 {
  return weight ? load<f32>(weight + (<usize>r << 2)) : 1;
}

/** The formula of a loss, as in activations/records.ts. */
export interface Formula {
  value(a: v128, y: v128, alpha: v128): v128;
  slope(a: v128, y: v128, alpha: v128): v128;
}

/**
 * losses[rows] = weight · factor · Σ over units of F.value(a, y)
 * da[rows, units] = weight · step.scale · slopeFactor · F.slope(a, y), padding 0
 * Shares are rows.
 * @inline
 */
export function lossRows<F extends Formula>(a: Loss, factor: f32, slopeFactor: f32, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const mask = tailMask(a.units);
  const row = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const w = rowWeight(a.weight, r);
    const at = rowBytes(r, a.units);
    let all = f32x4.splat(0), s = all, last = s; // the last four values wait for their mask
    for (let i = at; i < at + row; i += 16) {
      s = f32x4.add(s, last);
      if (quadsEnd(i - at)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
      last = f.value(v128.load(a.a + i), v128.load(a.y + i), alpha);
    }
    store<f32>(a.losses + (<usize>r << 2), w * (factor * sumLanes(f32x4.add(all, f32x4.add(s, v128.and(last, mask))))));
    if (a.da) {
      const g = f32x4.splat(w * changetype<Step>(a.step).scale * slopeFactor);
      for (let i = at; i < at + row; i += 16) {
        v128.store(a.da + i, f32x4.mul(g, f.slope(v128.load(a.a + i), v128.load(a.y + i), alpha)));
      }
      clearPadding(a.da + at, row, mask);
    }
  }
}

/** dz[units] = g · (k · a − y), padding 0: the gradient both fused cross-entropies have. */
export function fusedRow(dz: usize, a: usize, y: usize, units: i32, g: f32, k: f32): void {
  const gv = f32x4.splat(g), kv = f32x4.splat(k);
  const row = rowBytes(1, units);
  for (let i: usize = 0; i < row; i += 16) {
    const d = f32x4.sub(f32x4.mul(kv, v128.load(a + i)), v128.load(y + i));
    v128.store(dz + i, f32x4.mul(gv, d));
  }
  clearPadding(dz, row, tailMask(units));
}
