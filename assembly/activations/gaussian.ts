// Bell curve.

import { exp4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Gaussian {
  @inline
  value(z: v128, alpha: v128): v128 {
    return exp4(f32x4.neg(f32x4.mul(z, z)));
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    const a = exp4(f32x4.neg(f32x4.mul(z, z)));
    return f32x4.mul(f32x4.splat(-2), f32x4.mul(z, a));
  }
}

/** a = e^(−z²) */
function gaussianForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Gaussian>(a, rows, part, parts);
}

/** dz = da · −2 z e^(−z²) */
function gaussianBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Gaussian>(a, rows, part, parts);
}

export const GAUSSIAN_FORWARD: i32 = gaussianForward.index;
export const GAUSSIAN_BACKWARD: i32 = gaussianBackward.index;
