// Dropout of sequences: a row loses the same values in all its steps. What is drawn is a function of (seed, step, layer, place in the
// batch), as in noise.ts.
// @core sequences

import { philox4, r0, r1, r2, r3 } from "../math/random";
import { rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class StepNoise {
  y: usize;
  step: usize;
  units: i32;
  stream: u32;
  threshold: u32; // values whose word is below are dropped: rate · 2^32
  scale: f32; // 1 / (1 − rate)
}

/** y[rows, units] = 0 where a value is dropped, else scale. Shares are rows. */
function stepNoise(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<StepNoise>(record);
  const step = changetype<Step>(a.step);
  const quads = <u32>(rowBytes(1, a.units) >> 4);
  const from = shareStart(rows, part, parts);
  let block = <u32>(step.shard + step.first + from) * quads, y = a.y + rowBytes(from, a.units);
  const end = a.y + rowBytes(shareStart(rows, part + 1, parts), a.units);
  const scale = f32x4.splat(a.scale), threshold = i32x4.splat(a.threshold);
  for (; y < end; y += 64, block += 4) {
    philox4(step.seedLow, step.seedHigh, block, step.step, 0, a.stream);
    v128.store(y, v128.and(scale, i32x4.ge_u(r0, threshold)));
    if (y + 16 < end) v128.store(y, v128.and(scale, i32x4.ge_u(r1, threshold)), 16);
    if (y + 32 < end) v128.store(y, v128.and(scale, i32x4.ge_u(r2, threshold)), 32);
    if (y + 48 < end) v128.store(y, v128.and(scale, i32x4.ge_u(r3, threshold)), 48);
  }
}

@unmanaged
export class StepDropout {
  y: usize; // backward: dx; may be x
  x: usize; // backward: dy
  noise: usize; // [rows, units]
  steps: i32;
  units: i32;
}

/** y[rows, steps, units] = x · noise[rows, units]. The same backward. Shares are rows. */
function stepDropout(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<StepDropout>(record);
  const bytes = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const noise = a.noise + <usize>r * bytes;
    for (let s = 0; s < a.steps; s++) {
      const at = <usize>(r * a.steps + s) * bytes;
      for (let j: usize = 0; j < bytes; j += 16)
        v128.store(a.y + at + j, f32x4.mul(v128.load(a.x + at + j), v128.load(noise + j)));
    }
  }
}

export const STEP_NOISE: i32 = stepNoise.index;
export const STEP_DROPOUT: i32 = stepDropout.index;
