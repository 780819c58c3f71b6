// Scaled dot-product attention (Vaswani et al. 2017): each query takes a mean over values, weighed by how its keys agree with it.
// @core sequences
//
// T queries, S keys and values, H heads; a query and a key have d floats in each head, a value n. Heads lie next to each other in a step,
// so a head is a matrix whose rows are a step apart: nothing is copied but keys and values into panels, as products read them. A share is
// heads of rows of the batch. Queries go in blocks, so that where nobody goes back only a block of probabilities is kept.

import { intoHead, outerHead, packHead, turnHead } from "../math/heads";
import { isStep, product } from "../math/recurrence";
import { quadsEnd } from "../math/blocks";
import { rowDivide, rowExp, rowMax } from "../math/rows";
import { halves, ld, madd, promoteHigh, rowBytes, shareStart, sumLanes } from "../math/simd";
import { Step } from "../tape";

/** Queries that go together. A multiple of 8, so that what they may see ends with a panel of keys. */
const BLOCK: i32 = 64;

@unmanaged
export class AttentionForward {
  y: usize; // [rows, T, H · n]
  q: usize; // [rows, T, H · d]
  k: usize; // [rows, S, H · d]
  v: usize; // [rows, S, H · n]
  p: usize; // [rows, H, T, S]: probabilities as they weigh values; 0: nobody goes back
  drop: usize; // [rows, H, T, S]: what probabilities are multiplied by; becomes what they were before. 0: nothing is dropped
  queryMask: usize; // [rows, T]: 0 where a step is padding; 0: none is
  valueMask: usize; // [rows, S]
  keyMask: usize; // [rows, S]
  factor: usize; // [1]: a factor that is learned; 0: none
  scratch: usize; // `room` bytes for each part: see attentionScratch()
  room: i32;
  queries: i32;
  keys: i32;
  heads: i32;
  keyDim: i32;
  valueDim: i32;
  causal: i32; // whether a query sees the steps up to its own alone
  scale: f32; // of scores
}

@unmanaged
export class AttentionBackward {
  dy: usize;
  dq: usize; // where the factor is learned without it: ATTENTION_FACTOR comes after
  dk: usize;
  dv: usize;
  q: usize;
  k: usize;
  v: usize;
  p: usize; // becomes the gradients of scores
  drop: usize;
  factor: usize;
  scratch: usize; // `room` bytes for each part: see attentionInputScratch()
  room: i32;
  queries: i32;
  keys: i32;
  heads: i32;
  keyDim: i32;
  valueDim: i32;
  causal: i32;
  scale: f32;
}

@unmanaged
export class AttentionFactor {
  dw: usize; // [1]; 0: it is not trained
  dq: usize; // [rows, floats]: becomes the gradient of the queries
  q: usize;
  factor: usize; // [1]
  step: usize;
  floats: i32; // of the queries of a row
}

/** Bytes of scratch that each part of ATTENTION_FORWARD needs. kept: whether probabilities have a place of their own. @forward */
export function attentionScratch(keys: i32, keyDim: i32, valueDim: i32, kept: i32): i32 {
  return <i32>(rowBytes(keyDim, keys) + rowBytes(keys, valueDim) + rowBytes(kept ? 1 : 1 + BLOCK, keys) + rowBytes(BLOCK, valueDim));
}

/** Bytes of scratch that each part of ATTENTION_BACKWARD needs. */
export function attentionInputScratch(keys: i32, keyDim: i32, valueDim: i32): i32 {
  const widest = max(keyDim, valueDim);
  return <i32>(rowBytes(valueDim, keys) + rowBytes(keys, keyDim) + rowBytes(BLOCK, keys) + rowBytes(max(BLOCK, keys), widest));
}

/** How many keys the queries before `end` see: to the end of a panel. @inline */
function seenBy(end: i32, keys: i32, causal: i32): i32 {
  return causal ? min(keys, (end + 7) & ~7) : keys;
}

/**
 * y_h = drop(softmax(scale · q_h k_hᵀ)) v_h for each head h; keys that are masked, or later than the query where it is causal, have
 * probability 0, and so have all where none is left. Shares are heads of rows.
 */
function attentionForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<AttentionForward>(record);
  const T = a.queries, S = a.keys, H = a.heads, d = a.keyDim, n = a.valueDim;
  const ldq = rowBytes(1, H * d), ldv = rowBytes(1, H * n), lds = rowBytes(1, S);
  const kt = a.scratch + <usize>part * a.room, vp = kt + rowBytes(d, S), line = vp + rowBytes(S, n);
  const some = line + lds, ys = some + (a.p ? 0 : rowBytes(BLOCK, S));
  const factor = a.factor ? load<f32>(a.factor) : a.scale;
  const end = shareStart(rows * H, part + 1, parts);
  for (let u = shareStart(rows * H, part, parts); u < end; u++) {
    const r = u / H, h = u - r * H;
    turnHead(kt, a.k + rowBytes(r * S, H * d) + (<usize>(h * d) << 2), ldq, S, d);
    packHead(vp, a.v + rowBytes(r * S, H * n) + (<usize>(h * n) << 2), ldv, S, n);
    const masked = maskLine(a, line, r);
    for (let t = 0; t < T; t += BLOCK) {
      const m = min(BLOCK, T - t);
      const p = a.p ? a.p + rowBytes(u * T + t, S) : some;
      const step = r * T + t;
      product(p, lds, a.q + rowBytes(step, H * d) + (<usize>(h * d) << 2), ldq, kt, 0, 0, m, d, seenBy(t + m, S, a.causal));
      for (let i = 0; i < m; i++) {
        const seen = isStep(a.queryMask, r, t + i, T) ? (a.causal ? min(S, t + i + 1) : S) : 0;
        weigh(p + <usize>i * lds, masked ? line : 0, seen, S, factor);
      }
      if (a.drop) dropSome(p, a.drop + rowBytes(u * T + t, S), rowBytes(m, S));
      intoHead(a.y + rowBytes(step, H * n), h, H, ldv, p, lds, vp, m, S, n, ys);
    }
  }
}

/** What is added to the scores of row r: −∞ where a key is padding. Whether there is a mask. */
function maskLine(a: AttentionForward, line: usize, r: i32): bool {
  if (!a.valueMask && !a.keyMask) return false;
  const S = a.keys;
  for (let s = 0; s < ld(S); s++) {
    const is = s < S && isStep(a.valueMask, r, s, S) && isStep(a.keyMask, r, s, S);
    store<f32>(line + (<usize>s << 2), is ? 0 : -Infinity);
  }
  return true;
}

/** p[S] = softmax(factor · p + line) over the first `seen`, 0 behind them. */
function weigh(p: usize, line: usize, seen: i32, S: i32, factor: f32): void {
  const bytes = rowBytes(1, seen);
  const f = f32x4.splat(factor);
  for (let i: usize = 0; i < bytes; i += 16) {
    const z = f32x4.mul(v128.load(p + i), f);
    v128.store(p + i, line ? f32x4.add(z, v128.load(line + i)) : z);
  }
  const most = seen > 0 ? rowMax(p, seen) : -Infinity;
  if (most == -Infinity) memory.fill(p, 0, rowBytes(1, S));
  else {
    rowDivide(p, seen, rowExp(p, p, seen, most));
    memory.fill(p + bytes, 0, rowBytes(1, S) - bytes);
  }
}

/** p becomes p · drop, and drop becomes p. */
function dropSome(p: usize, drop: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const before = v128.load(p + i);
    v128.store(p + i, f32x4.mul(before, v128.load(drop + i)));
    v128.store(drop + i, before);
  }
}

