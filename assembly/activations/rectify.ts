// Rectified linear unit with options: a slope below, a threshold, a largest value. relu.ts and leakyRelu.ts have the usual cases.

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Rectify {
  a: usize; // may be z
  z: usize;
  units: i32;
  slope: f32; // below the threshold
  threshold: f32;
  limit: f32; // no value is larger
}

/** a = min(z, limit) where z > threshold, else slope · (z − threshold); padding too. Shares are rows. */
function rectifyForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Rectify>(record);
  const slope = f32x4.splat(a.slope), threshold = f32x4.splat(a.threshold), limit = f32x4.splat(a.limit);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = a.z + rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let y = a.a + from, p = a.z + from; p < end; y += 16, p += 16) {
    const z = v128.load(p);
    const below = f32x4.mul(slope, f32x4.sub(z, threshold)); // NaN passes here
    v128.store(y, v128.bitselect(f32x4.pmin(z, limit), below, f32x4.gt(z, threshold)));
  }
}

@unmanaged
export class RectifyBackward {
  dz: usize; // may be da
  da: usize;
  saved: usize; // z
  units: i32;
  slope: f32;
  threshold: f32;
  limit: f32;
}

/** dz = da where threshold < z < limit, 0 above, else slope · da. Shares are rows. */
function rectifyBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RectifyBackward>(record);
  const slope = f32x4.splat(a.slope), threshold = f32x4.splat(a.threshold), limit = f32x4.splat(a.limit), one = f32x4.splat(1);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = a.da + rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let dz = a.dz + from, da = a.da + from, s = a.saved + from; da < end; dz += 16, da += 16, s += 16) {
    const z = v128.load(s);
    const above = v128.and(one, f32x4.lt(z, limit));
    v128.store(dz, f32x4.mul(v128.load(da), v128.bitselect(above, slope, f32x4.gt(z, threshold))));
  }
}

export const RECTIFY_FORWARD: i32 = rectifyForward.index;
export const RECTIFY_BACKWARD: i32 = rectifyBackward.index;
