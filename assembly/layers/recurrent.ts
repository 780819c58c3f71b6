// What simpleRnn, lstm and gru hand to their kernels. The products of the inputs and of the weights' gradients are those of dense layers,
// over all steps at once; here is what has to go step by step.
//
// units u, steps T, columns g · u: the gates next to each other, in Keras' order. All rows begin at multiples of four floats.

import { copyState, placeOf, product, scaleState, stepAt } from "../math/recurrence";
import { ld } from "../math/simd";

@unmanaged
export class RecurrentForward {
  z: usize; // [rows, T, columns]: x · kernel + bias; becomes the gates
  w: usize; // [u, columns] packed
  b: usize; // gru: bias of the recurrent product [columns]; 0: none
  rec: usize; // gru: recurrent product [rows, places, columns]; 0 for others
  h: usize; // [rows, places, u]: the state before each step
  hd: usize; // the same, dropped; 0 where nothing is
  drop: usize; // [rows, u]: what the state is multiplied by before the product; 0: nothing
  h0: usize; // [rows, u]: state to begin with; 0: zeros
  hn: usize; // [rows, u]: state at the end; 0: nobody asks
  c: usize; // lstm: cells before the p-th step and after the last, [rows, T + 1, u], or [rows, u] where nobody goes back
  c0: usize;
  cn: usize;
  tc: usize; // lstm: [rows, T, u]: f(cells) after each step; 0: nobody goes back
  y: usize; // [rows, T, u], or [rows, u]
  mask: usize; // [rows, T]: 0 where a step is padding; 0: none is
  units: i32;
  steps: i32;
  places: i32; // of states: T where somebody goes back, else 1
  cells: i32; // places of cells: T + 1, or 1
  every: i32; // whether y has each step
  back: i32; // whether it begins with the last step
  order: i32; // whether y is in the order of the walk instead of the input's
  after: i32; // gru: whether the gate resets the product instead of the state
  activation: i32; // see activate()
  gates: i32;
}

@unmanaged
export class RecurrentBackward {
  z: usize; // the gates; become their gradients before activation
  w: usize; // transposed: [columns, u] packed
  rec: usize; // gru: becomes the gradient of the recurrent product
  h: usize;
  hd: usize;
  drop: usize;
  c: usize;
  tc: usize;
  dy: usize; // 0: the states at the end alone are looked at
  dh: usize; // [rows, u]: gradient of the state, in the end of that which was begun with
  dc: usize;
  tmp: usize; // [rows, u]
  dhn: usize; // [rows, u]: of the state at the end; 0: none
  dcn: usize;
  mask: usize;
  units: i32;
  steps: i32;
  every: i32;
  back: i32;
  order: i32;
  after: i32;
  first: i32; // whether somebody asks for the gradient of the state that was begun with
  activation: i32;
  gates: i32;
}

/** Rows of h and rec for each row of the batch: gru has a second half for the states that are reset. @inline */
function halves(places: i32, after: i32): i32 {
  return after ? places : 2 * places;
}

/** Puts the first states in their places. */
export function begin(a: RecurrentForward, from: i32, to: i32): void {
  const s = a.places > 1 ? stepAt(0, a.steps, a.back) : 0;
  const each = halves(a.places, a.after), units = a.units;
  for (let r = from; r < to; r++) {
    const row = placeOf(r, 0, 1, units);
    const at = placeOf(r, s, each, units);
    copyState(a.h + at, a.h0 ? a.h0 + row : 0, units);
    if (a.hd) scaleState(a.hd + at, a.h + at, a.drop + row, units);
    if (a.c) copyState(a.c + placeOf(r, 0, a.cells, units), a.c0 ? a.c0 + row : 0, units);
  }
}

/** What the product of step s is taken of, from row r on. @inline */
export function stateOf(a: RecurrentForward, r: i32, s: i32): usize {
  return (a.hd ? a.hd : a.h) + placeOf(r, a.places > 1 ? s : 0, halves(a.places, a.after), a.units);
}

/** Bytes from the state of one row of the batch to that of the next. @inline */
export function stateBytes(a: RecurrentForward): usize {
  return <usize>(halves(a.places, a.after) * ld(a.units)) << 2;
}

/** Where the p-th step's y lies. @inline */
export function yAt(a: RecurrentForward, r: i32, s: i32, p: i32): usize {
  return a.y + placeOf(r, a.every ? (a.order ? p : s) : 0, a.every ? a.steps : 1, a.units);
}

/** Hands the state that is in y on to the step after the p-th. */
export function handOn(a: RecurrentForward, r: i32, p: i32, y: usize): void {
  const units = a.units;
  const row = placeOf(r, 0, 1, units);
  if (p + 1 < a.steps) {
    const s = a.places > 1 ? stepAt(p + 1, a.steps, a.back) : 0;
    const at = placeOf(r, s, halves(a.places, a.after), units);
    copyState(a.h + at, y, units);
    if (a.hd) scaleState(a.hd + at, y, a.drop + row, units);
  } else if (a.hn) copyState(a.hn + row, y, units);
}

/** What the walk back begins with: the gradients of the states at the end. */
export function beginBack(a: RecurrentBackward, from: i32, to: i32): void {
  const units = a.units;
  for (let r = from; r < to; r++) {
    const row = placeOf(r, 0, 1, units);
    copyState(a.dh + row, a.dhn ? a.dhn + row : 0, units);
    if (a.dc) copyState(a.dc + row, a.dcn ? a.dcn + row : 0, units);
    if (!a.every && a.dy) addState(a.dh + row, a.dy + row, units);
  }
}

/** The gradient that comes to the p-th step's state from outside; 0: none. @inline */
export function dyAt(a: RecurrentBackward, r: i32, s: i32, p: i32): usize {
  return a.every && a.dy ? a.dy + placeOf(r, a.order ? p : s, a.steps, a.units) : 0;
}

/** to += v, n floats and their padding. */
export function addState(to: usize, v: usize, units: i32): void {
  for (let j = 0; j < units; j += 4, to += 16, v += 16) v128.store(to, f32x4.add(v128.load(to), v128.load(v)));
}

/** dh += (d · wᵀ) · drop: what goes through the recurrent product back to the states of rows from `r` on. d: rows so many bytes apart. */
export function throughProduct(a: RecurrentBackward, r: i32, n: i32, d: usize, ldd: usize, columns: i32): void {
  const units = a.units;
  const row = placeOf(r, 0, 1, units), ldu = placeOf(1, 0, 1, units);
  const dh = a.dh + row;
  if (!a.drop) return product(dh, ldu, d, ldd, a.w, dh, ldu, n, columns, units);
  const tmp = a.tmp + row;
  product(tmp, ldu, d, ldd, a.w, 0, 0, n, columns, units);
  const drop = a.drop + row;
  for (let i = 0; i < n; i++) {
    const at = <usize>i * ldu;
    scaleState(tmp + at, tmp + at, drop + at, units);
    addState(dh + at, tmp + at, units);
  }
}
