// Targets moved off 0 and 1 (label smoothing: Szegedy et al. 2016, section 7).

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class SmoothTargets {
  y: usize;
  from: usize; // f32[rows, units] without padding
  units: i32;
  keep: f32;
  add: f32;
}

/** y[rows, units] = keep · from + add, padding 0. Shares are rows. */
function smoothTargets(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<SmoothTargets>(record);
  const keep = f32x4.splat(a.keep), add = f32x4.splat(a.add);
  const row = <usize>a.units << 2, last = rowBytes(1, a.units) - 16;
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const y = a.y + rowBytes(r, a.units), from = a.from + <usize>r * row;
    for (let i: usize = 0; i < last; i += 16) {
      v128.store(y + i, f32x4.add(f32x4.mul(keep, v128.load(from + i)), add));
    }
    v128.store(y + last, f32x4.splat(0));
    for (let i = last; i < row; i += 4) store<f32>(y + i, a.keep * load<f32>(from + i) + a.add);
  }
}

export const SMOOTH_TARGETS: i32 = smoothTargets.index;
