// Targets from class numbers.

import { ld, rowBytes, shareStart, tailMask } from "../math/simd";

@unmanaged
export class OneHot {
  y: usize;
  labels: usize; // i32 for each row
  units: i32;
  on: f32;
  off: f32;
}

/**
 * y[rows, units] = on in the column labels[row] names, off in the others, padding 0. A single unit stands for class 1, so
 * that labels 0 and 1 give off and on. A label out of range gives a row of off. Shares are rows.
 */
function oneHot(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<OneHot>(record);
  const on = f32x4.splat(a.on), off = f32x4.splat(a.off);
  const mask = tailMask(a.units);
  const first = a.units == 1 ? i32x4.splat(1) : i32x4(0, 1, 2, 3);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const label = i32x4.splat(load<i32>(a.labels + (<usize>r << 2)));
    let column = first;
    let y = a.y + rowBytes(r, a.units);
    for (let i = ld(a.units); i > 4; i -= 4, y += 16) {
      v128.store(y, v128.bitselect(on, off, i32x4.eq(column, label)));
      column = i32x4.add(column, i32x4.splat(4));
    }
    v128.store(y, v128.and(v128.bitselect(on, off, i32x4.eq(column, label)), mask));
  }
}

export const ONE_HOT: i32 = oneHot.index;
