// RMSprop (Hinton, lecture 6e), as in Keras: s ← ρ·s + (1 − ρ)·g²; the move is η·g / √(s + ε).
// With momentum, v ← μ·v + move and w ← w − v.

import { flatStart, rate4 } from "./flat";

@unmanaged
export class RmsProp {
  w: usize;
  dw: usize;
  s: usize;
  v: usize; // read and written with momentum only; may be 0 without
  n: i32;
  step: usize;
  rho: f32;
  momentum: f32;
  epsilon: f32;
}

/** One step of RMSprop. */
function rmsprop(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RmsProp>(record);
  const rate = rate4(a.step), rho = f32x4.splat(a.rho), rest = f32x4.splat(<f32>(1 - <f64>a.rho));
  const mu = f32x4.splat(a.momentum), epsilon = f32x4.splat(a.epsilon);
  const w = a.w, dw = a.dw, s = a.s, v = a.v;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  do {
    const g = v128.load(dw + i);
    const s1 = f32x4.add(f32x4.mul(rho, v128.load(s + i)), f32x4.mul(rest, f32x4.mul(g, g)));
    v128.store(s + i, s1);
    let move = f32x4.div(f32x4.mul(rate, g), f32x4.sqrt(f32x4.add(s1, epsilon)));
    if (v) {
      move = f32x4.add(f32x4.mul(mu, v128.load(v + i)), move);
      v128.store(v + i, move);
    }
    v128.store(w + i, f32x4.sub(v128.load(w + i), move));
    i += 16;
  } while (i < end);
}

export const RMSPROP: i32 = rmsprop.index;
