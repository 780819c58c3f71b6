// Where several values of one shape meet, value by value. Shares are rows; padding is computed like values.

import { rowBytes, shareStart } from "../math/simd";

@unmanaged
export class Pair {
  y: usize; // may be a or b
  a: usize;
  b: usize;
  units: i32;
}

interface Two {
  of(a: v128, b: v128): v128;
}
class Difference implements Two {
  of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}
class Product implements Two {
  of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}
class Largest implements Two {
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}
class Smallest implements Two {
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

/** @inline */
function each<F extends Two>(a: Pair, rows: i32, part: i32, parts: i32): void {
  const f = changetype<F>(<usize>0);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let i = from; i < end; i += 16) v128.store(a.y + i, f.of(v128.load(a.a + i), v128.load(a.b + i)));
}

/** y[rows, units] = a − b */
function subtract(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pair>(record);
  each<Difference>(a, rows, part, parts);
}
/** y[rows, units] = a · b */
function multiply(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pair>(record);
  each<Product>(a, rows, part, parts);
}
/** y[rows, units] = max(a, b); NaN where one is */
function maximum(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pair>(record);
  each<Largest>(a, rows, part, parts);
}
/** y[rows, units] = min(a, b); NaN where one is */
function minimum(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Pair>(record);
  each<Smallest>(a, rows, part, parts);
}

@unmanaged
export class Scale {
  y: usize; // may be x
  x: usize;
  units: i32;
  factor: f32;
}

/** y[rows, units] = factor · x */
function scale(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Scale>(record);
  const factor = f32x4.splat(a.factor);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let i = from; i < end; i += 16) v128.store(a.y + i, f32x4.mul(factor, v128.load(a.x + i)));
}

@unmanaged
export class Route {
  dx: usize; // not dy
  dy: usize;
  x: usize;
  y: usize;
  units: i32;
}

/**
 * The gradient of a maximum or minimum y for one of the values it was taken of: dx[rows, units] = dy where x = y, else 0. There dy becomes
 * 0, so of equal values the first one asked gets the gradient.
 */
function route(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Route>(record);
  const from = rowBytes(shareStart(rows, part, parts), a.units), end = rowBytes(shareStart(rows, part + 1, parts), a.units);
  for (let i = from; i < end; i += 16) {
    const taken = f32x4.eq(v128.load(a.x + i), v128.load(a.y + i)), dy = v128.load(a.dy + i);
    v128.store(a.dx + i, v128.and(dy, taken));
    v128.store(a.dy + i, v128.andnot(dy, taken));
  }
}

@unmanaged
export class AddGradient {
  dw: usize;
  from: usize;
  n: i32; // floats of the parameter with the padding of its rows: a multiple of 4
}

/** dw[n] += from[n]: gradients of a parameter that is used more than once */
function addGradient(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<AddGradient>(record);
  const vectors = a.n >> 2, end = <usize>shareStart(vectors, part + 1, parts) << 4;
  for (let i = <usize>shareStart(vectors, part, parts) << 4; i < end; i += 16)
    v128.store(a.dw + i, f32x4.add(v128.load(a.dw + i), v128.load(a.from + i)));
}

/** @forward */
export const SUBTRACT: i32 = subtract.index;
/** @forward */
export const MULTIPLY: i32 = multiply.index;
/** @forward */
export const MAXIMUM: i32 = maximum.index;
/** @forward */
export const MINIMUM: i32 = minimum.index;
/** @forward */
export const SCALE: i32 = scale.index;
export const ROUTE: i32 = route.index;
export const ADD_GRADIENT: i32 = addGradient.index;
