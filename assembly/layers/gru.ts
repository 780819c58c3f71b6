// Gated recurrent unit. What its kernels are given: recurrent.ts. Gates in Keras' order: update, reset, candidate.
//
// after = 1, PyTorch's and cuDNN's form: the reset gate multiplies the recurrent product. after = 0, the first published: it multiplies
// the state, so there is a second product of reset states, whose operands and results have places of their own, T behind the others;
// of each product the columns that nobody needs are zero on the way back, so that one product over all gives the weights' gradients.
// @core sequences

import { addState, begin, beginBack, dyAt, handOn, RecurrentBackward, RecurrentForward, stateBytes, stateOf, throughProduct, yAt } from "./recurrent";
import { activate, clear, copyState, gateSlope, isStep, placeOf, product, put, stepAt, TOGETHER } from "../math/recurrence";
import { ld, shareStart, tailMask } from "../math/simd";

/**
 * z, r = σ, σ of x_t + h_{t−1} · w;  g = tanh(x_t + r ∘ (h_{t−1} · w + b)) or tanh(x_t + (r ∘ h_{t−1}) · w);
 * h_t = z ∘ h_{t−1} + (1 − z) ∘ g; y[rows, T, u] = h (Cho et al. 2014). Shares are rows.
 */
function gruForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentForward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walk(a, r, min(end, r + TOGETHER));
}

function walk(a: RecurrentForward, from: i32, to: i32): void {
  const T = a.steps, units = a.units, columns = 3 * units, n = to - from;
  const each = a.after ? a.places : 2 * a.places;
  const ldr = placeOf(1, 0, each, columns), lds = stateBytes(a);
  begin(a, from, to);
  for (let p = 0; p < T; p++) {
    const s = stepAt(p, T, a.back), at = a.places > 1 ? s : 0;
    const rec = a.rec + placeOf(from, at, each, columns), states = stateOf(a, from, s);
    product(rec, ldr, states, lds, a.w, a.b, 0, n, units, columns);
    for (let i = 0; i < n; i++) activate(a.gates, a.z + placeOf(from + i, s, T, columns), rec + <usize>i * ldr, 2 * units);
    let second = rec;
    if (!a.after) {
      // the states that the gate has reset, and their product
      const reset = states + placeOf(0, a.places, each, units);
      for (let i = 0; i < n; i++) {
        const row = <usize>i * lds;
        resetState(reset + row, states + row, a.z + placeOf(from + i, s, T, columns) + (<usize>units << 2), units);
      }
      second += placeOf(0, a.places, each, columns);
      product(second, ldr, reset, lds, a.w, 0, 0, n, units, columns);
    }
    for (let r = from; r < to; r++) {
      const y = yAt(a, r, s, p), h = a.h + placeOf(r, at, each, units);
      if (isStep(a.mask, r, s, T)) step(y, a.z + placeOf(r, s, T, columns), h, second + <usize>(r - from) * ldr, units, a.after, a.activation);
      else copyState(y, h, units);
      handOn(a, r, p, y);
    }
  }
}

/** reset = r ∘ h */
function resetState(reset: usize, h: usize, r: usize, units: i32): void {
  for (let j = 0; j < units; j += 4, reset += 16, h += 16, r += 16) {
    let v = f32x4.mul(v128.load(r), v128.load(h));
    if (units - j < 4) v = v128.and(v, tailMask(units));
    v128.store(reset, v);
  }
}

/** One step of one row whose two gates are there. The third part of `rec` is the candidate's product. */
function step(y: usize, z: usize, h: usize, rec: usize, units: i32, after: i32, activation: i32): void {
  const gap = <usize>units << 2, one = f32x4.splat(1);
  const zr = z + gap;
  let zg = zr + gap;
  for (let j = 0; j < units; j += 4) {
    const at = <usize>j << 2, inner = v128.load(rec + 2 * gap + at);
    put(zg + at, f32x4.add(v128.load(zg + at), after ? f32x4.mul(v128.load(zr + at), inner) : inner), units - j);
  }
  activate(activation, zg, 0, units);
  for (let j = 0; j < units; j += 4, y += 16, z += 16, h += 16, zg += 16) {
    const u = v128.load(z);
    let v = f32x4.add(f32x4.mul(u, v128.load(h)), f32x4.mul(f32x4.sub(one, u), v128.load(zg)));
    if (units - j < 4) v = v128.and(v, tailMask(units));
    v128.store(y, v);
  }
}

/** The gradients of the gates before activation, and of the recurrent products, in their places, last step first. Shares are rows. */
function gruBackward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<RecurrentBackward>(record);
  const end = shareStart(rows, part + 1, parts);
  for (let r = shareStart(rows, part, parts); r < end; r += TOGETHER) walkBack(a, r, min(end, r + TOGETHER));
}

