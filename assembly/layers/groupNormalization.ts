// Group normalisation (Wu & He 2018): the channels of each row lie in groups; each is brought to mean 0 and variance 1 over its channels
// and all pixels, then scaled by gamma and moved by beta. x[rows, pixels, channels]. Sums are in double precision.

import { blockEnds } from "../math/blocks";
import { ld, madd, rowBytes, shareStart, times } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class GroupNorm {
  y: usize;
  x: usize;
  gamma: usize; // 0: ones
  beta: usize; // 0: zeros
  moments: usize; // [rows, 6, ld(channels)]: mean and 1 / √(variance + epsilon) of each channel's group | room for two f64 a channel
  pixels: i32;
  channels: i32;
  groups: i32;
  epsilon: f32;
}

/** Floats of `moments` for one row, for each of ld(channels). */
const MOMENTS: i32 = 6;

/** Two of the channels' f64 as four f32. @inline */
function four(p: usize): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(v128.load(p)), f32x4.demote_f64x2_zero(v128.load(p, 16)), 0, 2);
}

/** The upper two floats in double precision. @inline */
function upper(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 0));
}

/** Of the f64 of each channel: the mean over its group of n values in each channel. Padding becomes 0. */
function overGroups(sums: usize, channels: i32, groups: i32, n: i32): void {
  const each = channels / groups;
  for (let c = 0; c < channels; c += each) {
    let s: f64 = 0;
    for (let i = c; i < c + each; i++) s += load<f64>(sums + (<usize>i << 3));
    s /= <f64>each * <f64>n;
    for (let i = c; i < c + each; i++) store<f64>(sums + (<usize>i << 3), s);
  }
  for (let c = channels; c < ld(channels); c++) store<f64>(sums + (<usize>c << 3), 0);
}

/** y = (x − mean) / √(variance + epsilon) · gamma + beta, padding finite. Shares are rows. */
function groupNormForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<GroupNorm>(record);
  const bytes = rowBytes(1, a.channels);
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    const x = a.x + times(r * a.pixels, bytes), y = a.y + times(r * a.pixels, bytes);
    const mean = a.moments + times(r * MOMENTS, bytes), inverse = mean + bytes, sums = inverse + bytes;
    for (let c: usize = 0; c < bytes; c += 16) {
      let s0 = f64x2.splat(0), s1 = s0;
      for (let i = a.pixels, p = x + c; i; i--, p += bytes) {
        const v = v128.load(p);
        s0 = f64x2.add(s0, f64x2.promote_low_f32x4(v));
        s1 = f64x2.add(s1, upper(v));
      }
      v128.store(sums + (c << 1), s0);
      v128.store(sums + (c << 1), s1, 16);
    }
    overGroups(sums, a.channels, a.groups, a.pixels);
    for (let c: usize = 0; c < bytes; c += 16) {
      const at = sums + (c << 1), m0 = v128.load(at), m1 = v128.load(at, 16);
      v128.store(mean + c, four(at));
      let s0 = f64x2.splat(0), s1 = s0;
      for (let i = a.pixels, p = x + c; i; i--, p += bytes) {
        const v = v128.load(p);
        const d0 = f64x2.sub(f64x2.promote_low_f32x4(v), m0), d1 = f64x2.sub(upper(v), m1);
        s0 = f64x2.add(s0, f64x2.mul(d0, d0));
        s1 = f64x2.add(s1, f64x2.mul(d1, d1));
      }
      v128.store(at, s0);
      v128.store(at, s1, 16);
    }
    overGroups(sums, a.channels, a.groups, a.pixels);
    for (let c = 0; c < ld(a.channels); c++) {
      const v: f32 = c < a.channels ? <f32>(1.0 / sqrt(load<f64>(sums + (<usize>c << 3)) + <f64>a.epsilon)) : 0;
      store<f32>(inverse + (<usize>c << 2), v);
    }
    for (let c: usize = 0; c < bytes; c += 16) {
      const m = v128.load(mean + c), beta = a.beta ? v128.load(a.beta + c) : f32x4.splat(0);
      let scale = v128.load(inverse + c);
      if (a.gamma) scale = f32x4.mul(scale, v128.load(a.gamma + c));
      for (let i = a.pixels, p = x + c, q = y + c; i; i--, p += bytes, q += bytes)
        v128.store(q, madd(beta, scale, f32x4.sub(v128.load(p), m)));
    }
  }
}

@unmanaged
export class GroupNormInput {
  dx: usize; // may be dy
  dy: usize;
  x: usize;
  gamma: usize; // 0: ones
  moments: usize;
  pixels: i32;
  channels: i32;
  groups: i32;
}

