// Gaussian error linear unit, the exact form (no tanh).

import { bell4, normalBelow4 } from "../math/normal";
import { madd } from "../math/simd";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Gelu {
  @inline
  value(z: v128, alpha: v128): v128 {
    return f32x4.mul(z, normalBelow4(z, bell4(z)));
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    const bell = bell4(z);
    const density = f32x4.mul(bell, f32x4.splat(0.3989422804)); // 1 / √(2π)
    return madd(normalBelow4(z, bell), z, density);
  }
}

/** a = z Φ(z), Φ(z) = ½ (1 + erf(z / √2)) */
function geluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Gelu>(a, rows, part, parts);
}

/** dz = da · (Φ(z) + z Φ′(z)) */
function geluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Gelu>(a, rows, part, parts);
}

export const GELU_FORWARD: i32 = geluForward.index;
export const GELU_BACKWARD: i32 = geluBackward.index;
