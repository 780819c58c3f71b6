// What the kernels that walk the steps of sequences share.
//
// A row of the batch walks by itself: what a step needs of the step before is that row's own. So shares are rows, and of a share so many
// rows at once that the recurrent weights, read in each step, serve many. Places of states are "before the step": [rows, steps, units],
// or [rows, 1, units] where nobody goes back and each step writes over the one before.

import { hardSigmoid4, slopeOfHardSigmoid4 } from "./lines";
import { NARROW, NARROW_ROW, PANEL, PANEL_ROW, panelsOf } from "./packed";
import { ld } from "./simd";
import { expHere4, sigmoidFrom4, tanhFrom4 } from "./exp";
import { tile1x24, tile2x16, tiles1x4, tiles1x8, tiles4x4, tiles4x8 } from "./tiles";

/** Rows that walk together. */
export const TOGETHER: i32 = 64;

/**
 * y[rows, out] = init + x[rows, k] · w[k, out], w packed, rows of y and x so many bytes apart; sums run in the order of k, as in matmul().
 * init: what sums start from: a row for all (ldinit 0), y itself (ldinit ldy) or 0 for zeros (ldinit 0).
 */
export function product(
  y: usize, ldy: usize, x: usize, ldx: usize, w: usize, init: usize, ldinit: usize, rows: i32, k: i32, out: i32,
): void {
  const panels = panelsOf(out);
  const last = out - panels * PANEL <= -NARROW ? panels - 1 : panels; // panels from here on are narrow
  const panel = <usize>k * PANEL_ROW;
  const step: usize = init ? PANEL_ROW : 0;
  const fours = rows >> 2;
  if (fours) {
    let from = init, to = y, wp = w;
    for (let p = 0; p < last; p++, to += PANEL_ROW, from += step, wp += panel) tiles4x8(fours, to, ldy, x, ldx, wp, k, from, ldinit, false);
    if (last < panels) tiles4x4(fours, to, ldy, x, ldx, wp, k, from, ldinit, false);
    const done = <usize>(fours << 2);
    y += done * ldy;
    x += done * ldx;
    init += done * ldinit;
  }
  let left = rows & 3;
  while (left) {
    const two = left > 1;
    let from = init, to = y, wp = w, p = 0;
    if (two) {
      for (; p + 2 <= last; p += 2, to += 2 * PANEL_ROW, from += 2 * step, wp += 2 * panel)
        tile2x16(to, ldy, x, ldx, wp, panel, k, from, ldinit, step, false);
    } else {
      for (; p + 3 <= last; p += 3, to += 3 * PANEL_ROW, from += 3 * step, wp += 3 * panel)
        tile1x24(to, x, wp, panel, k, from, step, false);
    }
    const n = two ? 2 : 1;
    for (; p < last; p++, to += PANEL_ROW, from += step, wp += panel) tiles1x8(n, to, ldy, x, ldx, wp, k, from, ldinit, false);
    if (last < panels) tiles1x4(n, to, ldy, x, ldx, wp, k, from, ldinit, false);
    left -= n;
    y += <usize>n * ldy;
    x += <usize>n * ldx;
    init += <usize>n * ldinit;
  }
}

/** The activations of gates: those whose slope follows from what they give. src/layers/gates.ts is made of these names. */
const enum Gate { tanh, sigmoid, relu, hardSigmoid, linear }

/**
 * z = f(z + add) over n floats, add 0: of z alone. Here and not in a function for each four, as a step of a row does little else. What tanh
 * and sigmoid() are made of is what math/exp.ts makes them of, bit for bit; they share the exponential.
 */
export function activate(kind: i32, z: usize, add: usize, n: i32): void {
  for (; n > 0; n -= 4, z += 16) {
    let v = v128.load(z);
    if (add) {
      v = f32x4.add(v, v128.load(add));
      add += 16;
    }
    if (kind <= Gate.sigmoid) {
      const u = f32x4.abs(v);
      const e = expHere4(kind == Gate.tanh ? f32x4.add(u, u) : f32x4.neg(u));
      v = kind == Gate.tanh ? tanhFrom4(v, u, e) : sigmoidFrom4(v, e);
    } else if (kind == Gate.relu) v = f32x4.pmax(v, f32x4.splat(0)); // in this order NaN passes
    else if (kind == Gate.hardSigmoid) v = hardSigmoid4(v);
    put(z, v, n);
  }
}

function slopeOf(kind: i32, a: v128): v128 {
  const one = f32x4.splat(1);
  if (kind == Gate.tanh) return f32x4.sub(one, f32x4.mul(a, a));
  if (kind == Gate.sigmoid) return f32x4.mul(a, f32x4.sub(one, a));
  if (kind == Gate.relu) return v128.and(one, f32x4.gt(a, f32x4.splat(0)));
  return kind == Gate.hardSigmoid ? slopeOfHardSigmoid4(a) : one;
}

// by way of this, as functions that modules export have no vectors
/** f′(z) where f(z) = a @inline */
export function gateSlope(kind: i32, a: v128): v128 {
  return slopeOf(kind, a);
}

/** Writes the first n of four values, all for n ≥ 4: gates lie next to each other, so what follows is another gate's. @inline */
export function put(to: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(to, v);
  else {
    v128.store32_lane(to, v, 0);
    if (n > 1) v128.store32_lane(to, v, 1, 4);
    if (n > 2) v128.store32_lane(to, v, 2, 8);
  }
}

/** Zeroes n floats. */
export function clear(to: usize, n: i32): void {
  memory.fill(to, 0, <usize>n << 2);
}

/** The step of the input that comes as the p-th, first to last or last to first. @inline */
export function stepAt(p: i32, steps: i32, back: i32): i32 {
  return back ? steps - 1 - p : p;
}

/** Where the state before step s of row r lies, in bytes. @inline */
export function placeOf(r: i32, s: i32, each: i32, units: i32): usize {
  return (<usize>(each > 1 ? r * each + s : r) * <usize>ld(units)) << 2;
}

/** Whether the step is a step, and not padding. @inline */
export function isStep(mask: usize, r: i32, s: i32, steps: i32): bool {
  return !mask || load<f32>(mask + (<usize>(r * steps + s) << 2)) != 0;
}

/** Copies the n floats of a state: of `from`, or zeros where it is 0. */
export function copyState(to: usize, from: usize, units: i32): void {
  const zero = f32x4.splat(0);
  for (let j = 0; j < units; j += 4, to += 16) {
    v128.store(to, from ? v128.load(from) : zero);
    if (from) from += 16;
  }
}

/** to = a · m over the n floats of a state. */
export function scaleState(to: usize, a: usize, m: usize, units: i32): void {
  for (let j = 0; j < units; j += 4, to += 16, a += 16, m += 16) v128.store(to, f32x4.mul(v128.load(a), v128.load(m)));
}
