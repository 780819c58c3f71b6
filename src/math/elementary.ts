/**
 * exp, log, sin, cos, tanh and pow in f64, from + - * / and exact scaling alone, so that every engine computes
 * the same bits (`Math.exp` and its kin are free to differ, and do). Relative error is at most about 1e-15.
 * The reductions and polynomials are those of FreeBSD's msun (Sun Microsystems' fdlibm), rearranged.
 */

const LN2_HIGH = 6.931471803691238e-1; // ln 2 to 33 bits: k · LN2_HIGH is exact
const LN2_LOW = 1.9082149292705877e-10;
const INV_LN2 = 1.4426950408889634;
const TWO_54 = 18014398509481984;

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** x · 2^k for any k, in two exact factors, since 2^k alone may be out of range. */
function scale(x: number, k: number): number {
  if (k > 1023) return x * powerOfTwo(1023) * powerOfTwo(k - 1023);
  if (k < -1022) return x * powerOfTwo(k + 1000) * powerOfTwo(-1000);
  return x * powerOfTwo(k);
}

/** 2^k for -1022 ≤ k ≤ 1023, assembled from its bits. */
function powerOfTwo(k: number): number {
  bits.setUint32(0, (k + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/** exp(r) - 1 for |r| ≤ ln(2)/2, where `low` is what was lost rounding r. */
function expm1Small(high: number, low: number): number {
  const r = high - low;
  const t = r * r;
  const c =
    r -
    t *
      (1.6666666666666602e-1 +
        t *
          (-2.7777777777015593e-3 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))));
  return high - (low - (r * c) / (2 - c));
}

/** e^x. Overflows to Infinity above 709.78, underflows to 0 below -745.13. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * INV_LN2 + 0.5);
  return scale(1 + expm1Small(x - k * LN2_HIGH, k * LN2_LOW), k);
}

/** Splits a positive finite x into f and k with x = (1 + f) · 2^k and √½ ≤ 1 + f < √2; the answer is [f, k] in `parts`. */
const parts = /* @__PURE__ */ new Float64Array(2);
function split(x: number): void {
  let k = 0;
  let y = x;
  if (y < 2.2250738585072014e-308) {
    y *= TWO_54; // subnormal
    k = -54;
  }
  bits.setFloat64(0, y);
  const top = bits.getUint32(0);
  k += (top >>> 20) - 1023;
  bits.setUint32(0, (top & 0xfffff) | 0x3ff00000);
  let m = bits.getFloat64(0);
  if (m >= Math.SQRT2) {
    m *= 0.5;
    k += 1;
  }
  parts[0] = m - 1;
  parts[1] = k;
}

/** Natural logarithm. log(0) is -Infinity, of a negative number NaN. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  split(x);
  const f = parts[0]!;
  const k = parts[1]!;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const odd = w * (3.999999999940942e-1 + w * (2.2222198432149784e-1 + w * 1.5313837699209373e-1));
  const even =
    z *
    (6.666666666666735e-1 +
      w * (2.857142874366239e-1 + w * (1.818357216161805e-1 + w * 1.4798198605116586e-1)));
  const half = 0.5 * f * f;
  return k * LN2_HIGH - (half - (s * (half + odd + even) + k * LN2_LOW) - f);
}

// π/2 in three parts of 33 bits and what remains; n · part is exact for |n| < 2^20.
const HALF_PI_1 = 1.5707963267341256;
const HALF_PI_2 = 6.077100506303966e-11;
const HALF_PI_3 = 2.0222662487111665e-21;
const HALF_PI_REST = 8.4784276603689e-32;

const reduced = /* @__PURE__ */ new Float64Array(2);
/** Reduces x by multiples of π/2 to [high, low] in `reduced`; the answer is the quadrant, 0 to 3. */
function quadrant(x: number): number {
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
  const high = t + lost;
  reduced[0] = high;
  reduced[1] = t - high + lost;
  return n & 3;
}

function sinSmall(x: number, low: number): number {
  const z = x * x;
  const v = z * x;
  const r =
    8.33333333332249e-3 +
    z *
      (-1.984126982985795e-4 +
        z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)));
  return x - (z * (0.5 * low - v * r) - low + v * 1.6666666666666632e-1);
}

function cosSmall(x: number, low: number): number {
  const z = x * x;
  const w = z * z;
  const r =
    z * (4.16666666666666e-2 + z * (-1.388888888887411e-3 + z * 2.480158728947673e-5)) +
    w * w * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 - z * 1.1359647557788195e-11));
  const half = 0.5 * z;
  const one = 1 - half;
  return one + (1 - one - half + (z * r - x * low));
}

