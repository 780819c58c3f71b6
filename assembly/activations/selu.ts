// Scaled exponential linear unit (Klambauer, Unterthiner, Mayr & Hochreiter 2017): elu whose constants keep mean 0 and variance 1 from
// layer to layer.

import { expm1Negative4 } from "../math/exp";
import { Activation, ActivationBackward, backward, forward } from "./records";

const SCALE: f32 = 1.05070098735548049342;
const ALPHA: f32 = 1.67326324235437728481;

@unmanaged
class Selu {
  @inline
  value(z: v128, alpha: v128): v128 {
    const below = f32x4.mul(f32x4.splat(SCALE * ALPHA), expm1Negative4(f32x4.pmin(z, f32x4.splat(0))));
    return v128.bitselect(f32x4.mul(f32x4.splat(SCALE), z), below, f32x4.gt(z, f32x4.splat(0)));
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    return v128.bitselect(f32x4.splat(SCALE), f32x4.add(a, f32x4.splat(SCALE * ALPHA)), f32x4.gt(a, f32x4.splat(0)));
  }
}

/** a = λ z where z > 0, else λα (e^z − 1); λ = 1.0507…, α = 1.6732… */
function seluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Selu>(a, rows, part, parts);
}

/** dz = λ da where a > 0, else da · (a + λα), which is λα e^z */
function seluBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Selu>(a, rows, part, parts);
}

export const SELU_FORWARD: i32 = seluForward.index;
export const SELU_BACKWARD: i32 = seluBackward.index;
