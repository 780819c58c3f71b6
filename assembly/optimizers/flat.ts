// What all optimizers share: the step record they read and the share of the flat range they walk.
//
// Every optimizer is one pass over n floats; n is a multiple of 16 and ranges are 64-byte aligned, so that four vectors
// make an iteration and no tail is left. Zero parameters with zero gradients stay zero: padding never moves.

import { shareStart } from "../math/simd";
import { Step } from "../tape";

/** First byte of a share of n floats: shares are multiples of 64 bytes. */
// @ts-ignore: decorator
@inline
export function flatStart(n: i32, part: i32, parts: i32): usize {
  return <usize>shareStart(n >> 4, part, parts) << 6;
}

/** The learning rate of this step, in all four lanes. */
// @ts-ignore: decorator
@inline
export function rate4(step: usize): v128 {
  return f32x4.splat(changetype<Step>(step).rate);
}

/** base^exponent by squaring: multiplications in a fixed order, so the same bits everywhere. */
export function power(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}
