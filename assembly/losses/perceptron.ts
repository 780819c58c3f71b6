// The perceptron rule (Rosenblatt) for outputs of 0 and 1; alpha = 1 / units.

import { Loss, lossRows } from "./records";

@unmanaged
class Perceptron {
  @inline
  value(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.abs(f32x4.sub(a, y));
  }
  @inline
  slope(a: v128, y: v128, alpha: v128): v128 {
    return f32x4.sub(a, y);
  }
}

/** L = alpha · Σ |a − y|;  da = a − y, which is no gradient but the rule's correction: w −= rate · (a − y) x */
function perceptron(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Loss>(record);
  lossRows<Perceptron>(a, a.alpha, 1, rows, part, parts);
}

export const PERCEPTRON: i32 = perceptron.index;
