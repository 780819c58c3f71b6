// Products of the two matrices that each row of a batch has.

import { SUM_BLOCK } from "../math/blocks";
import { shareStart } from "../math/simd";

@unmanaged
export class Dot {
  y: usize;
  a: usize;
  b: usize;
  m: i32; // rows of y, the first axis of a
  n: i32; // columns of y, the first axis of b
  k: i32; // the axis that is summed over
  yRow: i32; // floats of y in a row of the batch
  yi: i32; // floats from one row of y to the next
  yj: i32; // from one column to the next
  aRow: i32;
  ai: i32;
  ak: i32;
  bRow: i32;
  bj: i32;
  bk: i32;
}

/** y[rows, m, n] = Σ over k of a[rows, m, k] · b[rows, n, k], in the order of k, in blocks; padding 0. Axes lie as the strides say. Shares are rows. */
function dot(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Dot>(record);
  const end = shareStart(rows, part + 1, parts);
  const ak = <usize>a.ak << 2, bk = <usize>a.bk << 2;
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const y = a.y + (<usize>(r * a.yRow) << 2), left = a.a + (<usize>(r * a.aRow) << 2), right = a.b + (<usize>(r * a.bRow) << 2);
    memory.fill(y, 0, <usize>a.yRow << 2);
    for (let i = 0; i < a.m; i++) {
      for (let j = 0; j < a.n; j++) {
        let p = left + (<usize>(i * a.ai) << 2), q = right + (<usize>(j * a.bj) << 2);
        let all: f32 = 0;
        for (let k = a.k; k > 0; k -= SUM_BLOCK) {
          let s: f32 = 0;
          for (let n = min(k, SUM_BLOCK); n; n--, p += ak, q += bk) s += load<f32>(p) * load<f32>(q);
          all += s;
        }
        store<f32>(y + (<usize>(i * a.yi + j * a.yj) << 2), all);
      }
    }
  }
}

/** @forward */
export const DOT: i32 = dot.index;