/** dv_h = p_hᵀ dy_h;  dp = dy_h v_hᵀ;  ds = scale · softmax′(dp);  dq_h = ds k_h;  dk_h = dsᵀ q_h. Padding 0. Shares are heads of rows. */
function attentionBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<AttentionBackward>(record);
  const T = a.queries, S = a.keys, H = a.heads, d = a.keyDim, n = a.valueDim;
  const ldq = rowBytes(1, H * d), ldv = rowBytes(1, H * n), lds = rowBytes(1, S);
  const vt = a.scratch + <usize>part * a.room, kp = vt + rowBytes(n, S), dp = kp + rowBytes(S, d), own = dp + rowBytes(BLOCK, S);
  const scale = a.factor ? <f32>1 : a.scale, learned = a.factor ? load<f32>(a.factor) : <f32>1;
  const end = shareStart(rows * H, part + 1, parts);
  for (let u = shareStart(rows * H, part, parts); u < end; u++) {
    const r = u / H, h = u - r * H;
    const atQ = <usize>(h * d) << 2, atV = <usize>(h * n) << 2;
    const p = a.p + rowBytes(u * T, S), dy = a.dy + rowBytes(r * T, H * n) + atV, q = a.q + rowBytes(r * T, H * d) + atQ;
    outerHead(a.dv + rowBytes(r * S, H * n), h, H, ldv, p, lds, dy, ldv, T, S, n, 1, own);
    turnHead(vt, a.v + rowBytes(r * S, H * n) + atV, ldv, S, n);
    packHead(kp, a.k + rowBytes(r * S, H * d) + atQ, ldq, S, d);
    for (let t = 0; t < T; t += BLOCK) {
      const m = min(BLOCK, T - t), seen = seenBy(t + m, S, a.causal);
      const at = p + rowBytes(t, S);
      product(dp, lds, dy + <usize>t * ldv, ldv, vt, 0, 0, m, n, seen);
      for (let i = 0; i < m; i++) {
        const before = a.drop ? a.drop + rowBytes(u * T + t + i, S) : at + <usize>i * lds;
        scoreGradients(at + <usize>i * lds, before, dp + <usize>i * lds, rowBytes(1, seen), scale);
      }
      intoHead(a.dq + rowBytes(r * T + t, H * d), h, H, ldq, at, lds, kp, m, S, d, own);
    }
    outerHead(a.dk + rowBytes(r * S, H * d), h, H, ldq, p, lds, q, ldq, T, S, d, learned, own);
  }
}

/** p becomes scale · (p · dp − before · Σ p · dp): `before` is what p was before some were dropped. Softmax's slope, as in softmax.ts. */
function scoreGradients(p: usize, before: usize, dp: usize, bytes: usize, scale: f32): void {
  let all = f32x4.splat(0), s = all;
  for (let i: usize = 0; i < bytes; i += 16) {
    if (quadsEnd(i)) { all = f32x4.add(all, s); s = f32x4.splat(0); }
    s = madd(s, v128.load(p + i), v128.load(dp + i));
  }
  const mean = f32x4.splat(sumLanes(f32x4.add(all, s))), factor = f32x4.splat(scale);
  for (let i: usize = 0; i < bytes; i += 16) {
    const d = f32x4.sub(f32x4.mul(v128.load(p + i), v128.load(dp + i)), f32x4.mul(v128.load(before + i), mean));
    v128.store(p + i, f32x4.mul(d, factor));
  }
}

/** dw[1] = Σ dq · q, += in later pieces of a batch; then dq = factor · dq. Sums are each row's, in double precision, then of rows. Part 0 alone. */
function attentionFactor(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<AttentionFactor>(record);
  if (part > 0) return;
  let sum: f32 = a.dw && changetype<Step>(a.step).first > 0 ? load<f32>(a.dw) : 0;
  const factor = f32x4.splat(load<f32>(a.factor));
  let dq = a.dq, q = a.q;
  for (let r = 0; r < rows; r++) {
    let s0 = f64x2.splat(0), s1 = s0;
    for (let i = a.floats; i > 0; i -= 4, dq += 16, q += 16) {
      const d = v128.load(dq), product = f32x4.mul(d, v128.load(q));
      s0 = f64x2.add(s0, f64x2.promote_low_f32x4(product));
      s1 = f64x2.add(s1, promoteHigh(product));
      v128.store(dq, f32x4.mul(d, factor));
    }
    sum += sumLanes(halves(s0, s1));
  }
  if (a.dw) v128.store(a.dw, f32x4.replace_lane(f32x4.splat(0), 0, sum));
}

export const ATTENTION_FORWARD: i32 = attentionForward.index;
export const ATTENTION_BACKWARD: i32 = attentionBackward.index;
export const ATTENTION_FACTOR: i32 = attentionFactor.index;
