// The normal distribution, for GELU, four floats at once.

import { exp4 } from "./exp";

/** c + x · p @inline */
function horner(p: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.splat(c), f32x4.mul(p, x));
}

/** e^(−x²/2) @inline */
export function bell4(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/**
 * Φ(x) = ½ (1 + erf(x / √2)), given bell = e^(−x²/2). The tail is bell · t · R(t) with t = 1 / (1 + 0.26 |x|), R a minimax
 * fit for |x| ≤ 14.5, where bell is 0: error 2⁻²² relative to Φ, so the left tail of x · Φ(x) has its digits, which the
 * formula with erf would cancel away.
 * @inline
 */
export function normalBelow4(x: v128, bell: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(x), f32x4.splat(0.26))));
  let p = f32x4.splat(0.030230137);
  p = horner(p, t, -0.15149368);
  p = horner(p, t, 0.24873175);
  p = horner(p, t, -0.1477878);
  p = horner(p, t, 0.15875778);
  p = horner(p, t, 0.05196521);
  p = horner(p, t, 0.10278859);
  p = horner(p, t, 0.103050984);
  p = horner(p, t, 0.103757024);
  const tail = f32x4.mul(f32x4.mul(p, t), bell);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}
