/**
 * The inverse cosine transform in integers, with the constants and roundings of libjpeg's "islow" (Loeffler, Ligtenberg and
 * Moschytz 1989): the same pixels as libjpeg, and so as Pillow, in every engine.
 */

const F0_298 = 2446;
const F0_390 = 3196;
const F0_541 = 4433;
const F0_765 = 6270;
const F0_899 = 7373;
const F1_175 = 9633;
const F1_501 = 12299;
const F1_847 = 15137;
const F1_961 = 16069;
const F2_053 = 16819;
const F2_562 = 20995;
const F3_072 = 25172;

/** Half of what the second pass divides by, and the 128 that samples are stored as differences from. */
const HALF = (1 << 17) + (128 << 18);

const work = new Int32Array(64);

/**
 * 64 coefficients, multiplied by their quantisation steps, to 8 × 8 samples.
 *
 * @param out clamps what is below 0 or above 255
 * @param at where the first sample goes in `out`, whose rows are `stride` apart
 * @param last the place in zigzag order of the last coefficient that is not 0
 */
export function inverse(
  block: Int32Array,
  last: number,
  out: Uint8ClampedArray,
  at: number,
  stride: number,
): void {
  if (last === 0) {
    const value = ((block[0]! + 4) >> 3) + 128;
    for (let y = 0; y < 8; y++, at += stride) out.fill(value, at, at + 8);
    return;
  }
  for (let x = 0; x < 8; x++) {
    const c1 = block[x + 8]!;
    const c2 = block[x + 16]!;
    const c3 = block[x + 24]!;
    const c4 = block[x + 32]!;
    const c5 = block[x + 40]!;
    const c6 = block[x + 48]!;
    const c7 = block[x + 56]!;
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      const value = block[x]! << 2;
      for (let i = x; i < 64; i += 8) work[i] = value;
      continue;
    }
    const even = Math.imul(c2 + c6, F0_541);
    const e2 = even - Math.imul(c6, F1_847);
    const e3 = even + Math.imul(c2, F0_765);
    const e0 = (block[x]! + c4) << 13;
    const e1 = (block[x]! - c4) << 13;
    const s0 = e0 + e3 + 1024;
    const s3 = e0 - e3 + 1024;
    const s1 = e1 + e2 + 1024;
    const s2 = e1 - e2 + 1024;
    const z5 = Math.imul(c7 + c3 + c5 + c1, F1_175);
    const z1 = Math.imul(c7 + c1, -F0_899);
    const z2 = Math.imul(c5 + c3, -F2_562);
    const z3 = z5 - Math.imul(c7 + c3, F1_961);
    const z4 = z5 - Math.imul(c5 + c1, F0_390);
    const o0 = Math.imul(c7, F0_298) + z1 + z3;
    const o1 = Math.imul(c5, F2_053) + z2 + z4;
    const o2 = Math.imul(c3, F3_072) + z2 + z3;
    const o3 = Math.imul(c1, F1_501) + z1 + z4;
    work[x] = (s0 + o3) >> 11;
    work[x + 56] = (s0 - o3) >> 11;
    work[x + 8] = (s1 + o2) >> 11;
    work[x + 48] = (s1 - o2) >> 11;
    work[x + 16] = (s2 + o1) >> 11;
    work[x + 40] = (s2 - o1) >> 11;
    work[x + 24] = (s3 + o0) >> 11;
    work[x + 32] = (s3 - o0) >> 11;
  }
  for (let y = 0; y < 64; y += 8, at += stride) {
    const c0 = work[y]!;
    const c1 = work[y + 1]!;
    const c2 = work[y + 2]!;
    const c3 = work[y + 3]!;
    const c4 = work[y + 4]!;
    const c5 = work[y + 5]!;
    const c6 = work[y + 6]!;
    const c7 = work[y + 7]!;
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      const value = ((c0 + 16) >> 5) + 128;
      for (let x = 0; x < 8; x++) out[at + x] = value;
      continue;
    }
    const even = Math.imul(c2 + c6, F0_541);
    const e2 = even - Math.imul(c6, F1_847);
    const e3 = even + Math.imul(c2, F0_765);
    const e0 = (c0 + c4) << 13;
    const e1 = (c0 - c4) << 13;
    const s0 = e0 + e3 + HALF;
    const s3 = e0 - e3 + HALF;
    const s1 = e1 + e2 + HALF;
    const s2 = e1 - e2 + HALF;
    const z5 = Math.imul(c7 + c3 + c5 + c1, F1_175);
    const z1 = Math.imul(c7 + c1, -F0_899);
    const z2 = Math.imul(c5 + c3, -F2_562);
    const z3 = z5 - Math.imul(c7 + c3, F1_961);
    const z4 = z5 - Math.imul(c5 + c1, F0_390);
    const o0 = Math.imul(c7, F0_298) + z1 + z3;
    const o1 = Math.imul(c5, F2_053) + z2 + z4;
    const o2 = Math.imul(c3, F3_072) + z2 + z3;
    const o3 = Math.imul(c1, F1_501) + z1 + z4;
    out[at] = (s0 + o3) >> 18;
    out[at + 7] = (s0 - o3) >> 18;
    out[at + 1] = (s1 + o2) >> 18;
    out[at + 6] = (s1 - o2) >> 18;
    out[at + 2] = (s2 + o1) >> 18;
    out[at + 5] = (s2 - o1) >> 18;
    out[at + 3] = (s3 + o0) >> 18;
    out[at + 4] = (s3 - o0) >> 18;
  }
}
