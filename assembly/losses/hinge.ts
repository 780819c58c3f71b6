// Hinge loss of support vector machines, targets −1 and 1; alpha = 1 / units.

import { Loss, lossRows } from "./records";

@unmanaged
class Hinge {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.pmax(f32x4.sub(f32x4.splat(1), f32x4.mul(y, a)), f32x4.splat(0));
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    return v128.and(f32x4.neg(y), f32x4.lt(f32x4.mul(y, a), f32x4.splat(1)));
  }
}

/** L = alpha · Σ max(1 − y a, 0);  da = alpha · −y where y a < 1, else 0 */
function hinge(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<Hinge>(a, a.alpha, a.alpha, rows, part, parts);
}

export const HINGE: i32 = hinge.index;
