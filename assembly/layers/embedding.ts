// Embedding: whole numbers become rows of a table. Numbers come as floats, which hold them exactly up to 2²⁴.
// @core sequences

import { clear } from "../math/recurrence";
import { rowBytes, shareStart } from "../math/simd";
import { Step } from "../tape";

@unmanaged
export class Embedding {
  y: usize; // [rows, outer, numbers, units]
  x: usize; // [rows, outer, numbers]
  w: usize; // [size, units] in rows
  mask: usize; // [rows, numbers]: 0 where the number is 0; 0: nobody asks
  outer: i32;
  numbers: i32;
  size: i32;
  units: i32;
}

/** The row of the table for a number, -1 where there is none. @inline */
function entry(x: f32, size: i32): i32 {
  return x >= 0 && x < <f32>size && floor(x) == x ? <i32>x : -1;
}

/** y[rows, n, units] = w[x[rows, n]]; NaN for what is no number of the table. Shares are rows. */
function embeddingForward(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<Embedding>(record);
  const bytes = rowBytes(1, a.units), n = a.numbers;
  const end = shareStart(rows, part + 1, parts) * a.outer;
  for (let r = shareStart(rows, part, parts) * a.outer; r < end; r++) {
    const x = a.x + rowBytes(r, n);
    let y = a.y + <usize>(r * n) * bytes;
    for (let i = 0; i < n; i++, y += bytes) {
      const value = load<f32>(x + (<usize>i << 2)), at = entry(value, a.size);
      const from = a.w + <usize>at * bytes;
      for (let j: usize = 0; j < bytes; j += 16) v128.store(y + j, at < 0 ? f32x4.splat(NaN) : v128.load(from + j));
      if (a.mask) store<f32>(a.mask + (<usize>(r * n + i) << 2), value == 0 ? 0 : 1);
    }
  }
}

@unmanaged
export class EmbeddingWeights {
  dw: usize;
  dy: usize;
  x: usize;
  step: usize;
  outer: i32;
  numbers: i32;
  size: i32;
  units: i32;
}

/** dw[x[rows, n]] += dy[rows, n, units], in the order of rows; others 0.  += in later pieces of a batch. Shares are columns. */
function embeddingWeights(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<EmbeddingWeights>(record);
  const bytes = rowBytes(1, a.units), n = a.numbers, quads = <i32>(bytes >> 4);
  const from = <usize>shareStart(quads, part, parts) << 4, to = <usize>shareStart(quads, part + 1, parts) << 4;
  if (changetype<Step>(a.step).first == 0)
    for (let i = 0; i < a.size; i++)
      for (let j = from; j < to; j += 16) v128.store(a.dw + <usize>i * bytes + j, f32x4.splat(0));
  for (let r = 0; r < rows * a.outer; r++) {
    const x = a.x + rowBytes(r, n);
    for (let i = 0; i < n; i++) {
      const at = entry(load<f32>(x + (<usize>i << 2)), a.size);
      if (at < 0) continue;
      const dw = a.dw + <usize>at * bytes, dy = a.dy + <usize>(r * n + i) * bytes;
      for (let j = from; j < to; j += 16) v128.store(dw + j, f32x4.add(v128.load(dw + j), v128.load(dy + j)));
    }
  }
}

@unmanaged
export class EmbeddingInput {
  dx: usize;
  n: i32;
}

/** dx[rows, n] = 0: numbers have no gradient. Shares are rows. */
function embeddingInput(record: usize, rows: i32, part: i32, parts: i32): void {
  const a = changetype<EmbeddingInput>(record);
  const from = shareStart(rows, part, parts);
  clear(a.dx + (<usize>(from * a.n) << 2), (shareStart(rows, part + 1, parts) - from) * a.n);
}

export const EMBEDDING_FORWARD: i32 = embeddingForward.index;
export const EMBEDDING_WEIGHTS: i32 = embeddingWeights.index;
export const EMBEDDING_INPUT: i32 = embeddingInput.index;
