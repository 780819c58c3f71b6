// Sigmoid linear unit (swish).

import { sigmoid4 } from "../math/exp";
import { madd } from "../math/simd";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Silu {
  @inline
  value(z: v128, alpha: v128): v128 {
    return f32x4.mul(z, sigmoid4(z));
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    const one = f32x4.splat(1);
    const s = sigmoid4(z);
    return f32x4.mul(s, madd(one, z, f32x4.sub(one, s)));
  }
}

/** a = z σ(z) */
function siluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Silu>(a, rows, part, parts);
}

/** dz = da · σ(z) (1 + z (1 − σ(z))) */
function siluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Silu>(a, rows, part, parts);
}

export const SILU_FORWARD: i32 = siluForward.index;
export const SILU_BACKWARD: i32 = siluBackward.index;
