// Scans of JPEG files: sequential ones, whose blocks become samples at once (ITU-T T.81, F.2.2), and progressive ones, which bring
// some coefficients of all blocks, or one bit more of them (G.2).

import { fail, failure, NO_RESTART, OK, restart, signed, status, symbol, TOO_LARGE, TOO_MANY, take } from "./bits";
import { inverse } from "./idct";
import { Component } from "./records";

/** What a scan does with blocks. */
const SEQUENTIAL: i32 = 0;
const FIRST_DC: i32 = 1;
const MORE_DC: i32 = 2;
const FIRST_AC: i32 = 3;

/** Where the coefficient of each place in zigzag order is in its block, row by row. */
const ZIGZAG = memory.data<u8>([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50,
  43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
]);

/** 64 coefficients, int32; zeros between blocks. */
const BLOCK = memory.data(256, 16);

let mode: i32 = 0;
/** First and last coefficient of the scan, and the place of its bit. */
let first: i32 = 0;
let last: i32 = 0;
let after: i32 = 0;
/** Blocks to come that have no more coefficients in this scan. */
let empty: i32 = 0;
/** MCUs from one restart marker to the next, MCUs up to it, and its number. */
let interval: i32 = 0;
let toRestart: i32 = 0;
let number: i32 = 0;

/** Begins a scan. */
export function beginScan(how: i32, from: i32, to: i32, bit: i32, mcus: i32): void {
  mode = how;
  first = from;
  last = to;
  after = bit;
  empty = 0;
  toRestart = interval = mcus;
  number = 0;
}

/** @inline */
function place(k: i32): usize {
  return load<u8>(ZIGZAG + k);
}

/**
 * Reads a row of MCUs. One component comes block by block, several in MCUs of `h` × `v` blocks of each.
 *
 * @param components pointers to them @param across MCUs of the row @param y the row
 */
export function scanRow(components: usize, count: i32, across: i32, y: i32): i32 {
  for (let x = 0; x < across; x++) {
    if (interval > 0) {
      if (toRestart == 0) {
        const found = restart(number);
        number = (number + 1) & 7;
        toRestart = interval;
        empty = 0;
        for (let i = 0; i < count; i++) component(components, i).before = 0;
        if (!found) return NO_RESTART;
      }
      toRestart--;
    }
    if (count == 1) block(component(components, 0), x, y);
    else {
      for (let n = 0; n < count; n++) {
        const own = component(components, n);
        for (let j = 0; j < own.v; j++) for (let i = 0; i < own.h; i++) block(own, x * own.h + i, y * own.v + j);
      }
    }
    const wrong = status();
    if (wrong != OK) return wrong;
  }
  return OK;
}

/** @inline */
function component(components: usize, place: i32): Component {
  return changetype<Component>(load<usize>(components + (<usize>place << 2)));
}

function block(own: Component, column: i32, row: i32): void {
  if (mode == SEQUENTIAL) {
    sequential(own, own.plane + 8 * (row * own.stride + column));
    return;
  }
  // a block has 64 coefficients of two bytes; a row of the plane has stride / 8 of them
  const at = own.coefficients + ((row * (own.stride >> 3) + column) << 7);
  if (mode == FIRST_DC) {
    difference(own);
    store<i16>(at, <i16>(own.before << after));
  } else if (mode == MORE_DC) {
    if (take(1)) store<i16>(at, <i16>(<i32>load<i16>(at) | (1 << after)));
  } else if (mode == FIRST_AC) firstAc(own.ac, at);
  else moreAc(own.ac, at);
}

/** @inline */
function difference(own: Component): void {
  const size = symbol(own.dc);
  if (size > 15) fail(TOO_LARGE);
  // 16 bits, as decoders keep it
  else if (size > 0) own.before = <i32>(<i16>(own.before + signed(size)));
}

