// Hinge loss of several classes: the right one should lead the best of the others by 1.

import { rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";
import { Loss, rowWeight } from "./records";

/**
 * L = max(0, 1 + max over y_j = 0 of a_j − Σ y a)
 * da = [j is that maximum, the first if there are several] − y where L > 0, else 0; padding 0. Shares are rows.
 */
function categoricalHinge(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  const row = rowBytes(1, a.units);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r++) {
    const at = rowBytes(r, a.units);
    const w = rowWeight(a.weight, r);
    let right: f32 = 0, best: f32 = -Infinity;
    let rival: usize = row; // none: all classes are right
    for (let i: usize = 0; i < <usize>a.units << 2; i += 4) {
      const v = load<f32>(a.a + at + i), y = load<f32>(a.y + at + i);
      right += y * v;
      if (y == 0 && !(v <= best)) {
        best = v;
        rival = i;
      }
    }
    const loss = best - right + 1;
    store<f32>(a.losses + (<usize>r << 2), w * max<f32>(loss, 0));
    if (a.da) {
      const g = loss > 0 ? w * changetype<Step>(a.step).scale : 0;
      memory.fill(a.da + at, 0, row);
      for (let i: usize = 0; i < <usize>a.units << 2; i += 4) store<f32>(a.da + at + i, 0 - g * load<f32>(a.y + at + i));
      if (rival < row) store<f32>(a.da + at + rival, g);
    }
  }
}

export const CATEGORICAL_HINGE: i32 = categoricalHinge.index;
