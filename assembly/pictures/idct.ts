// The inverse cosine transform in integers, with the constants and roundings of libjpeg's "islow" (Loeffler, Ligtenberg and
// Moschytz 1989): the same samples as libjpeg's. Four columns at a time.

const F0_298: i32 = 2446;
const F0_390: i32 = 3196;
const F0_541: i32 = 4433;
const F0_765: i32 = 6270;
const F0_899: i32 = 7373;
const F1_175: i32 = 9633;
const F1_501: i32 = 12299;
const F1_847: i32 = 15137;
const F1_961: i32 = 16069;
const F2_053: i32 = 16819;
const F2_562: i32 = 20995;
const F3_072: i32 = 25172;

/** 8 × 8 int32 between the two passes, and turned. */
const WORK = memory.data(256, 16);
const TURNED = memory.data(256, 16);

/** @inline */
function times(v: v128, factor: i32): v128 {
  return i32x4.mul(v, i32x4.splat(factor));
}

/** Eight rows of four columns: a one-dimensional transform of each column; sums are halved up by `round` and divided by 2^shift. */
function pass(from: usize, to: usize, round: i32, shift: i32): void {
  const c1 = v128.load(from, 32), c2 = v128.load(from, 64), c3 = v128.load(from, 96);
  const c5 = v128.load(from, 160), c6 = v128.load(from, 192), c7 = v128.load(from, 224);
  const c0 = v128.load(from), c4 = v128.load(from, 128);
  const even = times(i32x4.add(c2, c6), F0_541);
  const e2 = i32x4.sub(even, times(c6, F1_847));
  const e3 = i32x4.add(even, times(c2, F0_765));
  const half = i32x4.splat(round);
  const e0 = i32x4.add(i32x4.shl(i32x4.add(c0, c4), 13), half);
  const e1 = i32x4.add(i32x4.shl(i32x4.sub(c0, c4), 13), half);
  const s0 = i32x4.add(e0, e3), s3 = i32x4.sub(e0, e3), s1 = i32x4.add(e1, e2), s2 = i32x4.sub(e1, e2);
  const c73 = i32x4.add(c7, c3), c51 = i32x4.add(c5, c1);
  const z5 = times(i32x4.add(c73, c51), F1_175);
  const z1 = times(i32x4.add(c7, c1), -F0_899);
  const z2 = times(i32x4.add(c5, c3), -F2_562);
  const z3 = i32x4.sub(z5, times(c73, F1_961));
  const z4 = i32x4.sub(z5, times(c51, F0_390));
  const o0 = i32x4.add(times(c7, F0_298), i32x4.add(z1, z3));
  const o1 = i32x4.add(times(c5, F2_053), i32x4.add(z2, z4));
  const o2 = i32x4.add(times(c3, F3_072), i32x4.add(z2, z3));
  const o3 = i32x4.add(times(c1, F1_501), i32x4.add(z1, z4));
  v128.store(to, i32x4.shr_s(i32x4.add(s0, o3), shift));
  v128.store(to, i32x4.shr_s(i32x4.add(s1, o2), shift), 32);
  v128.store(to, i32x4.shr_s(i32x4.add(s2, o1), shift), 64);
  v128.store(to, i32x4.shr_s(i32x4.add(s3, o0), shift), 96);
  v128.store(to, i32x4.shr_s(i32x4.sub(s3, o0), shift), 128);
  v128.store(to, i32x4.shr_s(i32x4.sub(s2, o1), shift), 160);
  v128.store(to, i32x4.shr_s(i32x4.sub(s1, o2), shift), 192);
  v128.store(to, i32x4.shr_s(i32x4.sub(s0, o3), shift), 224);
}

/** Columns of 4 × 4 int32 become rows; rows are 32 bytes apart. */
function turn(from: usize, to: usize): void {
  const a = v128.load(from), b = v128.load(from, 32), c = v128.load(from, 64), d = v128.load(from, 96);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7), CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<i32>(ab, cd, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<i32>(AB, CD, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<i32>(AB, CD, 2, 3, 6, 7), 96);
}

/** Two columns of eight int32, 0 to 255, as bytes: one column after the other. @inline */
function column(at: usize): v128 {
  const first = i16x8.narrow_i32x4_s(v128.load(at), v128.load(at, 16));
  const second = i16x8.narrow_i32x4_s(v128.load(at, 32), v128.load(at, 48));
  return i8x16.narrow_i16x8_u(first, second);
}

/** @inline */
function mixed(v: v128): v128 {
  return v128.shuffle<i8>(v, v, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
}

/**
 * 64 coefficients (int32, multiplied by their steps, row by row) to 8 × 8 samples, whose rows are `stride` bytes apart.
 * `last` is the place in zigzag order of the last coefficient that is not 0.
 */
export function inverse(block: usize, last: i32, out: usize, stride: usize): void {
  if (last == 0) {
    const value = ((load<i32>(block) + 4) >> 3) + 128;
    const eight = <u64>max(0, min(255, value)) * 0x0101010101010101;
    for (let y = 0; y < 8; y++, out += stride) store<u64>(out, eight);
    return;
  }
  pass(block, WORK, 1 << 10, 11);
  pass(block + 16, WORK + 16, 1 << 10, 11);
  turn(WORK, TURNED);
  turn(WORK + 16, TURNED + 128);
  turn(WORK + 128, TURNED + 16);
  turn(WORK + 144, TURNED + 144);
  // samples are stored as differences from 128
  const round = (1 << 17) + (128 << 18);
  pass(TURNED, WORK, round, 18);
  pass(TURNED + 16, WORK + 16, round, 18);
  const a = mixed(column(WORK)), b = mixed(column(WORK + 64));
  const c = mixed(column(WORK + 128)), d = mixed(column(WORK + 192));
  const ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11), AB = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  const cd = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11), CD = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
  out = two(out, stride, v128.shuffle<i32>(ab, cd, 0, 4, 1, 5));
  out = two(out, stride, v128.shuffle<i32>(ab, cd, 2, 6, 3, 7));
  out = two(out, stride, v128.shuffle<i32>(AB, CD, 0, 4, 1, 5));
  two(out, stride, v128.shuffle<i32>(AB, CD, 2, 6, 3, 7));
}

/** Stores two rows of eight bytes. @inline */
function two(out: usize, stride: usize, rows: v128): usize {
  store<i64>(out, i64x2.extract_lane(rows, 0));
  store<i64>(out + stride, i64x2.extract_lane(rows, 1));
  return out + 2 * stride;
}
