// What activations and losses do to one row of `units` columns.

import { quadsEnd } from "./blocks";
import { exp4 } from "./exp";
import { maxLanes, rowBytes, sumLanes, tailMask } from "./simd";

/** Largest of z[units]; padding does not count. */
export function rowMax(z: usize, units: i32): f32 {
  const end = z + rowBytes(1, units) - 16;
  let m = v128.bitselect(v128.load(end), f32x4.splat(-Infinity), tailMask(units));
  for (; z < end; z += 16) m = f32x4.pmax(m, v128.load(z));
  return maxLanes(m);
}

/** a[units] = e^(z − m), padding 0; returns the sum. */
export function rowExp(a: usize, z: usize, units: i32, m: f32): f32 {
  const shift = f32x4.splat(m);
  const row = rowBytes(1, units);
  let all = f32x4.splat(0), s = all, e = s; // the last four values wait for their mask
  for (let i: usize = 0; i < row; i += 16) {
    s = f32x4.add(s, e);
    if (quadsEnd(i)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
    e = exp4(f32x4.sub(v128.load(z + i), shift));
    v128.store(a + i, e);
  }
  e = v128.and(e, tailMask(units));
  v128.store(a + row - 16, e);
  return sumLanes(f32x4.add(all, f32x4.add(s, e)));
}

/** a[units] = a / s, padding too */
export function rowDivide(a: usize, units: i32, s: f32): void {
  const d = f32x4.splat(s);
  for (const end = a + rowBytes(1, units); a < end; a += 16) v128.store(a, f32x4.div(v128.load(a), d));
}

/** Zeroes the padding of a row of `row` bytes. @inline */
export function clearPadding(v: usize, row: usize, mask: v128): void {
  v += row - 16;
  v128.store(v, v128.and(v128.load(v), mask));
}
