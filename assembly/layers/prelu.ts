// Rectified linear unit whose slope below zero is learnt (He, Zhang, Ren & Sun 2015).
//
// x[rows, a, b, c, channels], alpha the same shape with a 1 for each axis along which it is shared. Axes that follow each other and are
// shared alike count as one, so three before the channels are enough.

import { blockEnds } from "../math/blocks";
import { madd, rowBytes, shareStart, sumLanes, times } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class Prelu {
  y: usize; // of the backward pass dx, which may be dy
  x: usize;
  dy: usize; // 0: forward
  alpha: usize;
  a: i32;
  b: i32;
  c: i32;
  strideA: i32; // rows of alpha from one value of an axis to the next: 0 where it is shared
  strideB: i32;
  strideC: i32;
  channels: i32;
  shared: i32; // whether all channels have one slope
}

/** y = x where x > 0, else alpha · x; padding finite. Shares are rows. */
function preluForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Prelu>(record);
  walk(a, rows, part, parts);
}

/** dx = dy where x > 0, else alpha · dy. Shares are rows. */
function preluInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Prelu>(record);
  walk(a, rows, part, parts);
}

function walk(a: Prelu, rows: i32, part: i32, parts: i32): void {
  const bytes = rowBytes(1, a.channels), line = a.shared ? <usize>16 : bytes, zero = f32x4.splat(0);
  const pixels = a.a * a.b * a.c;
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    let at = times(r * pixels, bytes);
    for (let i = 0; i < a.a; i++) for (let j = 0; j < a.b; j++) for (let k = 0; k < a.c; k++, at += bytes) {
      const alpha = a.alpha + times(i * a.strideA + j * a.strideB + k * a.strideC, line);
      const one = v128.load32_splat(alpha);
      for (let c: usize = 0; c < bytes; c += 16) {
        const x = v128.load(a.x + at + c), v = a.dy ? v128.load(a.dy + at + c) : x;
        const below = f32x4.mul(a.shared ? one : v128.load(alpha + c), v);
        v128.store(a.y + at + c, v128.bitselect(v, below, f32x4.gt(x, zero)));
      }
    }
  }
}

@unmanaged
export class PreluWeights {
  dalpha: usize;
  x: usize;
  dy: usize;
  step: usize;
  a: i32;
  b: i32;
  c: i32;
  strideA: i32;
  strideB: i32;
  strideC: i32;
  channels: i32;
  shared: i32;
}

/** dalpha = Σ dy · x where x ≤ 0, over rows in order and over the axes along which it is shared, in blocks.  += in later pieces of a batch. Shares are values of alpha. */
function preluWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<PreluWeights>(record);
  const add = changetype<Step>(a.step).first > 0;
  const bytes = rowBytes(1, a.channels), quads = a.shared ? 1 : <i32>(bytes >> 4);
  // of the axes along which alpha is not shared
  const ownA = a.strideA ? a.a : 1, ownB = a.strideB ? a.b : 1, ownC = a.strideC ? a.c : 1;
  const n = ownA * ownB * ownC * quads;
  const row = times(a.a * a.b * a.c, bytes);
  const zero = f32x4.splat(0);
  const end = shareStart(n, part + 1, parts);
  for (let item = shareStart(n, part, parts); item < end; item++) {
    const line = item / quads, i0 = line / (ownB * ownC), j0 = (line / ownC) % ownB, k0 = line % ownC;
    const quad = <usize>(item % quads) << 4, to = a.dalpha + (<usize>item << 4);
    const stop = a.shared ? bytes : quad + 16;
    // a later piece goes on where the one before it ended: the sum is that of the whole batch, row by row
    let s = add ? v128.load(to) : zero, all = zero;
    for (let r = 0; r < rows; r++) {
      const base = times(r, row);
      let t = zero, u = zero, n = 0;
      for (let i = i0, i1 = a.strideA ? i0 + 1 : a.a; i < i1; i++)
        for (let j = j0, j1 = a.strideB ? j0 + 1 : a.b; j < j1; j++)
          for (let k = k0, k1 = a.strideC ? k0 + 1 : a.c; k < k1; k++) {
            const at = base + times((i * a.b + j) * a.c + k, bytes);
            for (let c = quad; c < stop; c += 16) {
              if (blockEnds(n++)) { u = f32x4.add(u, t); t = zero; }
              t = below(t, a.x + at + c, a.dy + at + c);
            }
          }
      u = f32x4.add(u, t);
      s = f32x4.add(s, a.shared ? f32x4.replace_lane(zero, 0, sumLanes(u)) : u);
      if (blockEnds(r + 1)) { all = f32x4.add(all, s); s = zero; }
    }
    v128.store(to, f32x4.add(all, s));
  }
}

/** s + dy · x where x ≤ 0. The padding of dy is zero. @inline */
function below(s: v128, x: usize, dy: usize): v128 {
  const v = v128.load(x);
  return madd(s, v128.load(dy), v128.andnot(v, f32x4.gt(v, f32x4.splat(0))));
}

export const PRELU_FORWARD: i32 = preluForward.index;
export const PRELU_INPUT: i32 = preluInput.index;
export const PRELU_WEIGHTS: i32 = preluWeights.index;
