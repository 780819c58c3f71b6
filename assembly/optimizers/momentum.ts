// Momentum and Nesterov's accelerated gradient, as in Keras: the velocity contains the learning rate.
//   v ← m·v − η·g        momentum: w ← w + v        Nesterov: w ← w + m·v − η·g   (with the new v)

import { flatStart, rate4 } from "./flat";

@unmanaged
export class Momentum {
  w: usize;
  dw: usize;
  v: usize;
  n: i32;
  step: usize;
  momentum: f32;
}

/** @inline */
function slow(w: usize, dw: usize, v: usize, rate: v128, m: v128): void {
  const next = f32x4.sub(f32x4.mul(m, v128.load(v)), f32x4.mul(rate, v128.load(dw)));
  v128.store(v, next);
  v128.store(w, f32x4.add(v128.load(w), next));
}

/** v = momentum · v − rate · dw;  w += v */
function momentum(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Momentum>(record);
  const rate = rate4(a.step), m = f32x4.splat(a.momentum);
  const w = a.w, dw = a.dw, v = a.v;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  do {
    slow(w + i, dw + i, v + i, rate, m);
    i += 16;
  } while (i < end);
}

/** @inline */
function ahead(w: usize, dw: usize, v: usize, rate: v128, m: v128): void {
  const g = f32x4.mul(rate, v128.load(dw));
  const next = f32x4.sub(f32x4.mul(m, v128.load(v)), g);
  v128.store(v, next);
  v128.store(w, f32x4.add(v128.load(w), f32x4.sub(f32x4.mul(m, next), g)));
}

/** v = momentum · v − rate · dw;  w += momentum · v − rate · dw */
function nesterov(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Momentum>(record);
  const rate = rate4(a.step), m = f32x4.splat(a.momentum);
  const w = a.w, dw = a.dw, v = a.v;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  do {
    ahead(w + i, dw + i, v + i, rate, m);
    i += 16;
  } while (i < end);
}

export const MOMENTUM: i32 = momentum.index;
export const NESTEROV: i32 = nesterov.index;
