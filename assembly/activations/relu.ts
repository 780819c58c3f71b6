// Rectified linear unit.

import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Relu {
  @inline
  value(z: v128, alpha: v128): v128 {
    return f32x4.pmax(z, f32x4.splat(0)); // in this order NaN passes
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.gt(a, f32x4.splat(0)));
  }
}

/** a = max(z, 0) */
function reluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Relu>(a, rows, part, parts);
}

/** dz = da where a > 0, else 0 */
function reluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Relu>(a, rows, part, parts);
}

export const RELU_FORWARD: i32 = reluForward.index;
export const RELU_BACKWARD: i32 = reluBackward.index;
