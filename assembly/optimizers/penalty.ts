// Penalties on the weights of a layer: l1·Σ|w| + l2·Σw² is added to the loss, and its derivative to dw.

import { Step } from "../tape";

@unmanaged
export class Penalty {
  w: usize;
  dw: usize;
  n: i32; // a multiple of 4
  step: usize;
  l1: f32;
  l2: f32;
}

/**
 * dw += l1 · sign(w) + 2 · l2 · w;  step.loss += l1 · Σ|w| + l2 · Σw². The first share does it all: one sum in one order,
 * and few layers have a penalty.
 */
function penalty(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Penalty>(record);
  if (part != 0) return;
  const one = f32x4.splat(1), l1 = f32x4.splat(a.l1), l2 = f32x4.splat(2 * a.l2);
  let absolute = f64x2.splat(0), squares = f64x2.splat(0);
  for (let i: usize = 0, end = <usize>a.n << 2; i < end; i += 16) {
    const w = v128.load(a.w + i);
    const zero = f32x4.splat(0);
    const sign = f32x4.sub(v128.and(f32x4.gt(w, zero), one), v128.and(f32x4.lt(w, zero), one));
    v128.store(a.dw + i, f32x4.add(v128.load(a.dw + i), f32x4.add(f32x4.mul(l1, sign), f32x4.mul(l2, w))));
    const first = f64x2.promote_low_f32x4(w), second = f64x2.promote_low_f32x4(v128.shuffle<f64>(w, w, 1, 1));
    absolute = f64x2.add(absolute, f64x2.add(f64x2.abs(first), f64x2.abs(second)));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(first, first), f64x2.mul(second, second)));
  }
  const step = changetype<Step>(a.step);
  const sum1 = f64x2.extract_lane(absolute, 0) + f64x2.extract_lane(absolute, 1);
  const sum2 = f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
  step.loss = <f32>(<f64>step.loss + <f64>a.l1 * sum1 + <f64>a.l2 * sum2);
}

export const PENALTY: i32 = penalty.index;