function walkBack(a: RecurrentBackward, from: i32, to: i32): void {
  const T = a.steps, units = a.units, columns = 3 * units, n = to - from;
  const each = a.after ? T : 2 * T;
  const ldr = placeOf(1, 0, each, columns), ldu = placeOf(1, 0, 1, units);
  const half = placeOf(0, T, 2 * T, columns);
  beginBack(a, from, to);
  for (let p = T - 1; p >= 0; p--) {
    const s = stepAt(p, T, a.back);
    const first = a.rec + placeOf(from, s, each, columns);
    for (let r = from; r < to; r++) {
      const z = a.z + placeOf(r, s, T, columns), dh = a.dh + placeOf(r, 0, 1, units), dy = dyAt(a, r, s, p);
      const rec = a.rec + placeOf(r, s, each, columns), h = a.h + placeOf(r, s, each, units);
      if (dy) addState(dh, dy, units);
      if (isStep(a.mask, r, s, T)) {
        if (a.after) stepBack(z, rec, h, dh, units, a.activation, a.gates);
        else candidateBack(z, rec, rec + half, h, dh, units, a.activation, a.gates);
        endRow(z, columns);
        endRow(rec, columns);
      } else {
        clear(z, ld(columns));
        clear(rec, ld(columns));
        if (!a.after) clear(rec + half, ld(columns));
      }
    }
    if (!a.after) {
      // through the candidate's product to the reset states; of the gate its share of that
      product(a.tmp + placeOf(from, 0, 1, units), ldu, first + half, ldr, a.w, 0, 0, n, columns, units);
      const states = a.hd ? a.hd : a.h;
      for (let r = from; r < to; r++) {
        if (!isStep(a.mask, r, s, T)) continue;
        const row = placeOf(r, 0, 1, units);
        resetBack(a.z + placeOf(r, s, T, columns), a.rec + placeOf(r, s, each, columns), states + placeOf(r, s, each, units), a.tmp + row, a.dh + row, a.drop ? a.drop + row : 0, units, a.gates);
      }
    }
    if (p > 0 || a.first) throughProduct(a, from, n, first, ldr, columns);
  }
}

/** Zeroes the padding of a row of gates. @inline */
function endRow(row: usize, columns: i32): void {
  for (let j = columns; j < ld(columns); j++) store<f32>(row + (<usize>j << 2), 0);
}

/** after: z becomes the gradients of the gates before activation, rec those of the product, dh what goes past it. */
function stepBack(z: usize, rec: usize, h: usize, dh: usize, units: i32, activation: i32, gates: i32): void {
  const gap = <usize>units << 2, one = f32x4.splat(1);
  for (let j = 0; j < units; j += 4, z += 16, rec += 16, h += 16, dh += 16) {
    const n = units - j, zr = z + gap, zg = zr + gap, d = v128.load(dh);
    const u = v128.load(z), r = v128.load(zr), g = v128.load(zg), inner = v128.load(rec + 2 * gap);
    const du = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(h), g)), gateSlope(gates, u));
    const dg = f32x4.mul(f32x4.mul(d, f32x4.sub(one, u)), gateSlope(activation, g));
    const dr = f32x4.mul(f32x4.mul(dg, inner), gateSlope(gates, r));
    put(z, du, n);
    put(zr, dr, n);
    put(zg, dg, n);
    put(rec, du, n);
    put(rec + gap, dr, n);
    put(rec + 2 * gap, f32x4.mul(dg, r), n);
    let left = f32x4.mul(d, u);
    if (n < 4) left = v128.and(left, tailMask(units));
    v128.store(dh, left);
  }
}

/** Before: the same but for the reset gate, which stays in z until its gradient is known. `second` is of the reset states' product. */
function candidateBack(z: usize, rec: usize, second: usize, h: usize, dh: usize, units: i32, activation: i32, gates: i32): void {
  const gap = <usize>units << 2, one = f32x4.splat(1);
  const columns = 3 * units;
  clear(rec, ld(columns));
  clear(second, ld(columns));
  for (let j = 0; j < units; j += 4, z += 16, rec += 16, second += 16, h += 16, dh += 16) {
    const n = units - j, zg = z + 2 * gap, d = v128.load(dh);
    const u = v128.load(z), g = v128.load(zg);
    const du = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(h), g)), gateSlope(gates, u));
    const dg = f32x4.mul(f32x4.mul(d, f32x4.sub(one, u)), gateSlope(activation, g));
    put(z, du, n);
    put(zg, dg, n);
    put(rec, du, n);
    put(second + 2 * gap, dg, n);
    let left = f32x4.mul(d, u);
    if (n < 4) left = v128.and(left, tailMask(units));
    v128.store(dh, left);
  }
}

/** Of the gradient d of the reset states: that of the gate before activation, and dh += d ∘ gate. */
function resetBack(z: usize, rec: usize, h: usize, d: usize, dh: usize, drop: usize, units: i32, gates: i32): void {
  const gap = <usize>units << 2;
  z += gap;
  rec += gap;
  for (let j = 0; j < units; j += 4, z += 16, rec += 16, h += 16, d += 16, dh += 16) {
    const n = units - j, r = v128.load(z), v = v128.load(d);
    const dr = f32x4.mul(f32x4.mul(v, v128.load(h)), gateSlope(gates, r));
    let left = f32x4.mul(v, r);
    if (drop) {
      left = f32x4.mul(left, v128.load(drop));
      drop += 16;
    }
    if (n < 4) left = v128.and(left, tailMask(units));
    v128.store(dh, f32x4.add(v128.load(dh), left));
    put(z, dr, n);
    put(rec, dr, n);
  }
}

export const GRU_FORWARD: i32 = gruForward.index;
export const GRU_BACKWARD: i32 = gruBackward.index;
