// Rectified linear unit that keeps a slope of alpha ≥ 0 below zero.

import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class LeakyRelu {
  @inline
  value(z: v128, alpha: v128): v128 {
    return v128.bitselect(z, f32x4.mul(alpha, z), f32x4.gt(z, f32x4.splat(0)));
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(1), alpha, f32x4.gt(a, f32x4.splat(0)));
  }
}

/** a = z where z > 0, else alpha · z */
function leakyReluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<LeakyRelu>(a, rows, part, parts);
}

/** dz = da where a > 0, else alpha · da */
function leakyReluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<LeakyRelu>(a, rows, part, parts);
}

export const LEAKY_RELU_FORWARD: i32 = leakyReluForward.index;
export const LEAKY_RELU_BACKWARD: i32 = leakyReluBackward.index;
