// Gradient clipping, by value and by the Euclidean norm of all gradients together.

import { promoteHigh, shareStart } from "../math/simd";
import { NORM_BLOCK, blocksOf, flatStart, total } from "./flat";

@unmanaged
export class ClipValue {
  dw: usize;
  n: i32;
  limit: f32;
}

/** dw = min(max(dw, −limit), limit); NaN stays */
function clipValue(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ClipValue>(record);
  const top = f32x4.splat(a.limit), bottom = f32x4.neg(top);
  const end = a.dw + flatStart(a.n, part + 1, parts);
  for (let dw = a.dw + flatStart(a.n, part, parts); dw < end; dw += 16) {
    v128.store(dw, f32x4.min(f32x4.max(v128.load(dw), bottom), top));
  }
}

@unmanaged
export class Norm {
  dw: usize;
  n: i32;
  sums: usize; // one f64 per block of NORM_BLOCK floats
}

/** sums[block] = Σ dw², in f64. Shares are blocks. */
function norm(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Norm>(record);
  const blocks = blocksOf(a.n);
  const last = shareStart(blocks, part + 1, parts);
  for (let b = shareStart(blocks, part, parts); b < last; b++) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    const end = a.dw + (<usize>min(a.n, (b + 1) * NORM_BLOCK) << 2);
    for (let dw = a.dw + (<usize>(b * NORM_BLOCK) << 2); dw < end; dw += 16) {
      const g = v128.load(dw);
      const first = f64x2.promote_low_f32x4(g);
      const second = promoteHigh(g);
      low = f64x2.add(low, f64x2.mul(first, first));
      high = f64x2.add(high, f64x2.mul(second, second));
    }
    const sum = f64x2.add(low, high);
    store<f64>(a.sums + (<usize>b << 3), f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
  }
}

@unmanaged
export class ClipNorm {
  dw: usize;
  n: i32;
  sums: usize; // what Norm left there
  limit: f32;
}

/** dw *= limit / ‖dw‖ where the norm is above the limit. A norm that is not finite changes nothing: there is no direction to keep. */
function clipNorm(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<ClipNorm>(record);
  const length = Math.sqrt(total(a.sums, blocksOf(a.n)));
  if (!(length > <f64>a.limit && length < Infinity)) return;
  const scale = f32x4.splat(<f32>(<f64>a.limit / length));
  const end = a.dw + flatStart(a.n, part + 1, parts);
  for (let dw = a.dw + flatStart(a.n, part, parts); dw < end; dw += 16) {
    v128.store(dw, f32x4.mul(scale, v128.load(dw)));
  }
}

export const CLIP_VALUE: i32 = clipValue.index;
export const NORM: i32 = norm.index;
export const CLIP_NORM: i32 = clipNorm.index;
