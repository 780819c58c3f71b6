// What all activations share: their argument records and the two loops over values. A file per activation then says
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

/**
 * The loops take eight values a turn, because V8 makes the constants of a formula anew in every turn (a third of the time of
 * e^x). Byte offset of the second four: where none are left, the first four are done twice.
 */
// @ts-ignore: decorator
@inline
function second(p: usize, end: usize): usize {
  return p + 16 < end ? 16 : 0;
}

/**
 * a[rows, units] = F.value(z), padding too. F is a class without fields whose methods are inlined: the way to hand a formula
 * to a loop at compile time. Shares are rows.
 */
// @ts-ignore: decorator
@inline
export function forward<F>(a: Activation, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const from = rowBytes(shareStart(rows, part, parts), a.units);
  const end = a.z + rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let y = a.a + from, z = a.z + from; z < end; y += 32, z += 32) {
    const other = second(z, end);
    const p = f.value(v128.load(z), alpha);
    const q = f.value(v128.load(z + other), alpha);
    v128.store(y, p);
    v128.store(y + other, q);
  }
}

/** dz[rows, units] = da · F.slope(saved). The slope is finite, so padding, where da is zero, becomes zero. Shares are rows. */
// @ts-ignore: decorator
@inline
export function backward<F>(a: ActivationBackward, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const alpha = f32x4.splat(a.alpha);
  const from = rowBytes(shareStart(rows, part, parts), a.units);
  const end = a.da + rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let dz = a.dz + from, da = a.da + from, s = a.saved + from; da < end; dz += 32, da += 32, s += 32) {
    const other = second(da, end);
    const p = f32x4.mul(v128.load(da), f.slope(v128.load(s), alpha));
    const q = f32x4.mul(v128.load(da + other), f.slope(v128.load(s + other), alpha));
    v128.store(dz, p);
    v128.store(dz + other, q);
  }
}
