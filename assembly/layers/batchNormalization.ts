// Batch normalisation (Ioffe & Szegedy 2015): each channel is brought to mean 0 and variance 1 over all rows and pixels, then scaled
// by gamma and moved by beta. x[rows, channels], where a row is a pixel of the batch: `pixels` of them for each of its rows.
// Sums are in double precision.
//
// Moving means are parameters without gradient or slots, behind those that are trained. They change after the tape's mark `update`, so
// neither a step whose loss is not finite nor gradients() touches them.

import { halves, madd, rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class BatchNorm {
  y: usize;
  x: usize;
  gamma: usize; // 0: ones
  beta: usize; // 0: zeros
  mean: usize; // [channels], what is subtracted; 0: zeros
  variance: usize; // [channels], the mean of squares around it
  pixels: i32;
  channels: i32;
  epsilon: f32;
}

/** mean and variance [channels] of x. Shares are channels. */
function batchNormMoments(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<BatchNorm>(record);
  const stride = rowBytes(1, a.channels), n = rows * a.pixels;
  const c1 = <usize>shareStart(<i32>(stride >> 4), part + 1, parts) << 4;
  for (let c = <usize>shareStart(<i32>(stride >> 4), part, parts) << 4; c < c1; c += 16) {
    let s0 = f64x2.splat(0), s1 = s0;
    let p = a.x + c;
    for (let i = n; i; i--, p += stride) {
      const v = v128.load(p);
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
      s1 = f64x2.add(s1, f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 0)));
    }
    const d = f64x2.splat(1.0 / <f64>n);
    const m0 = f64x2.mul(s0, d), m1 = f64x2.mul(s1, d);
    s0 = s1 = f64x2.splat(0);
    p = a.x + c;
    for (let i = n; i; i--, p += stride) {
      const v = v128.load(p);
      const e0 = f64x2.sub(f64x2.promote_low_f32x4(v), m0), e1 = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 0)), m1);
      s0 = f64x2.add(s0, f64x2.mul(e0, e0));
      s1 = f64x2.add(s1, f64x2.mul(e1, e1));
    }
    v128.store(a.mean + c, halves(m0, m1));
    v128.store(a.variance + c, halves(f64x2.mul(s0, d), f64x2.mul(s1, d)));
  }
}

/** @inline */
function inverse(variance: usize, epsilon: f32): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(v128.load(variance), f32x4.splat(epsilon))));
}

/** y = (x − mean) · gamma / √(variance + epsilon) + beta. Shares are channels. */
function batchNormForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<BatchNorm>(record);
  const stride = rowBytes(1, a.channels), n = rows * a.pixels;
  const c1 = <usize>shareStart(<i32>(stride >> 4), part + 1, parts) << 4;
  for (let c = <usize>shareStart(<i32>(stride >> 4), part, parts) << 4; c < c1; c += 16) {
    let scale = inverse(a.variance + c, a.epsilon);
    if (a.gamma) scale = f32x4.mul(scale, v128.load(a.gamma + c));
    const mean = a.mean ? v128.load(a.mean + c) : f32x4.splat(0), beta = a.beta ? v128.load(a.beta + c) : f32x4.splat(0);
    let x = a.x + c, y = a.y + c;
    for (let i = n; i; i--, x += stride, y += stride) v128.store(y, madd(beta, scale, f32x4.sub(v128.load(x), mean)));
  }
}

@unmanaged
export class BatchNormBackward {
  dx: usize; // may be dy; 0: not wanted
  dgamma: usize; // 0: not wanted
  dbeta: usize; // 0: not wanted
  dy: usize;
  x: usize;
  gamma: usize; // 0: ones
  mean: usize;
  variance: usize;
  step: usize;
  pixels: i32;
  channels: i32;
  epsilon: f32;
}