/** Sine of x radians, for |x| ≤ 1.6e6; further out the reduction is no longer exact and digits are lost. */
export function sin(x: number): number {
  if (x === 0) return x; // keeps the sign of zero
  if (!Number.isFinite(x)) return NaN;
  const q = quadrant(x);
  const y = q & 1 ? cosSmall(reduced[0]!, reduced[1]!) : sinSmall(reduced[0]!, reduced[1]!);
  return q & 2 ? -y : y;
}

/** Cosine of x radians, for |x| ≤ 1.6e6 as `sin`. */
export function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const q = quadrant(x);
  const y = q & 1 ? sinSmall(reduced[0]!, reduced[1]!) : cosSmall(reduced[0]!, reduced[1]!);
  return q === 1 || q === 2 ? -y : y;
}

/** Hyperbolic tangent. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (!(a >= 1e-8)) return x; // x - x³/3 rounds to x; keeps the sign of zero
  let y: number;
  if (a > 22) y = 1;
  else if (a <= 0.34657359027997264) {
    const t = expm1Small(a, 0);
    const e = t * (t + 2); // e^2a - 1 without cancellation
    y = e / (e + 2);
  } else y = 1 - 2 / (exp(2 * a) + 1);
  return x < 0 ? -y : y;
}

/**
 * x to the power y, with the special cases of IEEE 754 (pow(x, 0) = 1 even for NaN; a negative x needs an integer
 * y). The logarithm is carried in two doubles: y · log x may reach 700, and e to that power would magnify the
 * rounding of one double by as much.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const whole = Math.floor(y) === y;
  const odd = whole && Math.abs(y) < 9007199254740992 && y % 2 !== 0;
  const a = Math.abs(x);
  let sign = 1;
  if (x < 0 || (x === 0 && 1 / x < 0)) {
    if (!whole && x !== 0 && x !== -Infinity) return NaN;
    if (odd) sign = -1;
  }
  if (a === 1) return Math.abs(y) === Infinity ? 1 : sign;
  if (Math.abs(y) === Infinity) return a > 1 === y > 0 ? Infinity : 0;
  if (a === 0 || a === Infinity) return sign * ((a === 0) === y > 0 ? 0 : Infinity);
  logPair(a);
  const high = y * logHigh;
  if (high > 800) return sign * Infinity;
  if (high < -800) return sign * 0;
  const low = productError(y, logHigh, high) + y * logLow;
  const k = Math.floor((high + low) * INV_LN2 + 0.5);
  const r = high - k * LN2_HIGH;
  return sign * scale(1 + expm1Small(r, k * LN2_LOW - low), k);
}

/** a · b - round(a · b), exactly (Dekker; no fused multiply-add in JavaScript). */
function productError(a: number, b: number, product: number): number {
  let t = a * 134217729;
  const a1 = t - (t - a);
  const a2 = a - a1;
  t = b * 134217729;
  const b1 = t - (t - b);
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}

let logHigh = 0;
let logLow = 0;
/** log x as logHigh + logLow, to about 2^-65. */
function logPair(x: number): void {
  split(x);
  const f = parts[0]!;
  const k = parts[1]!;
  // s = f / (2 + f) in two doubles; log(1 + f) = 2 s + ⅔ s³ + ⅖ s⁵ + …
  const d = 2 + f;
  const dLow = f - (d - 2);
  const s = f / d;
  const q = s * d;
  const sLow = (f - q - productError(s, d, q) - s * dLow) / d;
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const c = z * s;
  const cLow = productError(z, s, c) + z * sLow + zLow * s;
  const third = c * 0.6666666666666666;
  const thirdLow =
    productError(c, 0.6666666666666666, third) + c * 3.700743415417188e-17 + cLow * 0.6666666666666666;
  let tail = 0;
  for (let n = 27; n >= 5; n -= 2) tail = tail * z + 2 / n;
  const rest = tail * z * c;
  // Added from the largest down, each time keeping what the sum lost.
  const kHigh = k * LN2_HIGH;
  let sum = kHigh;
  let lost = 0;
  for (const term of [2 * s, third, rest, k * LN2_LOW, 2 * sLow + thirdLow]) {
    const next = sum + term;
    const back = next - sum;
    lost += sum - (next - back) + (term - back);
    sum = next;
  }
  logHigh = sum + lost;
  logLow = sum - logHigh + lost;
}
