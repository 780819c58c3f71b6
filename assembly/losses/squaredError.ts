// Mean squared error and the quadratic cost, which differ by their factor alpha: 1 / units and ½.

import { Loss, lossRows } from "./records";

@unmanaged
class SquaredError {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    const d = f32x4.sub(a, y);
    return f32x4.mul(d, d);
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.sub(a, y);
  }
}

/** L = alpha · Σ (a − y)²;  da = 2 alpha · (a − y) */
function squaredError(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<SquaredError>(a, a.alpha, 2 * a.alpha, rows, part, parts);
}

export const SQUARED_ERROR: i32 = squaredError.index;