/**
 * dbeta = Σ dy;  dgamma = Σ dy · x̂;  dx = gamma / √(variance + epsilon) · (dy − (dbeta + x̂ · dgamma) / n), x̂ the normalised x.
 * dgamma and dbeta: += in later pieces of a batch, each of which is normalised by itself. Shares are channels.
 */
function batchNormBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<BatchNormBackward>(record);
  const add = changetype<Step>(a.step).first > 0;
  const stride = rowBytes(1, a.channels), n = rows * a.pixels;
  const c1 = <usize>shareStart(<i32>(stride >> 4), part + 1, parts) << 4;
  for (let c = <usize>shareStart(<i32>(stride >> 4), part, parts) << 4; c < c1; c += 16) {
    const mean = v128.load(a.mean + c), scale = inverse(a.variance + c, a.epsilon);
    let b0 = f64x2.splat(0), b1 = b0, g0 = b0, g1 = b0;
    let x = a.x + c, dy = a.dy + c;
    for (let i = n; i; i--, x += stride, dy += stride) {
      const d = v128.load(dy);
      const g = f32x4.mul(d, f32x4.mul(scale, f32x4.sub(v128.load(x), mean)));
      b0 = f64x2.add(b0, f64x2.promote_low_f32x4(d));
      b1 = f64x2.add(b1, f64x2.promote_low_f32x4(v128.shuffle<f64>(d, d, 1, 0)));
      g0 = f64x2.add(g0, f64x2.promote_low_f32x4(g));
      g1 = f64x2.add(g1, f64x2.promote_low_f32x4(v128.shuffle<f64>(g, g, 1, 0)));
    }
    if (a.dbeta) v128.store(a.dbeta + c, add ? f32x4.add(v128.load(a.dbeta + c), halves(b0, b1)) : halves(b0, b1));
    if (a.dgamma) v128.store(a.dgamma + c, add ? f32x4.add(v128.load(a.dgamma + c), halves(g0, g1)) : halves(g0, g1));
    if (!a.dx) continue;
    const each = f64x2.splat(1.0 / <f64>n);
    const beta = halves(f64x2.mul(b0, each), f64x2.mul(b1, each)), gamma = halves(f64x2.mul(g0, each), f64x2.mul(g1, each));
    const whole = a.gamma ? f32x4.mul(scale, v128.load(a.gamma + c)) : scale;
    x = a.x + c;
    dy = a.dy + c;
    let dx = a.dx + c;
    for (let i = n; i; i--, x += stride, dy += stride, dx += stride) {
      const hat = f32x4.mul(scale, f32x4.sub(v128.load(x), mean));
      v128.store(dx, f32x4.mul(whole, f32x4.sub(v128.load(dy), madd(beta, gamma, hat))));
    }
  }
}

@unmanaged
export class MovingMoments {
  movingMean: usize;
  movingVariance: usize;
  mean: usize;
  variance: usize;
  channels: i32;
  momentum: f32;
}

/** moving ← moving + (1 − momentum) · (batch − moving), for mean and variance. Shares are channels. */
function movingMoments(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<MovingMoments>(record);
  const share = f32x4.splat(<f32>(1 - <f64>a.momentum)), quads = <i32>(rowBytes(1, a.channels) >> 4);
  const end = <usize>shareStart(quads, part + 1, parts) << 4;
  for (let c = <usize>shareStart(quads, part, parts) << 4; c < end; c += 16) {
    const m = v128.load(a.movingMean + c), v = v128.load(a.movingVariance + c);
    v128.store(a.movingMean + c, madd(m, share, f32x4.sub(v128.load(a.mean + c), m)));
    v128.store(a.movingVariance + c, madd(v, share, f32x4.sub(v128.load(a.variance + c), v)));
  }
}

export const BATCH_NORM_MOMENTS: i32 = batchNormMoments.index;
export const BATCH_NORM_FORWARD: i32 = batchNormForward.index;
export const BATCH_NORM_BACKWARD: i32 = batchNormBackward.index;
export const MOVING_MOMENTS: i32 = movingMoments.index;
