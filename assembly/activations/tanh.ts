// Hyperbolic tangent.

import { tanh4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Tanh {
  @inline
  value(z: v128, alpha: v128): v128 {
    return tanh4(z);
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return f32x4.sub(f32x4.splat(1), f32x4.mul(a, a));
  }
}

/** a = tanh z */
function tanhForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Tanh>(a, rows, part, parts);
}

/** dz = da · (1 − a²) */
function tanhBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Tanh>(a, rows, part, parts);
}

export const TANH_FORWARD: i32 = tanhForward.index;
export const TANH_BACKWARD: i32 = tanhBackward.index;
