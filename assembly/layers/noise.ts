// Layers that are random while training. What they draw is a function of (seed, step, layer, place in the batch), so the backward
// pass draws the same numbers again instead of keeping them, and pieces of a batch see what the whole would.
// @core dense

import { philox4, r0, r1, r2, r3 } from "../math/random";
import { rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class Dropout {
  y: usize; // backward: dx; may be x
  x: usize; // backward: dy
  step: usize;
  units: i32;
  stream: u32;
  threshold: u32; // values whose word is below are dropped: rate · 2^32
  scale: f32; // 1 / (1 − rate), for those that stay
}

/** y[rows, units] = scale · x where it stays, else 0 (Srivastava et al. 2014, inverted). The same backward. Shares are rows. */
function dropout(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Dropout>(record);
  const step = changetype<Step>(a.step);
  const quads = <u32>(rowBytes(1, a.units) >> 4);
  const from = shareStart(rows, part, parts);
  const offset = rowBytes(from, a.units), bytes = rowBytes(shareStart(rows, part + 1, parts), a.units) - offset;
  let block = <u32>(step.shard + step.first + from) * quads;
  const scale = f32x4.splat(a.scale), threshold = i32x4.splat(a.threshold);
  let x = a.x + offset, y = a.y + offset;
  const end = x + bytes;
  while (x < end) {
    philox4(step.seedLow, step.seedHigh, block, step.step, 0, a.stream);
    block += 4;
    v128.store(y, v128.and(f32x4.mul(scale, v128.load(x)), i32x4.ge_u(r0, threshold)));
    if (x + 16 < end) v128.store(y, v128.and(f32x4.mul(scale, v128.load(x, 16)), i32x4.ge_u(r1, threshold)), 16);
    if (x + 32 < end) v128.store(y, v128.and(f32x4.mul(scale, v128.load(x, 32)), i32x4.ge_u(r2, threshold)), 32);
    if (x + 48 < end) v128.store(y, v128.and(f32x4.mul(scale, v128.load(x, 48)), i32x4.ge_u(r3, threshold)), 48);
    x += 64;
    y += 64;
  }
}

export const DROPOUT: i32 = dropout.index;
