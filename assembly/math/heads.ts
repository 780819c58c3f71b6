// Heads of attention: matrices that lie in the columns of a wider one, their rows so many bytes apart. A head need not begin at a
// multiple of four floats, so what is written goes by way of scratch unless it does and ends at one: shares write nothing but their own.

import { transpose4 } from "./matmul";
import { outer1x4, outer1x8, outer4x4, outer4x8 } from "./outer";
import { NARROW, NARROW_ROW, PANEL, PANEL_ROW, panelAt, panelWidth } from "./packed";
import { product } from "./recurrence";
import { ld, rowBytes } from "./simd";

/** to[n, rows] packed = fromᵀ, from[rows, n]. Reads up to three floats behind a row. */
export function turnHead(to: usize, from: usize, ldfrom: usize, rows: i32, n: i32): void {
  for (let c = 0; c < rows; c += PANEL) {
    const width = panelWidth(rows, c), ldto = <usize>width << 2;
    const panel = to + panelAt(c, n);
    for (let h = 0; h < width; h += 4) {
      const rest = rows - c - h, row = from + <usize>(c + h) * ldfrom;
      for (let i = 0; i < n; i += 4) transpose4(panel + <usize>i * ldto + (<usize>h << 2), ldto, min(4, n - i), row + (<usize>i << 2), ldfrom, rest);
    }
  }
}

/** to[rows, n] packed = from[rows, n]. Reads up to three floats behind a row; they are in the padding of the panel. */
export function packHead(to: usize, from: usize, ldfrom: usize, rows: i32, n: i32): void {
  for (let c = 0; c < n; c += PANEL) {
    const wide = panelWidth(n, c) == PANEL;
    let p = from + (<usize>c << 2);
    for (let r = rows; r; r--, p += ldfrom, to += wide ? PANEL_ROW : NARROW_ROW) {
      v128.store(to, v128.load(p));
      if (wide) v128.store(to, v128.load(p, 16), 16);
    }
  }
}

/** Head h of y[rows, H · n] = x[rows, k] · w[k, n], w packed. The last head zeroes the padding of y. scratch: [rows, n] */
export function intoHead(
  y: usize, h: i32, heads: i32, ldy: usize, x: usize, ldx: usize, w: usize, rows: i32, k: i32, n: i32, scratch: usize,
): void {
  const head = y + (<usize>(h * n) << 2);
  if ((n & 3) == 0) return product(head, ldy, x, ldx, w, 0, 0, rows, k, n);
  const bytes = rowBytes(1, n);
  product(scratch, bytes, x, ldx, w, 0, 0, rows, k, n);
  for (let r = 0; r < rows; r++) memory.copy(head + <usize>r * ldy, scratch + <usize>r * bytes, <usize>n << 2);
  if (h == heads - 1) clearBehind(y, ldy, rows, heads * n);
}

/** Head h of y[k, H · n] = factor · xᵀ[k, rows] · d[rows, n]; sums in the order of rows. The last head zeroes the padding of y. scratch: [k, n] */
export function outerHead(
  y: usize, h: i32, heads: i32, ldy: usize, x: usize, ldx: usize, d: usize, ldd: usize, rows: i32, k: i32, n: i32, factor: f32, scratch: usize,
): void {
  const quads = k >> 2, ones = k & 3;
  const x1 = x + (<usize>quads << 4);
  for (let c = 0; c < n; c += PANEL) {
    const wide = panelWidth(n, c) == PANEL, width = wide ? PANEL_ROW : NARROW_ROW;
    const from = d + (<usize>c << 2), rest = scratch + <usize>(quads * 4) * width;
    if (wide) {
      outer4x8(quads, scratch, x, ldx, from, ldd, rows, false);
      outer1x8(ones, rest, x1, ldx, from, ldd, rows, false);
    } else {
      outer4x4(quads, scratch, x, ldx, from, ldd, rows, false);
      outer1x4(ones, rest, x1, ldx, from, ldd, rows, false);
    }
    let to = y + (<usize>(h * n + c) << 2), p = scratch;
    for (let r = 0; r < k; r++, to += ldy, p += width)
      for (let j = 0; j < min(PANEL, n - c); j++) store<f32>(to + (<usize>j << 2), factor * load<f32>(p + (<usize>j << 2)));
  }
  if (h == heads - 1) clearBehind(y, ldy, k, heads * n);
}

/** Zeroes the padding of rows of `n` floats. */
function clearBehind(y: usize, ldy: usize, rows: i32, n: i32): void {
  const bytes = <usize>(ld(n) - n) << 2;
  for (let to = y + (<usize>n << 2); rows; rows--, to += ldy) memory.fill(to, 0, bytes);
}
