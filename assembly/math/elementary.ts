// log, sin and cos in f64: the twins of src/math/elementary.ts, operation for operation, so that both give the same bits.
// For random numbers; what a network computes in f32 has its own functions in exp.ts.
// Reductions and polynomials are those of FreeBSD's msun (Sun Microsystems' fdlibm), rearranged.

const LN2_HIGH: f64 = 6.931471803691238e-1;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const SQRT2: f64 = 1.4142135623730951;
const TWO_54: f64 = 18014398509481984;

/** Natural logarithm of x ≥ 0 and not infinite; log(0) is -Infinity. */
export function log(x: f64): f64 {
  if (x == 0) return -Infinity;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= TWO_54; // subnormal
    k = -54;
  }
  // x = (1 + f) · 2^k with √½ ≤ 1 + f < √2
  const bits = reinterpret<u64>(x);
  k += <i32>(bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0xfffffffffffff) | 0x3ff0000000000000);
  if (m >= SQRT2) {
    m *= 0.5;
    k += 1;
  }
  const f = m - 1, n = <f64>k;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (3.999999999940942e-1 + w * (2.2222198432149784e-1 + w * 1.5313837699209373e-1));
  const even = z * (6.666666666666735e-1 +
    w * (2.857142874366239e-1 + w * (1.818357216161805e-1 + w * 1.4798198605116586e-1)));
  const half = 0.5 * f * f;
  return n * LN2_HIGH - (half - (s * (half + odd + even) + n * LN2_LOW) - f);
}

// π/2 in three parts of 33 bits and what remains; n · part is exact for |n| < 2^20.
const HALF_PI_1: f64 = 1.5707963267341256;
const HALF_PI_2: f64 = 6.077100506303966e-11;
const HALF_PI_3: f64 = 2.0222662487111665e-21;
const HALF_PI_REST: f64 = 8.4784276603689e-32;

/** What quadrant() left of x: high + low. Globals belong to an instance, so threads do not share them. */
let high: f64 = 0;
let low: f64 = 0;

/** Reduces x by multiples of π/2; the answer is the quadrant, 0 to 3. */
function quadrant(x: f64): i32 {
  const n = Math.floor(x * 0.6366197723675814 + 0.5);
  let t = x - n * HALF_PI_1;
  const u = t;
  let w = n * HALF_PI_2;
  t = u - w;
  let lost = u - t - w;
  const v = t;
  w = n * HALF_PI_3;
  t = v - w;
  lost += v - t - w - n * HALF_PI_REST;
  high = t + lost;
  low = t - high + lost;
  return <i32>n & 3;
}

function sinSmall(): f64 {
  const x = high;
  const z = x * x;
  const v = z * x;
  const r = 8.33333333332249e-3 + z * (-1.984126982985795e-4 +
    z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * low - v * r) - low + v * 1.6666666666666632e-1);
}

function cosSmall(): f64 {
  const x = high;
  const z = x * x;
  const w = z * z;
  const r = z * (4.16666666666666e-2 + z * (-1.388888888887411e-3 + z * 2.480158728947673e-5)) +
    w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 - z * 1.1359647557788195e-11));
  const half = 0.5 * z;
  const one = 1 - half;
  return one + (1 - one - half + (z * r - x * low));
}

/** Sine of x radians, for |x| ≤ 1.6e6. */
export function sin(x: f64): f64 {
  if (x == 0) return x; // keeps the sign of zero
  const q = quadrant(x);
  const y = q & 1 ? cosSmall() : sinSmall();
  return q & 2 ? -y : y;
}

/** Cosine of x radians, for |x| ≤ 1.6e6. */
export function cos(x: f64): f64 {
  const q = quadrant(x);
  const y = q & 1 ? sinSmall() : cosSmall();
  return q == 1 || q == 2 ? -y : y;
}