function sequential(own: Component, out: usize): void {
  difference(own);
  const ac = own.ac, steps = own.steps;
  store<i32>(BLOCK, own.before * load<i32>(steps));
  let end = 0;
  for (let k = 1; k < 64; k++) {
    const code = symbol(ac);
    const size = code & 15;
    if (size == 0) {
      if (code < 0xf0) break;
      k += 15;
      continue;
    }
    k += code >> 4;
    const value = signed(size);
    if (k > 63) {
      fail(TOO_MANY);
      break;
    }
    store<i32>(BLOCK + (place(k) << 2), value * load<i32>(steps + (<usize>k << 2)));
    end = k;
  }
  inverse(BLOCK, end, out, own.stride);
  if (end > 0) memory.fill(BLOCK, 0, 256);
}

function firstAc(ac: usize, at: usize): void {
  if (empty > 0) {
    empty--;
    return;
  }
  for (let k = first; k <= last; k++) {
    const code = symbol(ac);
    const size = code & 15, run = code >> 4;
    if (size == 0) {
      if (run < 15) {
        empty = (1 << run) - 1 + take(run);
        return;
      }
      k += 15;
      continue;
    }
    k += run;
    if (k > last) {
      fail(TOO_MANY);
      return;
    }
    store<i16>(at + (place(k) << 1), <i16>(signed(size) << after));
  }
}

/** One more bit of a coefficient that is not 0. @inline */
function refine(at: usize): void {
  const value = <i32>load<i16>(at), bit = 1 << after;
  if (take(1) && (value & bit) == 0) store<i16>(at, <i16>(value >= 0 ? value + bit : value - bit));
}

function moreAc(ac: usize, at: usize): void {
  let k = first;
  for (; empty == 0 && k <= last; k++) {
    const code = symbol(ac);
    let run = code >> 4, value = 0;
    if ((code & 15) != 0) value = take(1) ? 1 << after : -(1 << after);
    else if (run < 15) {
      empty = (1 << run) + take(run);
      break;
    }
    // passes over `run` zeros, and refines what it meets
    for (; k <= last; k++) {
      const to = at + (place(k) << 1);
      if (load<i16>(to) != 0) refine(to);
      else if (run-- == 0) {
        store<i16>(to, <i16>value);
        break;
      }
    }
    if (value != 0 && k > last) {
      fail(TOO_MANY);
      return;
    }
    if (failure != OK) return;
  }
  if (empty == 0) return;
  for (; k <= last; k++) {
    const to = at + (place(k) << 1);
    if (load<i16>(to) != 0) refine(to);
  }
  empty--;
}

/** Quantisation steps, int32, row by row as coefficients are. */
const STEPS = memory.data(256, 16);

/** Progressive: makes samples of a row of blocks. */
export function sampleRow(pointer: usize, blocks: i32, y: i32): void {
  const own = changetype<Component>(pointer);
  const stride = own.stride;
  for (let k = 0; k < 64; k++) store<i32>(STEPS + (place(k) << 2), load<i32>(own.steps + (<usize>k << 2)));
  for (let column = 0; column < blocks; column++) {
    const from = own.coefficients + ((y * (stride >> 3) + column) << 7);
    // all but the first
    let others = i16x8.replace_lane(v128.load(from), 0, 0);
    for (let i: usize = 0; i < 64; i += 8) {
      const eight = v128.load(from + 2 * i);
      if (i > 0) others = v128.or(others, eight);
      const to = BLOCK + 4 * i, steps = STEPS + 4 * i;
      v128.store(to, i32x4.mul(i32x4.extend_low_i16x8_s(eight), v128.load(steps)));
      v128.store(to, i32x4.mul(i32x4.extend_high_i16x8_s(eight), v128.load(steps, 16)), 16);
    }
    inverse(BLOCK, v128.any_true(others) ? 63 : 0, own.plane + 8 * (y * stride + column), stride);
  }
  memory.fill(BLOCK, 0, 256);
}
