// Mean absolute error; alpha = 1 / units.

import { Loss, lossRows } from "./records";

@unmanaged
class AbsoluteError {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.abs(f32x4.sub(a, y));
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    const d = f32x4.sub(a, y);
    const sign = v128.or(f32x4.splat(1), v128.and(d, f32x4.splat(-0.0)));
    return v128.and(sign, f32x4.ne(d, f32x4.splat(0)));
  }
}

/** L = alpha · Σ |a − y|;  da = alpha · sign(a − y), 0 where they are equal */
function absoluteError(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<AbsoluteError>(a, a.alpha, a.alpha, rows, part, parts);
}

export const ABSOLUTE_ERROR: i32 = absoluteError.index;
