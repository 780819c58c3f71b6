// Small helpers on four floats at once.

/** a + s · v, rounded twice: a fused multiply-add would give other bits on machines that have it. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, s: v128, v: v128): v128 {
  return f32x4.add(a, f32x4.mul(s, v));
}

/** Values a row of `n` occupies: rows start on 16-byte boundaries. */
// @ts-ignore: decorator
@inline
export function ld(n: i32): i32 {
  return (n + 3) & ~3;
}

/** First of the `n` items that share `part` of `parts` takes. */
// @ts-ignore: decorator
@inline
export function shareStart(n: i32, part: i32, parts: i32): i32 {
  return <i32>((<i64>n * part) / parts);
}