/** With g = dy · gamma and x̂ the normalised x:  dx = (g − mean of g − x̂ · mean of g·x̂) / √(variance + epsilon), means over the group. Shares are rows. */
function groupNormInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<GroupNormInput>(record);
  const bytes = rowBytes(1, a.channels), one = f32x4.splat(1);
  const r1 = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < r1; r++) {
    const from = times(r * a.pixels, bytes);
    const mean = a.moments + times(r * MOMENTS, bytes), inverse = mean + bytes, sums = inverse + bytes, hats = sums + (bytes << 1);
    for (let c: usize = 0; c < bytes; c += 16) {
      const m = v128.load(mean + c), scale = v128.load(inverse + c), gamma = a.gamma ? v128.load(a.gamma + c) : one;
      let g0 = f64x2.splat(0), g1 = g0, h0 = g0, h1 = g0;
      for (let i = a.pixels, at = from + c; i; i--, at += bytes) {
        const g = f32x4.mul(v128.load(a.dy + at), gamma);
        const h = f32x4.mul(g, f32x4.mul(scale, f32x4.sub(v128.load(a.x + at), m)));
        g0 = f64x2.add(g0, f64x2.promote_low_f32x4(g));
        g1 = f64x2.add(g1, upper(g));
        h0 = f64x2.add(h0, f64x2.promote_low_f32x4(h));
        h1 = f64x2.add(h1, upper(h));
      }
      v128.store(sums + (c << 1), g0);
      v128.store(sums + (c << 1), g1, 16);
      v128.store(hats + (c << 1), h0);
      v128.store(hats + (c << 1), h1, 16);
    }
    overGroups(sums, a.channels, a.groups, a.pixels);
    overGroups(hats, a.channels, a.groups, a.pixels);
    for (let c: usize = 0; c < bytes; c += 16) {
      const m = v128.load(mean + c), scale = v128.load(inverse + c), gamma = a.gamma ? v128.load(a.gamma + c) : one;
      const mg = four(sums + (c << 1)), mh = four(hats + (c << 1));
      for (let i = a.pixels, at = from + c; i; i--, at += bytes) {
        const hat = f32x4.mul(scale, f32x4.sub(v128.load(a.x + at), m));
        const g = f32x4.mul(v128.load(a.dy + at), gamma);
        v128.store(a.dx + at, f32x4.mul(scale, f32x4.sub(g, madd(mg, mh, hat))));
      }
    }
  }
}

@unmanaged
export class GroupNormWeights {
  dgamma: usize; // 0: not wanted
  dbeta: usize; // 0: not wanted
  dy: usize;
  x: usize;
  moments: usize;
  step: usize;
  pixels: i32;
  channels: i32;
}

/** dgamma = Σ dy · x̂;  dbeta = Σ dy, over rows and pixels in order, in blocks.  += in later pieces of a batch. Shares are channels. */
function groupNormWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<GroupNormWeights>(record);
  const add = changetype<Step>(a.step).first > 0;
  const bytes = rowBytes(1, a.channels), zero = f32x4.splat(0);
  const c1 = <usize>shareStart(<i32>(bytes >> 4), part + 1, parts) << 4;
  for (let c = <usize>shareStart(<i32>(bytes >> 4), part, parts) << 4; c < c1; c += 16) {
    let b = add && a.dbeta ? v128.load(a.dbeta + c) : zero, g = add && a.dgamma ? v128.load(a.dgamma + c) : zero;
    let x = a.x + c, dy = a.dy + c, allB = zero, allG = zero;
    for (let r = 1; r <= rows; r++) {
      const mean = a.moments + times((r - 1) * MOMENTS, bytes) + c;
      const m = v128.load(mean), scale = v128.load(mean + bytes);
      let sb = zero, sg = zero;
      for (let i = 1; i <= a.pixels; i++, x += bytes, dy += bytes) {
        const d = v128.load(dy);
        sb = f32x4.add(sb, d);
        sg = madd(sg, d, f32x4.mul(scale, f32x4.sub(v128.load(x), m)));
        if (blockEnds(i) || i == a.pixels) {
          b = f32x4.add(b, sb);
          g = f32x4.add(g, sg);
          sb = sg = zero;
        }
      }
      if (blockEnds(r)) {
        allB = f32x4.add(allB, b);
        allG = f32x4.add(allG, g);
        b = g = zero;
      }
    }
    b = f32x4.add(allB, b);
    g = f32x4.add(allG, g);
    if (a.dbeta) v128.store(a.dbeta + c, b);
    if (a.dgamma) v128.store(a.dgamma + c, g);
  }
}

export const GROUP_NORM_FORWARD: i32 = groupNormForward.index;
export const GROUP_NORM_INPUT: i32 = groupNormInput.index;
export const GROUP_NORM_WEIGHTS: i32 = groupNormWeights.index;
