// The simplest recurrent layer. What its kernels are given: recurrent.ts.
// @core sequences

import { addState, begin, beginBack, dyAt, handOn, RecurrentBackward, RecurrentForward, stateBytes, stateOf, throughProduct, yAt } from "./recurrent";
import { activate, clear, copyState, gateSlope, isStep, placeOf, product, stepAt, TOGETHER } from "../math/recurrence";
import { ld, shareStart, tailMask } from "../math/simd";

/** h_t = f(z_t + h_{t−1} · w) (Elman 1990), y[rows, T, u] = h. Shares are rows. */
function simpleRnnForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentForward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walk(a, r, min(end, r + TOGETHER));
}

function walk(a: RecurrentForward, from: i32, to: i32): void {
  const T = a.steps, units = a.units;
  const ldz = placeOf(1, 0, T, units);
  begin(a, from, to);
  for (let p = 0; p < T; p++) {
    const s = stepAt(p, T, a.back);
    const z = a.z + placeOf(from, s, T, units);
    product(z, ldz, stateOf(a, from, s), stateBytes(a), a.w, z, ldz, to - from, units, units);
    for (let r = from; r < to; r++) {
      const y = yAt(a, r, s, p);
      if (isStep(a.mask, r, s, T)) step(y, a.z + placeOf(r, s, T, units), units, a.activation);
      else copyState(y, a.h + placeOf(r, a.places > 1 ? s : 0, a.places, units), units);
      handOn(a, r, p, y);
    }
  }
}

/** y = a = f(z), with zeros in y's padding */
function step(y: usize, z: usize, units: i32, activation: i32): void {
  activate(activation, z, 0, ld(units));
  for (let j = 0; j < units; j += 4, y += 16, z += 16) {
    let v = v128.load(z);
    if (units - j < 4) v = v128.and(v, tailMask(units));
    v128.store(y, v);
  }
}

/** dz_t = dh_t · f′;  dh_{t−1} = dz_t · wᵀ, in place of the gates. Shares are rows. */
function simpleRnnBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentBackward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walkBack(a, r, min(end, r + TOGETHER));
}

function walkBack(a: RecurrentBackward, from: i32, to: i32): void {
  const T = a.steps, units = a.units;
  const ldz = placeOf(1, 0, T, units);
  beginBack(a, from, to);
  for (let p = T - 1; p >= 0; p--) {
    const s = stepAt(p, T, a.back);
    for (let r = from; r < to; r++) {
      const z = a.z + placeOf(r, s, T, units), dh = a.dh + placeOf(r, 0, 1, units), dy = dyAt(a, r, s, p);
      if (dy) addState(dh, dy, units);
      if (isStep(a.mask, r, s, T)) stepBack(z, dh, units, a.activation);
      else clear(z, ld(units));
    }
    if (p > 0 || a.first) throughProduct(a, from, to - from, a.z + placeOf(from, s, T, units), ldz, units);
  }
}

/** z = dh · f′; dh = 0 */
function stepBack(z: usize, dh: usize, units: i32, activation: i32): void {
  for (let j = 0; j < units; j += 4, z += 16, dh += 16) {
    let v = f32x4.mul(v128.load(dh), gateSlope(activation, v128.load(z)));
    if (units - j < 4) v = v128.and(v, tailMask(units));
    v128.store(z, v);
    v128.store(dh, f32x4.splat(0));
  }
}

export const SIMPLE_RNN_FORWARD: i32 = simpleRnnForward.index;
export const SIMPLE_RNN_BACKWARD: i32 = simpleRnnBackward.index;
