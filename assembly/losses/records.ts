// What all losses share: their argument records and the loop over rows. Targets y are dense rows, also for classes (oneHot.ts).
// alpha is a factor or a parameter: each loss says which.

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

// @ts-ignore: decorator
@inline
export function rowWeight(weight: usize, r: i32): f32 {
  return weight ? load<f32>(weight + (<usize>r << 2)) : 1;
}

/**
 * losses[rows] = weight · factor · Σ over units of F.value(a, y)
 * da[rows, units] = weight · step.scale · slopeFactor · F.slope(a, y), padding 0
 * For F see activations/records.ts. Shares are rows.
 */
// @ts-ignore: decorator
@inline
export function lossRows<F>(a: Loss, factor: f32, slopeFactor: f32, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const mask = tailMask(a.units);
  const row = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const w = rowWeight(a.weight, r);
    let p = a.a + rowBytes(r, a.units), y = a.y + rowBytes(r, a.units);
    const last = p + row - 16;
    let s = f32x4.splat(0);
    for (; p < last; p += 16, y += 16) s = f32x4.add(s, f.value(v128.load(p), v128.load(y), alpha));
    s = f32x4.add(s, v128.and(f.value(v128.load(p), v128.load(y), alpha), mask));
    store<f32>(a.losses + (<usize>r << 2), w * (factor * sumLanes(s)));
    if (a.da) {
      const g = f32x4.splat(w * changetype<Step>(a.step).scale * slopeFactor);
      p = a.a + rowBytes(r, a.units), y = a.y + rowBytes(r, a.units);
      let da = a.da + rowBytes(r, a.units);
      for (; p < last; p += 16, y += 16, da += 16) {
        v128.store(da, f32x4.mul(g, f.slope(v128.load(p), v128.load(y), alpha)));
      }
      v128.store(da, v128.and(f32x4.mul(g, f.slope(v128.load(p), v128.load(y), alpha)), mask));
    }
  }
}

/** dz[units] = g · (k · a − y), padding 0: the gradient both fused cross-entropies have. */
export function fusedRow(dz: usize, a: usize, y: usize, units: i32, g: f32, k: f32): void {
  const gv = f32x4.splat(g), kv = f32x4.splat(k);
  const last = dz + rowBytes(1, units) - 16;
  for (; dz < last; dz += 16, a += 16, y += 16) {
    v128.store(dz, f32x4.mul(gv, f32x4.sub(f32x4.mul(kv, v128.load(a)), v128.load(y))));
  }
  const d = f32x4.mul(gv, f32x4.sub(f32x4.mul(kv, v128.load(a)), v128.load(y)));
  v128.store(dz, v128.and(d, tailMask(units)));
}
