// Exponential linear unit, alpha ≥ 0.

import { expm1Negative4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Elu {
  @inline
  value(z: v128, alpha: v128): v128 {
    const below = f32x4.mul(alpha, expm1Negative4(f32x4.pmin(z, f32x4.splat(0))));
    return v128.bitselect(z, below, f32x4.gt(z, f32x4.splat(0)));
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(1), f32x4.add(a, alpha), f32x4.gt(a, f32x4.splat(0)));
  }
}

/** a = z where z > 0, else alpha (e^z − 1) */
function eluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Elu>(a, rows, part, parts);
}

/** dz = da where a > 0, else da · (a + alpha), which is alpha e^z */
function eluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Elu>(a, rows, part, parts);
}

export const ELU_FORWARD: i32 = eluForward.index;
export const ELU_BACKWARD: i32 = eluBackward.index;
