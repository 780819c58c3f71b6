// What all activations share: their argument records and the two loops over values. A file per activation then has
// only its formula.

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Activation {
  a: usize; // may be z
  z: usize;
  units: i32;
  alpha: f32; // slope or scale, where the activation has one
}

@unmanaged
export class ActivationBackward {
  dz: usize; // may be da
  da: usize;
  saved: usize; // a or z of the forward pass, as the twin says
  units: i32;
  alpha: f32;
}

/** A formula: a class without fields whose methods are inlined, which is how a loop is given a formula at compile time. */
export interface Value {
  value(z: v128, alpha: v128): v128;
}
export interface Slope {
  slope(saved: v128, alpha: v128): v128;
}

/**
 * a[rows, units] = F.value(z), padding too. The loop asks at its end whether to go on, because only then does V8 make the constants of the
 * formula once instead of in every turn. Shares are rows.
 * @inline
 */
export function forward<F extends Value>(a: Activation, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const from = rowBytes(shareStart(rows, part, parts), a.units);
  const end = a.z + rowBytes(shareStart(rows, part + 1, parts), a.units);
  let y = a.a + from, z = a.z + from;
  if (z == end) return;
  do {
    v128.store(y, f.value(v128.load(z), alpha));
    y += 16;
    z += 16;
  } while (z < end);
}

/** dz[rows, units] = da · F.slope(saved). The slope is finite, so padding, where da is zero, becomes zero. Shares are rows. @inline */
export function backward<F extends Slope>(a: ActivationBackward, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const from = rowBytes(shareStart(rows, part, parts), a.units);
  const end = a.da + rowBytes(shareStart(rows, part + 1, parts), a.units);
  let dz = a.dz + from, da = a.da + from, s = a.saved + from;
  if (da == end) return;
  do {
    v128.store(dz, f32x4.mul(v128.load(da), f.slope(v128.load(s), alpha)));
    dz += 16;
    da += 16;
    s += 16;
  } while (da < end);
}
