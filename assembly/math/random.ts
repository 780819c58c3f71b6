// Random numbers as a pure function of (seed, stream, step, index): Philox4x32-10 of Salmon, Moraes, Dror and Shaw,
// "Parallel random numbers: as easy as 1, 2, 3" (2011). The twin of src/math/random.ts, which says what the words mean:
//
//     key = [seed low, seed high]     counter = [block, step low, step high, stream]
//
// Value i of a range comes from block i >> 2, whichever share computes it.

import { cos, log, sin } from "./elementary";

const TWO_MINUS_24: f64 = 1.0 / 16777216.0;
const TWO_MINUS_32: f64 = 1.0 / 4294967296.0;
const TWO_PI: f64 = 6.283185307179586;

/** The four words of the last block. Globals belong to an instance, so threads do not share them. */
let w0: u32 = 0;
let w1: u32 = 0;
let w2: u32 = 0;
let w3: u32 = 0;

/** One block: the four words for this key and counter, in w0 … w3. */
export function philox(k0: u32, k1: u32, x0: u32, x1: u32, x2: u32, x3: u32): void {
  for (let round = 0; round < 10; round++) {
    const p0 = <u64>0xd2511f53 * <u64>x0, p1 = <u64>0xcd9e8d57 * <u64>x2;
    x0 = <u32>(p1 >> 32) ^ x1 ^ k0;
    x2 = <u32>(p0 >> 32) ^ x3 ^ k1;
    x1 = <u32>p1;
    x3 = <u32>p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  w0 = x0; w1 = x1; w2 = x2; w3 = x3;
}

/** A word as a number in [0, 1), a multiple of 2^-24: exact in f32. @inline */
export function uniform(word: u32): f64 {
  return <f64>(word >> 8) * TWO_MINUS_24;
}

/** Two values of N(0, 1) from two words (Box–Muller), in z0 and z1. */
let z0: f64 = 0;
let z1: f64 = 0;
function gaussians(a: u32, b: u32): void {
  const r = Math.sqrt(-2 * log((<f64>a + 1) * TWO_MINUS_32));
  const angle = TWO_PI * (<f64>b * TWO_MINUS_32);
  z0 = r * cos(angle);
  z1 = r * sin(angle);
}

/**
 * p[i] = low + (high − low) · u, for n values; as `range` of the twin, rounded to f32. Rounding may give `high` itself.
 * The high word of the step is 0.
 */
export function fillUniform(
  p: usize, n: i32, seedLow: u32, seedHigh: u32, stream: u32, step: u32, low: f64, high: f64,
): void {
  const span = high - low;
  for (let block: u32 = 0; n > 0; n -= 4, block++, p += 16) {
    philox(seedLow, seedHigh, block, step, 0, stream);
    store<f32>(p, <f32>(low + span * uniform(w0)));
    if (n > 1) store<f32>(p, <f32>(low + span * uniform(w1)), 4);
    if (n > 2) store<f32>(p, <f32>(low + span * uniform(w2)), 8);
    if (n > 3) store<f32>(p, <f32>(low + span * uniform(w3)), 12);
  }
}

/** p[i] = mean + deviation · z with z from N(0, 1), for n values; as `gaussian` of the twin, rounded to f32. */
export function fillGaussian(
  p: usize, n: i32, seedLow: u32, seedHigh: u32, stream: u32, step: u32, mean: f64, deviation: f64,
): void {
  for (let block: u32 = 0; n > 0; n -= 4, block++, p += 16) {
    philox(seedLow, seedHigh, block, step, 0, stream);
    gaussians(w0, w1);
    store<f32>(p, <f32>(mean + deviation * z0));
    if (n > 1) store<f32>(p, <f32>(mean + deviation * z1), 4);
    if (n > 2) {
      gaussians(w2, w3);
      store<f32>(p, <f32>(mean + deviation * z0), 8);
      if (n > 3) store<f32>(p, <f32>(mean + deviation * z1), 12);
    }
  }
}

/** The four values of N(0, 1) that one block gives. */
export function randomGaussians(k0: u32, k1: u32, x0: u32, x1: u32, x2: u32, x3: u32): v128 {
  philox(k0, k1, x0, x1, x2, x3);
  gaussians(w0, w1);
  let z = f32x4.replace_lane(f32x4.splat(<f32>z0), 1, <f32>z1);
  gaussians(w2, w3);
  z = f32x4.replace_lane(z, 2, <f32>z0);
  return f32x4.replace_lane(z, 3, <f32>z1);
}

/** The words of four blocks in a row, one block each, as philox4() leaves them. */
export let r0: v128 = i32x4.splat(0);
export let r1: v128 = i32x4.splat(0);
export let r2: v128 = i32x4.splat(0);
export let r3: v128 = i32x4.splat(0);

/** The blocks x0 … x0 + 3 at once: the same words as philox() gives one after the other. */
export function philox4(k0: u32, k1: u32, x0: u32, x1: u32, x2: u32, x3: u32): void {
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  let a = i32x4.add(i32x4.splat(x0), i32x4(0, 1, 2, 3)), b = i32x4.splat(x1), c = i32x4.splat(x2), d = i32x4.splat(x3);
  let key0 = i32x4.splat(k0), key1 = i32x4.splat(k1);
  let round = 10;
  do {
    const p0 = i64x2.extmul_low_i32x4_u(a, m0), p1 = i64x2.extmul_high_i32x4_u(a, m0);
    const q0 = i64x2.extmul_low_i32x4_u(c, m1), q1 = i64x2.extmul_high_i32x4_u(c, m1);
    a = v128.xor(v128.xor(v128.shuffle<i32>(q0, q1, 1, 3, 5, 7), b), key0);
    c = v128.xor(v128.xor(v128.shuffle<i32>(p0, p1, 1, 3, 5, 7), d), key1);
    b = v128.shuffle<i32>(q0, q1, 0, 2, 4, 6);
    d = v128.shuffle<i32>(p0, p1, 0, 2, 4, 6);
    key0 = i32x4.add(key0, i32x4.splat(0x9e3779b9));
    key1 = i32x4.add(key1, i32x4.splat(0xbb67ae85));
  } while (--round);
  // from word by word to block by block
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  r0 = v128.shuffle<i64>(ab0, cd0, 0, 2);
  r1 = v128.shuffle<i64>(ab0, cd0, 1, 3);
  r2 = v128.shuffle<i64>(ab1, cd1, 0, 2);
  r3 = v128.shuffle<i64>(ab1, cd1, 1, 3);
}
