// Long short-term memory. What its kernels are given: recurrent.ts. Gates in Keras' order: input, forget, cell, output.
// @core sequences

import { addState, begin, beginBack, dyAt, handOn, RecurrentBackward, RecurrentForward, stateBytes, stateOf, throughProduct, yAt } from "./recurrent";
import { activate, clear, copyState, gateSlope, isStep, placeOf, product, put, stepAt, TOGETHER } from "../math/recurrence";
import { ld, shareStart, tailMask } from "../math/simd";

/**
 * i, f, g, o = σ, σ, tanh, σ of z_t + h_{t−1} · w;  c_t = f · c_{t−1} + i · g;  h_t = o · tanh c_t; y[rows, T, u] = h
 * (Hochreiter & Schmidhuber 1997; Gers et al. 2000). Shares are rows.
 */
function lstmForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentForward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walk(a, r, min(end, r + TOGETHER));
}

function walk(a: RecurrentForward, from: i32, to: i32): void {
  const T = a.steps, units = a.units, columns = 4 * units;
  const ldz = placeOf(1, 0, T, columns);
  const cells = a.cells;
  begin(a, from, to);
  for (let p = 0; p < T; p++) {
    const s = stepAt(p, T, a.back);
    const z = a.z + placeOf(from, s, T, columns);
    product(z, ldz, stateOf(a, from, s), stateBytes(a), a.w, z, ldz, to - from, units, columns);
    for (let r = from; r < to; r++) {
      const y = yAt(a, r, s, p);
      const c = a.c + placeOf(r, cells > 1 ? p : 0, cells, units), next = a.c + placeOf(r, cells > 1 ? p + 1 : 0, cells, units);
      if (isStep(a.mask, r, s, T)) {
        const tc = a.tc ? a.tc + placeOf(r, s, T, units) : 0;
        step(y, a.z + placeOf(r, s, T, columns), c, next, tc, units, a.activation, a.gates);
      } else {
        copyState(y, a.h + placeOf(r, a.places > 1 ? s : 0, a.places, units), units);
        copyState(next, c, units);
      }
      handOn(a, r, p, y);
      if (p + 1 == T && a.cn) copyState(a.cn + placeOf(r, 0, 1, units), next, units);
    }
  }
}

/** One step of one row. tc 0: nobody goes back. */
function step(y: usize, z: usize, c: usize, next: usize, tc: usize, units: i32, activation: i32, gates: i32): void {
  const gap = <usize>units << 2;
  const zf = z + gap, zg = zf + gap;
  let zo = zg + gap;
  activate(gates, z, 0, 2 * units);
  activate(activation, zg, 0, units);
  activate(gates, zo, 0, units);
  for (let j = 0; j < units; j += 4) {
    const at = <usize>j << 2;
    let cell = f32x4.add(f32x4.mul(v128.load(zf + at), v128.load(c + at)), f32x4.mul(v128.load(z + at), v128.load(zg + at)));
    if (units - j < 4) cell = v128.and(cell, tailMask(units));
    v128.store(next + at, cell);
    v128.store(y + at, cell);
  }
  activate(activation, y, 0, ld(units));
  for (let j = 0; j < units; j += 4, y += 16, zo += 16) {
    const t = v128.load(y);
    let h = f32x4.mul(v128.load(zo), t);
    if (units - j < 4) h = v128.and(h, tailMask(units));
    v128.store(y, h);
    if (!tc) continue;
    v128.store(tc, t);
    tc += 16;
  }
}

/** The gradients of the gates before activation, in their place, from the last step to the first. Shares are rows. */
function lstmBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentBackward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walkBack(a, r, min(end, r + TOGETHER));
}

function walkBack(a: RecurrentBackward, from: i32, to: i32): void {
  const T = a.steps, units = a.units, columns = 4 * units;
  const ldz = placeOf(1, 0, T, columns);
  beginBack(a, from, to);
  for (let p = T - 1; p >= 0; p--) {
    const s = stepAt(p, T, a.back);
    for (let r = from; r < to; r++) {
      const z = a.z + placeOf(r, s, T, columns), row = placeOf(r, 0, 1, units), dy = dyAt(a, r, s, p);
      if (dy) addState(a.dh + row, dy, units);
      if (!isStep(a.mask, r, s, T)) {
        clear(z, columns);
        continue;
      }
      stepBack(z, a.dh + row, a.dc + row, a.c + placeOf(r, p, T + 1, units), a.tc + placeOf(r, s, T, units), units, a.activation, a.gates);
    }
    if (p > 0 || a.first) throughProduct(a, from, to - from, a.z + placeOf(from, s, T, columns), ldz, columns);
  }
}

/** c: the cells before the step. dh becomes 0, dc the gradient of the cells before the step. */
function stepBack(z: usize, dh: usize, dc: usize, c: usize, tc: usize, units: i32, activation: i32, gates: i32): void {
  const gap = <usize>units << 2;
  for (let j = 0; j < units; j += 4, z += 16, dh += 16, dc += 16, c += 16, tc += 16) {
    const zf = z + gap, zg = zf + gap, zo = zg + gap;
    const i = v128.load(z), f = v128.load(zf), g = v128.load(zg), o = v128.load(zo);
    const t = v128.load(tc), d = v128.load(dh);
    let cell = f32x4.add(v128.load(dc), f32x4.mul(f32x4.mul(d, o), gateSlope(activation, t)));
    if (units - j < 4) cell = v128.and(cell, tailMask(units));
    const n = units - j;
    put(zo, f32x4.mul(f32x4.mul(d, t), gateSlope(gates, o)), n);
    put(z, f32x4.mul(f32x4.mul(cell, g), gateSlope(gates, i)), n);
    put(zg, f32x4.mul(f32x4.mul(cell, i), gateSlope(activation, g)), n);
    put(zf, f32x4.mul(f32x4.mul(cell, v128.load(c)), gateSlope(gates, f)), n);
    cell = f32x4.mul(cell, f);
    if (n < 4) cell = v128.and(cell, tailMask(units));
    v128.store(dc, cell);
    v128.store(dh, f32x4.splat(0));
  }
}

export const LSTM_FORWARD: i32 = lstmForward.index;
export const LSTM_BACKWARD: i32 = lstmBackward.index;
