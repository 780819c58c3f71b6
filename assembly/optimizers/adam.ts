// Adam (Kingma & Ba 2015, the form before section 2.1's end, as in Keras):
//   m ← m + (1 − β₁)(g − m)    v ← v + (1 − β₂)(g² − v)    w ← w − η·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m / (√v + ε)
// AdamW (Loshchilov & Hutter 2019) is the decay kernel before it.

import { Step } from "../tape";
import { flatStart, power } from "./flat";

@unmanaged
export class Adam {
  w: usize;
  dw: usize;
  m: usize;
  v: usize;
  n: i32;
  step: usize;
  beta1: f32;
  beta2: f32;
  epsilon: f32;
}

/** One step of Adam; t is step.step + 1. */
function adam(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Adam>(record);
  const step = changetype<Step>(a.step);
  const t = step.step + 1;
  const scaled = <f64>step.rate * Math.sqrt(1 - power(a.beta2, t)) / (1 - power(a.beta1, t));
  const rate = f32x4.splat(<f32>scaled), epsilon = f32x4.splat(a.epsilon);
  const c1 = f32x4.splat(<f32>(1 - <f64>a.beta1)), c2 = f32x4.splat(<f32>(1 - <f64>a.beta2));
  const w = a.w, dw = a.dw, m = a.m, v = a.v;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  do {
    const g = v128.load(dw + i);
    const m0 = v128.load(m + i), v0 = v128.load(v + i);
    const m1 = f32x4.add(m0, f32x4.mul(c1, f32x4.sub(g, m0)));
    const v1 = f32x4.add(v0, f32x4.mul(c2, f32x4.sub(f32x4.mul(g, g), v0)));
    v128.store(m + i, m1);
    v128.store(v + i, v1);
    const move = f32x4.div(f32x4.mul(rate, m1), f32x4.add(f32x4.sqrt(v1), epsilon));
    v128.store(w + i, f32x4.sub(v128.load(w + i), move));
    i += 16;
  } while (i < end);
}

export const ADAM: i32 = adam.index;
