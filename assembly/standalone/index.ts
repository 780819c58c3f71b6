// What models exported as WebAssembly are made of: the interface for hosts (docs/export.md), the unpacking of weights that the file
// holds in another form than kernels want, and every kernel that predicting may need. The exporter (src/export) takes of it what a
// model needs. A build of its own, optimised for size: loops that take several steps at a time take fewer.

import { packWeights } from "../math/matmul";
import { run } from "../tape";
import { Standalone, Unpack } from "./records";

export * from "./kernels";
export { BASE } from "../math/matmul";

/** Where the model's record lies. The exporter sets what it starts with. */
export let MODEL: usize = 0;
/** Where the data that the module starts with ends, a multiple of 4; and its sum. */
export let END: usize = 0;
export let SUM: u32 = 0;

/** What predict() returns for a number of rows below 1 or above maxRows(). */
const WRONG_ROWS: i32 = -1;

/** @inline */
function model(): Standalone {
  return changetype<Standalone>(MODEL);
}

/** @inline */
function ld(n: i32): i32 {
  return (n + 3) & ~3;
}

export function input(): usize {
  return model().input;
}
export function inputs(): i32 {
  return model().inputs;
}
export function output(): usize {
  return model().output;
}
export function outputs(): i32 {
  return model().outputs;
}
export function maxRows(): i32 {
  return model().maxRows;
}

/** Runs the model on the first `rows` rows at input(). Returns `rows`; WRONG_ROWS, and changes nothing, for a number that does not fit. */
export function predict(rows: i32): i32 {
  const m = model();
  if (rows < 1 || rows > m.maxRows) return WRONG_ROWS;
  run(m.tape, 0, m.instructions, rows, m.step);
  const row = <usize>m.outputs << 2, padded = <usize>ld(m.outputs) << 2;
  if (row == padded) return rows;
  for (let r = 1, to = m.output + row, from = m.output + padded; r < rows; r++, to += row, from += padded) memory.copy(to, from, row);
  return rows;
}

/** The same for rows of bytes at input(): each is multiplied by the scale. */
export function predictBytes(rows: i32): i32 {
  const m = model();
  if (rows < 1 || rows > m.maxRows) return WRONG_ROWS;
  // from the end, so that no byte is written over before it is read
  for (let i = rows * m.inputs - 1; i >= 0; i--) store<f32>(m.input + (<usize>i << 2), m.scale * <f32>load<u8>(m.input + i));
  return predict(rows);
}

/** Of a model of steps: the next step of the first `rows` sequences at input(). Returns as predict(). */
export function step(rows: i32): i32 {
  return predict(rows);
}
/** The same for steps of bytes. */
export function stepBytes(rows: i32): i32 {
  return predictBytes(rows);
}
/** Begins new sequences: all states are zero. */
export function reset(): void {
  const m = model();
  memory.fill(m.states, 0, m.statesBytes);
}
/** Where the states lie: a host that keeps these bytes and puts them back later goes on from there. */
export function states(): usize {
  return model().states;
}
export function statesBytes(): i32 {
  return model().statesBytes;
}

/**
 * Traps where a bit of the data that the module starts with is not what it was: constants, weights, plan, and where they lie. FNV-1a, a word
 * at a time: multiplying by an odd number can be undone, so one changed bit always makes another sum. Runs when the module starts, first.
 * Source: Fowler, Noll & Vo, RFC 9923.
 */
export function check(): void {
  let sum: u32 = <u32>MODEL;
  for (let p: usize = 0; p < END; p += 4) sum = (sum ^ load<u32>(p)) * 16777619;
  if (sum != SUM) unreachable();
}

/** A half-precision float that is neither infinite nor NaN: the exponent moves by 127 - 15. @inline */
function half(h: u32): f32 {
  const size = reinterpret<f32>((h & 0x7fff) << 13) * reinterpret<f32>(0x77800000);
  return reinterpret<f32>(reinterpret<u32>(size) | ((h & 0x8000) << 16));
}

/** Brings weights to where kernels look for them. Runs once, when the module starts, after check(). */
export function unpack(): void {
  const m = model();
  const end = m.unpack + <usize>m.tensors * offsetof<Unpack>();
  for (let p = m.unpack; p < end; p += offsetof<Unpack>()) {
    const u = changetype<Unpack>(p);
    const columns = u.out * u.groups, n = u.k * columns;
    let plain = u.from;
    if (u.bits != 32) {
      plain = m.scratch;
      for (let i = 0, c = 0; i < n; i++) {
        const value = u.bits == 16
          ? half(load<u16>(u.from + (<usize>i << 1)))
          : load<f32>(u.scales + (<usize>c << 2)) * <f32>load<i8>(u.from + i);
        store<f32>(plain + (<usize>i << 2), value);
        if (++c == columns) c = 0;
      }
    }
    if (u.packed) {
      for (let g = 0; g < u.groups; g++)
        packWeights(u.to + (<usize>(g * u.k * ld(u.out)) << 2), plain + (<usize>(g * u.out) << 2), u.k, u.out, columns);
    } else {
      for (let r = 0; r < u.k; r++)
        memory.copy(u.to + (<usize>(r * ld(columns)) << 2), plain + (<usize>(r * columns) << 2), <usize>columns << 2);
    }
  }
  memory.fill(m.staging, 0, m.stagingBytes);
}
