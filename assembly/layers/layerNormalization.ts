// Layer normalisation (Ba, Kiros & Hinton 2016): each row (of an image: each pixel) is brought to mean 0 and variance 1 over its
// channels, then scaled by gamma and moved by beta. x[rows, channels]; an image is `pixels` rows.

import { blockEnds, quadsEnd } from "../math/blocks";
import { madd, rowBytes, shareStart, sumLanes, tailMask, times } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class LayerNorm {
  y: usize;
  x: usize;
  gamma: usize; // 0: ones
  beta: usize; // 0: zeros
  moments: usize; // [rows, 2]: mean and 1 / √(variance + epsilon) of each row
  pixels: i32;
  channels: i32;
  epsilon: f32;
}

/** y = (x − mean) / √(variance + epsilon) · gamma + beta, padding finite. Shares are rows. */
function layerNormForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<LayerNorm>(record);
  const bytes = rowBytes(1, a.channels), last = bytes - 16, n = <f32>a.channels;
  const mask = tailMask(a.channels), zero = f32x4.splat(0);
  const r1 = shareStart(rows, part + 1, parts) * a.pixels;
  for (let r = shareStart(rows, part, parts) * a.pixels; r < r1; r++) {
    const x = a.x + times(r, bytes), y = a.y + times(r, bytes);
    let s = zero, all = zero;
    for (let c: usize = 0; c < last; c += 16) {
      if (quadsEnd(c)) { all = f32x4.add(all, s); s = zero; }
      s = f32x4.add(s, v128.load(x + c));
    }
    const mean = sumLanes(f32x4.add(all, f32x4.add(s, v128.and(v128.load(x + last), mask)))) / n;
    const m = f32x4.splat(mean);
    s = all = zero;
    for (let c: usize = 0; c < last; c += 16) {
      if (quadsEnd(c)) { all = f32x4.add(all, s); s = zero; }
      const d = f32x4.sub(v128.load(x + c), m);
      s = madd(s, d, d);
    }
    const d = v128.and(f32x4.sub(v128.load(x + last), m), mask);
    const inverse: f32 = <f32>1 / Mathf.sqrt(sumLanes(f32x4.add(all, madd(s, d, d))) / n + a.epsilon);
    store<f32>(a.moments + (<usize>r << 3), mean);
    store<f32>(a.moments + (<usize>r << 3), inverse, 4);
    const scale = f32x4.splat(inverse);
    for (let c: usize = 0; c < bytes; c += 16) {
      let hat = f32x4.mul(scale, f32x4.sub(v128.load(x + c), m));
      if (a.gamma) hat = f32x4.mul(hat, v128.load(a.gamma + c));
      if (a.beta) hat = f32x4.add(hat, v128.load(a.beta + c));
      v128.store(y + c, hat);
    }
  }
}

@unmanaged
export class LayerNormInput {
  dx: usize; // may be dy
  dy: usize;
  x: usize;
  gamma: usize; // 0: ones
  moments: usize;
  pixels: i32;
  channels: i32;
}

/** With g = dy · gamma and x̂ the normalised x:  dx = (g − mean of g − x̂ · mean of g·x̂) / √(variance + epsilon). Shares are rows. */
function layerNormInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<LayerNormInput>(record);
  const bytes = rowBytes(1, a.channels), n = <f32>a.channels;
  const mask = tailMask(a.channels), one = f32x4.splat(1), zero = f32x4.splat(0);
  const r1 = shareStart(rows, part + 1, parts) * a.pixels;
  for (let r = shareStart(rows, part, parts) * a.pixels; r < r1; r++) {
    const x = a.x + times(r, bytes), dy = a.dy + times(r, bytes), dx = a.dx + times(r, bytes);
    const m = v128.load32_splat(a.moments + (<usize>r << 3)), scale = v128.load32_splat(a.moments + (<usize>r << 3), 4);
    let sg = zero, sh = zero, allG = zero, allH = zero;
    // padding of dy is zero, so that of g is
    for (let c: usize = 0; c < bytes; c += 16) {
      if (quadsEnd(c)) {
        allG = f32x4.add(allG, sg);
        allH = f32x4.add(allH, sh);
        sg = sh = zero;
      }
      const g = f32x4.mul(v128.load(dy + c), a.gamma ? v128.load(a.gamma + c) : one);
      sg = f32x4.add(sg, g);
      sh = madd(sh, g, f32x4.mul(scale, f32x4.sub(v128.load(x + c), m)));
    }
    const mg = f32x4.splat(sumLanes(f32x4.add(allG, sg)) / n), mh = f32x4.splat(sumLanes(f32x4.add(allH, sh)) / n);
    for (let c: usize = 0; c < bytes; c += 16) {
      const g = f32x4.mul(v128.load(dy + c), a.gamma ? v128.load(a.gamma + c) : one);
      const hat = f32x4.mul(scale, f32x4.sub(v128.load(x + c), m));
      v128.store(dx + c, f32x4.mul(scale, f32x4.sub(g, madd(mg, mh, hat))));
    }
    const last = dx + bytes - 16;
    v128.store(last, v128.and(v128.load(last), mask));
  }
}

@unmanaged
export class LayerNormWeights {
  dgamma: usize; // 0: not wanted
  dbeta: usize; // 0: not wanted
  dy: usize;
  x: usize;
  moments: usize;
  step: usize;
  pixels: i32;
  channels: i32;
}

/** dgamma = Σ dy · x̂;  dbeta = Σ dy, over rows in order, in blocks.  += in later pieces of a batch. Shares are channels. */
function layerNormWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<LayerNormWeights>(record);
  const add = changetype<Step>(a.step).first > 0;
  const bytes = rowBytes(1, a.channels), zero = f32x4.splat(0);
  const c1 = <usize>shareStart(<i32>(bytes >> 4), part + 1, parts) << 4;
  for (let c = <usize>shareStart(<i32>(bytes >> 4), part, parts) << 4; c < c1; c += 16) {
    let b = add && a.dbeta ? v128.load(a.dbeta + c) : zero, g = add && a.dgamma ? v128.load(a.dgamma + c) : zero;
    let x = a.x + c, dy = a.dy + c, moments = a.moments, allB = zero, allG = zero;
    for (let r = 1; r <= rows; r++) {
      let sb = zero, sg = zero;
      for (let i = 1; i <= a.pixels; i++, x += bytes, dy += bytes, moments += 8) {
        const d = v128.load(dy);
        sb = f32x4.add(sb, d);
        sg = madd(sg, d, f32x4.mul(v128.load32_splat(moments, 4), f32x4.sub(v128.load(x), v128.load32_splat(moments))));
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

export const LAYER_NORM_FORWARD: i32 = layerNormForward.index;
export const LAYER_NORM_INPUT: i32 = layerNormInput.index;
export const LAYER_NORM_WEIGHTS: i32 = layerNormWeights.index;
