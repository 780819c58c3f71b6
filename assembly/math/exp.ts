// e^x, e^x − 1, ln x and what is built from them, four floats at once. The core's own, because every engine's differ.
//
// Errors against the exact value, in units of the last place, over all 2³² floats (`npm run check:math` counts again):
//   exp4   1.0168, at −5.846238
//   log4   0.8399, at 1.413319
//   tanh4  1.3320, at 0.6310442
// Special values are those of C99 (Annex F); results below the normal range are rounded to subnormals, not flushed.
//
// Polynomials are minimax fits whose coefficients were rounded to f32 one after the other, lowest power first, refitting
// the rest each time. No fused multiply-add.

import { madd } from "./simd";

/** p(x) = c + x · p @inline */
function horner(p: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.splat(c), f32x4.mul(p, x));
}

/** 1.5 · 2²³: adding it rounds to an integer, which is then in the low bits. */
const ROUND: f32 = 12582912;

/** x / ln 2 rounded, as ROUND + n. @inline */
function halvings(x: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504088896341)), f32x4.splat(ROUND));
}

/** r = x − n · ln 2, |r| ≤ ½ ln 2. ln 2 in two parts (Cody & Waite); the first has 9 bits, so n times it is exact. @inline */
function remainder(x: v128, n: v128): v128 {
  return f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
}

/** e^r − 1 for |r| ≤ ½ ln 2 = r + r² · q(r), relative error 2⁻²⁶. @inline */
function expm1Near0(r: v128): v128 {
  const r2 = f32x4.mul(r, r);
  const low = horner(f32x4.splat(0.16666545), r, 0.49999997);
  const high = madd(horner(f32x4.splat(0.008366453), r, 0.04166744), r2, f32x4.splat(0.0013870555));
  return madd(r, r2, madd(low, r2, high));
}

/** 2^n for −126 ≤ n ≤ 127 @inline */
function pow2(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** exp4(), in the place where it is asked for: for loops that do little else. @inline */
export function expHere4(x: v128): v128 {
  // the clamps keep n in range and, being pmin and pmax with x first, let NaN pass
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-105));
  const t = halvings(x);
  const p = f32x4.add(f32x4.splat(1), expm1Near0(remainder(x, f32x4.sub(t, f32x4.splat(ROUND)))));
  // 2^n in two factors: n may be 128 or less than −126
  const n = i32x4.sub(t, i32x4.splat(0x4b400000));
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(p, pow2(half)), pow2(i32x4.sub(n, half)));
}

// a function of its own, called: in every place of its own it made the core of dense layers 0.2 KB larger
function expCalled(x: v128): v128 {
  return expHere4(x);
}

// by way of this, as functions that modules export have no vectors
/** e^x. Rounds to 0 from −103.98 down and to infinity from 88.73 up. @inline */
export function exp4(x: v128): v128 {
  return expCalled(x);
}

/** e^x − 1 for x ≤ 0, where 2^n(e^r − 1) + (2^n − 1) keeps the digits of small x. @inline */
export function expm1Negative4(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-20)); // −1 from −17.4 down
  const t = halvings(x);
  const p = expm1Near0(remainder(x, f32x4.sub(t, f32x4.splat(ROUND))));
  const s = pow2(i32x4.sub(t, i32x4.splat(0x4b400000)));
  return madd(f32x4.sub(s, f32x4.splat(1)), s, p);
}

function logCalled(x: v128): v128 {
  // subnormals times 2²³ are normal
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const m = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  // m = 2^k (1 + f), √½ ≤ 1 + f < √2
  const k = i32x4.shr_s(i32x4.sub(m, i32x4.splat(0x3f3504f3)), 23);
  const f = f32x4.sub(i32x4.sub(m, i32x4.shl(k, 23)), f32x4.splat(1));
  const n = f32x4.sub(f32x4.convert_i32x4_s(k), v128.and(f32x4.splat(23), tiny));
  // ln(1 + f) = f − f²/2 + s(f²/2 + z · P(z)), s = f / (2 + f), z = s² (fdlibm), relative error 2⁻³⁰
  const s = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const z = f32x4.mul(s, s);
  let p = f32x4.splat(0.2987083);
  p = horner(p, z, 0.39977583);
  p = horner(p, z, 0.66666776);
  const h = f32x4.mul(f32x4.splat(0.5), f32x4.mul(f, f));
  const low = madd(f32x4.mul(n, f32x4.splat(-2.12194440e-4)), s, madd(h, z, p));
  const y = madd(f32x4.sub(f, f32x4.sub(h, low)), n, f32x4.splat(0.693359375));
  // NaN and +∞ stay; 0 gives −∞; what is negative gives NaN
  const out = f32x4.lt(x, f32x4.splat(Infinity));
  const pole = v128.bitselect(f32x4.splat(-Infinity), f32x4.splat(NaN), f32x4.eq(x, f32x4.splat(0)));
  return v128.bitselect(v128.bitselect(y, pole, f32x4.gt(x, f32x4.splat(0))), x, out);
}

/** ln x; −∞ at 0, NaN below. @inline */
export function log4(x: v128): v128 {
  return logCalled(x);
}

/** ln(1 + e) for 0 ≤ e ≤ 1: 2 artanh(s), s = e / (2 + e), relative error of the series 2⁻²⁷. @inline */
export function log1pUnit4(e: v128): v128 {
  const s = f32x4.div(e, f32x4.add(f32x4.splat(2), e));
  const z = f32x4.mul(s, s);
  let p = f32x4.splat(0.28007367);
  p = horner(p, z, 0.2800294);
  p = horner(p, z, 0.4002144);
  p = horner(p, z, 0.6666642);
  return madd(f32x4.add(s, s), f32x4.mul(s, z), p);
}

/** 1 / (1 + e^−x), given e = e^−|x|: nothing overflows and the left tail keeps its digits. @inline */
export function sigmoidFrom4(x: v128, e: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, e));
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|), given e = e^−|x| @inline */
export function softplusFrom4(x: v128, e: v128): v128 {
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), log1pUnit4(e));
}

/** e^−|x| @inline */
export function expNegAbs4(x: v128): v128 {
  return exp4(f32x4.neg(f32x4.abs(x)));
}

/** 1 / (1 + e^−x) @inline */
export function sigmoid4(x: v128): v128 {
  return sigmoidFrom4(x, expNegAbs4(x));
}

/** The same where it is all that a loop does: without a call. @inline */
export function sigmoidAlone4(x: v128): v128 {
  return sigmoidFrom4(x, expHere4(f32x4.neg(f32x4.abs(x))));
}

/** ln(1 + e^x) @inline */
export function softplus4(x: v128): v128 {
  return softplusFrom4(x, expNegAbs4(x));
}

/** tanh x: x + x³ · P(x²) below 0.625, 1 − 2 / (e^2|x| + 1) above (Cody & Waite), given u = |x| and e = e^2u. @inline */
export function tanhFrom4(x: v128, u: v128, e: v128): v128 {
  const sign = v128.and(x, f32x4.splat(-0.0));
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-0.0056922967);
  p = horner(p, z, 0.020628167);
  p = horner(p, z, -0.053736515);
  p = horner(p, z, 0.13331406);
  p = horner(p, z, -0.3333328);
  const near = madd(u, f32x4.mul(u, z), p);
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(e, one)));
  return v128.or(v128.bitselect(near, far, f32x4.lt(u, f32x4.splat(0.625))), sign);
}

/** tanh x @inline */
export function tanh4(x: v128): v128 {
  const u = f32x4.abs(x);
  return tanhFrom4(x, u, exp4(f32x4.add(u, u)));
}
