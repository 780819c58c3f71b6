// Adagrad (Duchi, Hazan & Singer 2011), as in Keras: s ← s + g²; w ← w − η·g / √(s + ε).

import { flatStart, rate4 } from "./flat";

@unmanaged
export class Adagrad {
  w: usize;
  dw: usize;
  s: usize;
  n: i32;
  step: usize;
  epsilon: f32;
}

/** One step of Adagrad. */
function adagrad(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Adagrad>(record);
  const rate = rate4(a.step), epsilon = f32x4.splat(a.epsilon);
  const w = a.w, dw = a.dw, s = a.s;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  do {
    const g = v128.load(dw + i);
    const s1 = f32x4.add(v128.load(s + i), f32x4.mul(g, g));
    v128.store(s + i, s1);
    v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(s1, epsilon)))));
    i += 16;
  } while (i < end);
}

export const ADAGRAD: i32 = adagrad.index;
