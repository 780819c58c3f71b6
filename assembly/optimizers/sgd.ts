// Stochastic gradient descent: w ← w − η·g.

import { flatStart, rate4 } from "./flat";

@unmanaged
export class Sgd {
  w: usize;
  dw: usize;
  n: i32;
  step: usize;
}

/** w −= rate · dw */
function sgd(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Sgd>(record);
  const rate = rate4(a.step);
  let w = a.w + flatStart(a.n, part, parts), dw = a.dw + flatStart(a.n, part, parts);
  const end = a.w + flatStart(a.n, part + 1, parts);
  if (w == end) return;
  do {
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(rate, v128.load(dw))));
    v128.store(w, f32x4.sub(v128.load(w, 16), f32x4.mul(rate, v128.load(dw, 16))), 16);
    v128.store(w, f32x4.sub(v128.load(w, 32), f32x4.mul(rate, v128.load(dw, 32))), 32);
    v128.store(w, f32x4.sub(v128.load(w, 48), f32x4.mul(rate, v128.load(dw, 48))), 48);
    w += 64;
    dw += 64;
  } while (w < end);
}

export const SGD: i32 = sgd.index;
