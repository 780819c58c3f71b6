// Huber loss: quadratic up to a distance of alpha (delta), linear beyond.

import { Loss, lossRows } from "./records";

/** @inline */
function clamp(d: v128, limit: v128): v128 {
  return f32x4.pmax(f32x4.pmin(d, limit), f32x4.neg(limit));
}

@unmanaged
class Huber {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    const d = f32x4.sub(a, y);
    const c = clamp(d, alpha);
    return f32x4.mul(c, f32x4.sub(d, f32x4.mul(f32x4.splat(0.5), c)));
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    return clamp(f32x4.sub(a, y), alpha);
  }
}

/** L = 1/units · Σ c (d − ½ c), d = a − y, c = d clamped to ±alpha: ½ d² inside, alpha (|d| − ½ alpha) outside;  da = c / units */
function huber(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<Huber>(a, 1 / <f32>a.units, 1 / <f32>a.units, rows, part, parts);
}

export const HUBER: i32 = huber.index;
