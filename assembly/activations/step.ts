// The perceptron's threshold. It has no useful slope: only the perceptron rule trains it.

import { Activation, forward } from "./records";

@unmanaged
class Threshold {
  @inline
  value(z: v128, alpha: v128): v128 {
    return v128.and(f32x4.splat(1), f32x4.gt(z, f32x4.splat(0)));
  }
}

/** a = 1 where z > 0, else 0 */
function stepForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Threshold>(a, rows, part, parts);
}

export const STEP_FORWARD: i32 = stepForward.index;
