// Sigmoid linear unit made of hardSigmoid (Howard et al. 2019, MobileNetV3).

import { madd } from "../math/simd";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class HardSwish {
  @inline
  value(z: v128, alpha: v128): v128 {
    const line = madd(f32x4.splat(0.5), z, f32x4.splat(1.0 / 6.0));
    return f32x4.mul(z, f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), f32x4.splat(1)));
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    const line = madd(f32x4.splat(0.5), z, f32x4.splat(1.0 / 3.0));
    const above = v128.and(f32x4.splat(1), f32x4.gt(z, f32x4.splat(3)));
    return v128.bitselect(line, above, f32x4.le(f32x4.abs(z), f32x4.splat(3)));
  }
}

/** a = z · h, h = z / 6 + ½, not below 0 and not above 1 */
function hardSwishForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<HardSwish>(a, rows, part, parts);
}

/** dz = da · (z / 3 + ½) where −3 ≤ z ≤ 3, da above, 0 below */
function hardSwishBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<HardSwish>(a, rows, part, parts);
}

export const HARD_SWISH_FORWARD: i32 = hardSwishForward.index;
export const HARD_SWISH_BACKWARD: i32 = hardSwishBackward.index;
