// Where two paths meet, and where one divides.

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Add {
  y: usize; // may be a or b
  a: usize;
  b: usize; // 0: nothing is added, y is a copy
  units: i32;
}

/** y[rows, units] = a + b, padding too. Shares are rows. */
function add(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Add>(record);
  const from = rowBytes(shareStart(rows, part, parts), a.units), bytes = rowBytes(shareStart(rows, part + 1, parts), a.units) - from;
  let y = a.y + from, p = a.a + from, q = a.b + from;
  if (!a.b) {
    memory.copy(y, p, bytes);
    return;
  }
  for (const end = y + bytes; y < end; y += 16, p += 16, q += 16) v128.store(y, f32x4.add(v128.load(p), v128.load(q)));
}

/** @forward */
export const ADD: i32 = add.index;
