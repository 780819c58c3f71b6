// Logistic function.

import { sigmoidAlone4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Sigmoid {
  @inline
  value(z: v128, alpha: v128): v128 {
    return sigmoidAlone4(z);
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
  }
}

/** a = 1 / (1 + e^−z) */
function sigmoidForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Sigmoid>(a, rows, part, parts);
}

/** dz = da · a (1 − a) */
function sigmoidBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Sigmoid>(a, rows, part, parts);
}

export const SIGMOID_FORWARD: i32 = sigmoidForward.index;
export const SIGMOID_BACKWARD: i32 = sigmoidBackward.index;
