// Cross-entropy of one distribution over classes. Targets may be soft: any y ≥ 0.

import { quadsEnd } from "../math/blocks";
import { log4 } from "../math/exp";
import { rowDivide, rowExp, rowMax } from "../math/rows";
import { madd, rowBytes, shareStart, sumLanes, tailMask } from "../math/simd";
import { Step } from "../tape";
import { FusedLoss, fusedRow, Loss, lossRows, rowWeight } from "./records";

@unmanaged
class CategoricalCrossentropy {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.neg(f32x4.mul(y, log4(f32x4.pmax(a, f32x4.splat(1e-7)))));
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.neg(f32x4.div(y, f32x4.pmax(a, f32x4.splat(1e-7))));
  }
}

/** L = −Σ y ln c, c = max(a, 1e−7);  da = −y / c */
function categoricalCrossentropy(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<CategoricalCrossentropy>(a, 1, 1, rows, part, parts);
}

/** a = softmax(z);  L = Σ y (ln Σ e^(z − m) − (z − m)), m = max z;  dz = a · Σ y − y */
function categoricalCrossentropySoftmax(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<FusedLoss>(record);
  const row = rowBytes(1, a.units);
  const mask = tailMask(a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = rowBytes(r, a.units);
    const w = rowWeight(a.weight, r);
    const m = rowMax(a.z + at, a.units);
    const sum = rowExp(a.a + at, a.z + at, a.units, m);
    rowDivide(a.a + at, a.units, sum);
    const shift = f32x4.splat(m);
    const none = f32x4.splat(0);
    let ys = none, yz = ys, y = ys, z = ys, allY = none, allZ = none;
    for (let i: usize = 0; i < row; i += 16) {
      ys = f32x4.add(ys, y);
      yz = madd(yz, y, z);
      if (quadsEnd(i)) {
        allY = f32x4.add(allY, ys);
        allZ = f32x4.add(allZ, yz);
        ys = yz = none;
      }
      y = v128.load(a.y + at + i);
      // a class with y = 0 adds nothing, also where it is infinitely far below
      z = v128.and(f32x4.sub(shift, v128.load(a.z + at + i)), f32x4.ne(y, none));
    }
    y = v128.and(y, mask);
    const total = sumLanes(f32x4.add(allY, f32x4.add(ys, y)));
    const logSum = f32x4.extract_lane(log4(f32x4.splat(sum)), 0);
    store<f32>(a.losses + (<usize>r << 2), w * (total * logSum + sumLanes(f32x4.add(allZ, madd(yz, y, v128.and(z, mask))))));
    if (a.dz) fusedRow(a.dz + at, a.a + at, a.y + at, a.units, w * changetype<Step>(a.step).scale, total);
  }
}

export const CATEGORICAL_CROSSENTROPY: i32 = categoricalCrossentropy.index;
export const CATEGORICAL_CROSSENTROPY_SOFTMAX: i32 = categoricalCrossentropySoftmax.index;
