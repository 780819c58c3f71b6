// A moving average of the weights (Polyak & Juditsky 1992; Keras' use_ema), after the optimizer's own move.
//
// The mean of w₁ … w_t with weights βᵗ⁻ⁱ, divided by what these add up to: nothing of the weights training began with is in it.
// As a recurrence: m ← m + c · (w − m), c = (1 − β) / (1 − βᵗ). In this form rounding adds no drift, which β · m + (1 − β) · w has.

import { Step } from "../tape";
import { flatStart, power } from "./flat";

@unmanaged
export class Average {
  mean: usize;
  w: usize;
  n: i32;
  step: usize;
  momentum: f32;
}

/** mean += c · (w − mean), and mean = w at the first step; t is step.step + 1. */
function average(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Average>(record);
  const mean = a.mean, w = a.w;
  const end = flatStart(a.n, part + 1, parts);
  let i = flatStart(a.n, part, parts);
  if (i == end) return;
  const t = changetype<Step>(a.step).step + 1;
  if (t == 1) {
    memory.copy(mean + i, w + i, end - i);
    return;
  }
  const momentum = <f64>a.momentum;
  const c = f32x4.splat(<f32>((1 - momentum) / (1 - power(momentum, t))));
  do {
    const before = v128.load(mean + i);
    v128.store(mean + i, f32x4.add(before, f32x4.mul(c, f32x4.sub(v128.load(w + i), before))));
    i += 16;
  } while (i < end);
}

export const AVERAGE: i32 = average.index;
