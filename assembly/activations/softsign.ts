// A slower tanh (Bergstra et al. 2009).

import { Activation, ActivationBackward, backward, forward } from "./records";

@unmanaged
class Softsign {
  @inline
  value(z: v128, alpha: v128): v128 {
    return f32x4.div(z, f32x4.add(f32x4.splat(1), f32x4.abs(z)));
  }
  @inline
  slope(a: v128, alpha: v128): v128 {
    const rest = f32x4.sub(f32x4.splat(1), f32x4.abs(a));
    return f32x4.mul(rest, rest);
  }
}

/** a = z / (1 + |z|) */
function softsignForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Activation>(record);
  forward<Softsign>(a, rows, part, parts);
}

/** dz = da · (1 − |a|)², which is da / (1 + |z|)² */
function softsignBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ActivationBackward>(record);
  backward<Softsign>(a, rows, part, parts);
}

export const SOFTSIGN_FORWARD: i32 = softsignForward.index;
export const SOFTSIGN_BACKWARD: i32 = softsignBackward.index;
