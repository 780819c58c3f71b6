// Small helpers on four floats at once.

/** a + s · v, rounded twice: a fused multiply-add would give other bits on machines that have it. @inline */
export function madd(a: v128, s: v128, v: v128): v128 {
  return f32x4.add(a, f32x4.mul(s, v));
}

/** Values a row of `n` occupies: rows start on 16-byte boundaries. @inline */
export function ld(n: i32): i32 {
  return (n + 3) & ~3;
}

/** First of the `n` items that share `part` of `parts` takes. @inline */
export function shareStart(n: i32, part: i32, parts: i32): i32 {
  return <i32>((<i64>n * part) / parts);
}

/** So many stretches of so many bytes. @inline */
export function times(n: i32, bytes: usize): usize {
  return <usize>n * bytes;
}

/** Bytes before row `r` of a matrix with `n` columns. @inline */
export function rowBytes(r: i32, n: i32): usize {
  return (<usize>r * <usize>ld(n)) << 2;
}

/** All ones in the lanes of a row's last four values that are columns, zeros in its padding. @inline */
export function tailMask(n: i32): v128 {
  return i32x4.gt_s(i32x4.splat(n - ld(n) + 4), i32x4(0, 1, 2, 3));
}

/** (v0 + v2) + (v1 + v3) @inline */
export function sumLanes(v: v128): f32 {
  const h = f32x4.add(v, v128.shuffle<f64>(v, v, 1, 0));
  return f32x4.extract_lane(h, 0) + f32x4.extract_lane(h, 1);
}

/** The last two floats as f64; the first two are f64x2.promote_low_f32x4(v). @inline */
export function promoteHigh(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
}

/** Four floats from two pairs of doubles. @inline */
export function halves(low: v128, high: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** @inline */
export function maxLanes(v: v128): f32 {
  const h = f32x4.max(v, v128.shuffle<f64>(v, v, 1, 0));
  return max(f32x4.extract_lane(h, 0), f32x4.extract_lane(h, 1));
}
