// Steps that are padding: which they are, and what losses make of them.
// @core sequences

import { ld, rowBytes, shareStart, tailMask } from "../math/simd";

@unmanaged
export class Masking {
  y: usize; // [rows, steps, units]
  x: usize;
  mask: usize; // [rows, steps]
  steps: i32;
  units: i32;
  value: f32;
}

/** mask = 0 where all values of a step are `value`, else 1;  y = x · mask. Shares are rows. */
function maskingForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Masking>(record);
  const units = a.units, value = f32x4.splat(a.value);
  const end = shareStart(rows, part + 1, parts) * a.steps;
  for (let r = shareStart(rows, part, parts) * a.steps; r < end; r++) {
    const x = a.x + rowBytes(r, units), y = a.y + rowBytes(r, units);
    let differs = f32x4.splat(0);
    for (let j = 0; j < units; j += 4) {
      let d = f32x4.ne(v128.load(x + (<usize>j << 2)), value);
      if (units - j < 4) d = v128.and(d, tailMask(units));
      differs = v128.or(differs, d);
    }
    const real = v128.any_true(differs);
    store<f32>(a.mask + (<usize>r << 2), real ? 1 : 0);
    for (let j = 0; j < units; j += 4) {
      const at = <usize>j << 2;
      v128.store(y + at, real ? v128.load(x + at) : f32x4.splat(0));
    }
  }
}

@unmanaged
export class MaskedGradient {
  dx: usize;
  dy: usize; // may be dx
  mask: usize; // [rows, steps]
  steps: i32;
  units: i32;
}

/** dx[rows, steps, units] = dy · mask. Shares are rows. */
function maskingBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<MaskedGradient>(record);
  const n = ld(a.units);
  const end = shareStart(rows, part + 1, parts) * a.steps;
  for (let r = shareStart(rows, part, parts) * a.steps; r < end; r++) {
    const real = load<f32>(a.mask + (<usize>r << 2)) != 0;
    for (let j = 0; j < n; j += 4) {
      const at = <usize>(r * n + j) << 2;
      v128.store(a.dx + at, real ? v128.load(a.dy + at) : f32x4.splat(0));
    }
  }
}

@unmanaged
export class MaskWeights {
  y: usize; // [rows, steps]
  weight: usize;
  mask: usize;
  steps: i32;
  mean: i32; // whether what a row's steps lack goes to those that are there
}

/** y[rows, steps] = weight · mask, with `mean` times steps / Σ mask of the row: the mean over the steps that are there. Shares are rows. */
function maskWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<MaskWeights>(record);
  const steps = a.steps;
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = <usize>(r * steps) << 2;
    let real: f32 = 0;
    for (let s = 0; s < steps; s++) real += load<f32>(a.mask + at + (<usize>s << 2));
    const factor: f32 = a.mean && real > 0 ? <f32>steps / real : 1;
    for (let s = 0; s < steps; s++) {
      const to = at + (<usize>s << 2);
      store<f32>(a.y + to, load<f32>(a.mask + to) != 0 ? load<f32>(a.weight + to) * factor : 0);
    }
  }
}

export const MASKING_FORWARD: i32 = maskingForward.index;
export const MASKING_BACKWARD: i32 = maskingBackward.index;
export const MASK_WEIGHTS: i32 = maskWeights.index;
