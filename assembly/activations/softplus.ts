// Smooth rectifier.

import { sigmoid4, softplus4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Softplus {
  @inline
  value(z: v128, alpha: v128): v128 {
    return softplus4(z);
  }
  @inline
  slope(z: v128, alpha: v128): v128 {
    return sigmoid4(z);
  }
}

/** a = ln(1 + e^z) */
function softplusForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Softplus>(a, rows, part, parts);
}

/** dz = da · σ(z) */
function softplusBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Softplus>(a, rows, part, parts);
}

export const SOFTPLUS_FORWARD: i32 = softplusForward.index;
export const SOFTPLUS_BACKWARD: i32 = softplusBackward.index;
