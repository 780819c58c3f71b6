// Batches as they come from a dataset, densely packed, into padded rows of f32.
// @core dense

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class InputU8 {
  x: usize;
  from: usize; // u8[rows, inputs] without padding
  rowsEach: i32; // how many of these rows make up one of the batch: the pixels of an image
  inputs: i32;
  scale: f32;
}

/** x[rows, inputs] = scale · from, padding 0. Shares are rows. */
function inputU8(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<InputU8>(record);
  rows *= a.rowsEach;
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  const from = a.from + <usize>r0 * <usize>a.inputs;
  const x = a.x + rowBytes(r0, a.inputs);
  // rows without padding lie against each other on both sides: one long row
  if ((a.inputs & 3) == 0) {
    rowU8(x, from, <usize>(r1 - r0) * <usize>a.inputs, a.scale);
  } else {
    const ldx = rowBytes(1, a.inputs);
    for (let r = r0, to = x, u = from; r < r1; r++, to += ldx, u += a.inputs) rowU8(to, u, a.inputs, a.scale);
  }
}

/**
 * x[n] = scale · u8[n], then zeros up to a multiple of 4. Reads nothing beyond the n bytes. Converted as signed numbers, which bytes
 * are as well: x86 has no conversion of unsigned ones.
 */
function rowU8(x: usize, from: usize, n: usize, scale: f32): void {
  const s = f32x4.splat(scale);
  const end = from + n;
  for (; from + 16 <= end; from += 16, x += 64) {
    const v = v128.load(from);
    const low = i16x8.extend_low_i8x16_u(v), high = i16x8.extend_high_i8x16_u(v);
    v128.store(x, f32x4.mul(s, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(low))));
    v128.store(x, f32x4.mul(s, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(low))), 16);
    v128.store(x, f32x4.mul(s, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(high))), 32);
    v128.store(x, f32x4.mul(s, f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(high))), 48);
  }
  for (; from + 4 <= end; from += 4, x += 16) {
    const v = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)));
    v128.store(x, f32x4.mul(s, f32x4.convert_i32x4_s(v)));
  }
  if (from == end) return;
  v128.store(x, f32x4.splat(0));
  for (; from < end; from++, x += 4) store<f32>(x, scale * <f32>load<u8>(from));
}

@unmanaged
export class InputF32 {
  x: usize;
  from: usize; // f32[rows, inputs] without padding
  rowsEach: i32; // how many of these rows make up one of the batch: the pixels of an image
  inputs: i32;
}

/** x[rows, inputs] = from, padding 0. Shares are rows. */
function inputF32(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<InputF32>(record);
  rows *= a.rowsEach;
  const r0 = shareStart(rows, part, parts), r1 = shareStart(rows, part + 1, parts);
  const row = <usize>a.inputs << 2, ldx = rowBytes(1, a.inputs);
  let x = a.x + <usize>r0 * ldx, from = a.from + <usize>r0 * row;
  if (row == ldx) {
    memory.copy(x, from, <usize>(r1 - r0) * row);
    return;
  }
  for (let r = r0; r < r1; r++, x += ldx, from += row) {
    const last = ldx - 16;
    for (let i: usize = 0; i < last; i += 16) v128.store(x + i, v128.load(from + i));
    v128.store(x + last, f32x4.splat(0));
    for (let i = last; i < row; i += 4) store<f32>(x + i, load<f32>(from + i));
  }
}

/** @forward */
export const INPUT_U8: i32 = inputU8.index;
/** @forward */
export const INPUT_F32: i32 = inputF32.index;
