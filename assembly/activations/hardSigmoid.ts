// Sigmoid of three straight lines.

import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class HardSigmoid {
  @inline
  value(z: v128, alpha: v128): v128 {
    const line = f32x4.add(f32x4.mul(z, f32x4.splat(1.0 / 6.0)), f32x4.splat(0.5));
    return f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), f32x4.splat(1)); // in this order NaN passes
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    const inside = v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.lt(a, f32x4.splat(1)));
    return v128.and(f32x4.splat(1.0 / 6.0), inside);
  }
}

/** a = z / 6 + ½, not below 0 and not above 1 */
function hardSigmoidForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<HardSigmoid>(a, rows, part, parts);
}

/** dz = da / 6 where 0 < a < 1, else 0 */
function hardSigmoidBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<HardSigmoid>(a, rows, part, parts);
}

export const HARD_SIGMOID_FORWARD: i32 = hardSigmoidForward.index;
export const HARD_SIGMOID_BACKWARD: i32 = hardSigmoidBackward.index;
