// The three matrix products of a dense layer, cut into blocks that stay in cache and shares for threads.
//
// Block sizes are for a first-level cache of 32 KiB: a block of a panel (KC × PANEL floats, 16 KiB) stays there while tiles of x
// pass by; MC rows of x (256 KiB) stay in the second level while panels pass by.

import {
  NARROW, NARROW_ROW, PANEL, PANEL_ROW, panelAt, panelsOf, panelWidth, withinPanel,
} from "./packed";
import { LEAST_BLOCK, SUM_BLOCK } from "./blocks";
import { halves, ld, promoteHigh, shareStart } from "./simd";
import { tile1x24, tile2x16, tiles1x4, tiles1x8, tiles4x4, tiles4x8 } from "./tiles";
import { outer1x4, outer1x8, outer4x4, outer4x8, packed4x8 } from "./outer";

const KC: i32 = 512;
const MC: i32 = 128;
/** Sums of more terms than this go in blocks. */
const LONG: i32 = 4096;

/** Linear memory starts with this many zero bytes (memoryBase in asconfig.json): what a sum without a bias starts from. */
export const ZEROS: i32 = 256;
/** First byte that belongs to nobody yet: the compiler may keep constants after the zeros. */
export const BASE: usize = __heap_base;

/**
 * y[rows, out] = x[rows, k] · w[k, out] + b[out]; b = 0 leaves it out. w packed; sums run in the order of k, in blocks where it is
 * long.
 * Shares are panels while there are enough of them, else rows.
 */
export function matmul(
  y: usize, x: usize, w: usize, b: usize, rows: i32, k: i32, out: i32, part: i32, parts: i32,
): void {
  const byPanels = dividesPanels(out, parts);
  const all = byPanels ? panelsOf(out) : rows;
  const from = shareStart(all, part, parts), to = shareStart(all, part + 1, parts);
  if (byPanels) blocks(y, x, w, b, k, out, 0, rows, from, to);
  else blocks(y, x, w, b, k, out, from, to, 0, panelsOf(out));
}

/** Panels of wᵀ that lie in the scratch at a time: what two and three panels at once divide. Of long ones two, so that they stay in the second-level cache. */
const TURNED: i32 = 6;
const LONG_PANEL: i32 = 1024;
/** Bytes of scratch that matmulTurned() needs for each of its shares, for each column of dy. */
export const TURNED_SCRATCH: i32 = TURNED * <i32>PANEL_ROW;

/**
 * dx[rows, k] = dy[rows, out] · wᵀ, w[k, out] packed. A few panels of wᵀ at a time are made in the scratch and used at once: with few rows
 * it takes longer to write and read a whole copy of wᵀ than to multiply. Bits and shares are those of matmul() with such a copy.
 */
export function matmulTurned(
  dx: usize, dy: usize, w: usize, scratch: usize, rows: i32, k: i32, out: i32, part: i32, parts: i32,
): void {
  const panels = panelsOf(k), byPanels = dividesPanels(k, parts);
  const all = byPanels ? panels : rows;
  const from = shareStart(all, part, parts), to = shareStart(all, part + 1, parts);
  scratch += <usize>part * <usize>(out * TURNED_SCRATCH);
  const some = out > LONG_PANEL ? 2 : TURNED;
  const last = byPanels ? to : panels;
  for (let p = byPanels ? from : 0; p < last; p += some) {
    const pn = min(last, p + some);
    const turned = scratch - <usize>p * <usize>out * PANEL_ROW;
    transposePanels(turned, w, k, out, p, pn);
    if (byPanels) blocks(dx, dy, turned, 0, out, k, 0, rows, p, pn);
    else blocks(dx, dy, turned, 0, out, k, from, to, p, pn);
  }
}

/** Whether shares are panels. */
function dividesPanels(out: i32, parts: i32): bool {
  return panelsOf(out) >= parts * 2;
}

/** Rows r0 … r1 of panels p0 … p1, in blocks. */
function blocks(
  y: usize, x: usize, w: usize, b: usize, k: i32, out: i32, r0: i32, r1: i32, p0: i32, p1: i32,
): void {
  const stretches = (k + KC - 1) / KC;
  const kc = ld((k + stretches - 1) / stretches);
  for (let k0 = 0; k0 < k; k0 += kc) {
    const kn = min(kc, k - k0);
    for (let rb = r0; rb < r1; rb += MC) block(y, x, w, b, k, out, k0, kn, rb, min(r1 - rb, MC), p0, p1);
  }
}

/** The part of matmul() for rows r0 … r0+rn, panels p0 … p1 and the stretch k0 … k0+kn of the sum. */
function block(
  y: usize, x: usize, w: usize, b: usize, k: i32, out: i32,
  k0: i32, kn: i32, r0: i32, rn: i32, p0: i32, p1: i32,
): void {
  const ldy = <usize>ld(out) << 2, ldx = <usize>ld(k) << 2;
  const fours = rn >> 2;
  y += <usize>r0 * ldy;
  x += <usize>r0 * ldx + (<usize>k0 << 2);
  const last = out - p1 * PANEL <= -NARROW ? p1 - 1 : p1; // panels from here on are narrow
  // a long sum goes in blocks, each added to those before; others go on where the stretch before ended
  const plus = k > LONG && k0 > 0, on = k0 > 0 && !plus;
  if (plus) b = 0;
  const ldinit = on ? ldy : 0;
  if (fours) {
    for (let p = p0; p < p1; p++) {
      const c = <usize>p * PANEL_ROW;
      const wp = w + <usize>p * <usize>k * PANEL_ROW;
      const yp = y + c;
      const init: usize = on ? yp : b ? b + c : 0;
      if (p == last) tiles4x4(fours, yp, ldy, x, ldx, wp + <usize>k0 * NARROW_ROW, kn, init, ldinit, plus);
      else tiles4x8(fours, yp, ldy, x, ldx, wp + <usize>k0 * PANEL_ROW, kn, init, ldinit, plus);
    }
  }
  // the last one to three rows: in eight columns too few sums to keep the adders busy, so several panels at a time
  let left = rn & 3;
  y += <usize>(rn - left) * ldy;
  x += <usize>(rn - left) * ldx;
  while (left) {
    const two = left > 1;
    const n = two ? 2 : 1;
    const panel = <usize>k * PANEL_ROW;
    let p = p0;
    for (const step = two ? 2 : 3; p + step <= last; p += step) {
      const c = <usize>p * PANEL_ROW;
      const init: usize = on ? y + c : b ? b + c : 0;
      const wp = w + <usize>p * panel + <usize>k0 * PANEL_ROW;
      if (two) tile2x16(y + c, ldy, x, ldx, wp, panel, kn, init, ldinit, init ? PANEL_ROW : <usize>0, plus);
      else tile1x24(y + c, x, wp, panel, kn, init, init ? PANEL_ROW : <usize>0, plus);
    }
    for (; p < p1; p++) {
      const c = <usize>p * PANEL_ROW;
      const init: usize = on ? y + c : b ? b + c : 0;
      const wp = w + <usize>p * panel;
      if (p == last) tiles1x4(n, y + c, ldy, x, ldx, wp + <usize>k0 * NARROW_ROW, kn, init, ldinit, plus);
      else tiles1x8(n, y + c, ldy, x, ldx, wp + <usize>k0 * PANEL_ROW, kn, init, ldinit, plus);
    }
    left -= n;
    y += <usize>n * ldy;
    x += <usize>n * ldx;
  }
}

/** Batch rows summed before dw is written: the lines that so many rows of x and dy touch stay in the first-level cache. */
const RC: i32 = 64;
/** The same where strips are copied together first: a panel of so many rows of dy is 8 KiB. */
const PACKED_RC: i32 = 256;
/** Rows of dw whose strip of x (packed 256 KiB) stays in the second-level cache while the panels of dy pass by. */
const IC: i32 = 256;
/** Rows of dw whose sums of one block (PANEL columns, 2 KiB) are added up apart, and whose strip of x (of SUM_BLOCK rows) fits the scratch. */
const BLOCK_IC: i32 = 64;
/** Fewer batch rows than this are not worth copying. */
const PACK_ROWS: i32 = 24;

/**
 * Whether rows so many bytes apart fall into so few sets of a first-level cache (64 sets of 64 bytes) that they push each other out.
 * @inline
 */
function thrashes(stride: usize): bool {
  return (stride & 511) == 0;
}

/** Bytes of scratch that outerProduct() needs for each of its shares. */
export const OUTER_SCRATCH: i32 = PACKED_RC * IC * 4 + PACKED_RC * <i32>PANEL_ROW;

/**
 * dw[k, out] = xᵀ[k, rows] · dy[rows, out], packed; sums run in the order of rows, in blocks where they are long (blocks.ts).
 * Shares are rows of dw. `scratch` holds OUTER_SCRATCH bytes for each share. each: rows for each row of the batch. add: += instead of
 * overwriting.
 */
export function outerProduct(
  dw: usize, x: usize, dy: usize, scratch: usize, rows: i32, each: i32, k: i32, out: i32, add: bool, part: i32, parts: i32,
): void {
  const i0 = shareStart((k + 3) >> 2, part, parts) << 2;
  const i1 = min(k, shareStart((k + 3) >> 2, part + 1, parts) << 2);
  const ldx = <usize>ld(k) << 2, ldy = <usize>ld(out) << 2;
  scratch += <usize>part * OUTER_SCRATCH;
  const pack = rows >= PACK_ROWS && (thrashes(ldx) || thrashes(ldy));
  // a single block is added up in place
  const images = each >= LEAST_BLOCK, alone = !images && rows <= SUM_BLOCK * each;
  const block = alone ? (pack ? PACKED_RC : RC) : SUM_BLOCK, width = alone ? IC : BLOCK_IC;
  for (let r0 = 0; r0 < rows; ) {
    const rn = min(block, images ? each - r0 % each : rows - r0);
    const from = r0 > 0 || add;
    for (let i = i0; i < i1; i += width) {
      strip(dw, x, ldx, dy, ldy, scratch, pack, !alone && from, rn, k, out, i, min(width, i1 - i), from);
    }
    r0 += rn;
    x += <usize>rn * ldx;
    dy += <usize>rn * ldy;
  }
}

/**
 * dw rows i … i+n. pack: through copies in scratch, the strip of x as [n/4][rows][4], panels of dy as [rows][PANEL]. apart: added up in
 * scratch first, and then to dw.
 */
function strip(
  dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, scratch: usize, pack: bool, apart: bool,
  rows: i32, k: i32, out: i32, i: i32, n: i32, add: bool,
): void {
  const quads = n >> 2, ones = n & 3;
  x += <usize>i << 2;
  const ys = scratch + PACKED_RC * IC * 4, sums = ys + RC * <i32>PANEL_ROW;
  // of a single block one stretch, which is the caller's
  const rc = rows > PACKED_RC || apart ? RC : rows;
  if (pack) {
    for (let r0 = 0, to = scratch; r0 < rows; r0 += rc) {
      for (let q = 0; q < quads; q++) {
        let from = x + <usize>r0 * ldx + (<usize>q << 4);
        for (let r = min(rc, rows - r0); r; r--, from += ldx, to += 16) v128.store(to, v128.load(from));
      }
    }
  }
  for (let c = 0; c < out; c += PANEL) {
    const wide = out - c > NARROW;
    const width = wide ? PANEL_ROW : NARROW_ROW;
    const place = dw + panelAt(c, k) + <usize>i * width;
    const t = apart ? sums : place, t1 = t + <usize>quads * 4 * width;
    let more = add && !apart;
    for (let r0 = 0; r0 < rows; r0 += rc, more = true) {
      const rn = min(rc, rows - r0);
      const xi = x + <usize>r0 * ldx, x1 = xi + (<usize>quads << 4), dyp = dy + <usize>r0 * ldy + (<usize>c << 2);
      if (!wide) {
        outer4x4(quads, t, xi, ldx, dyp, ldy, rn, more);
        outer1x4(ones, t1, x1, ldx, dyp, ldy, rn, more);
        continue;
      }
      if (pack) {
        let from = dyp, to = ys;
        for (let r = rn; r; r--, from += ldy, to += PANEL_ROW) {
          v128.store(to, v128.load(from));
          v128.store(to, v128.load(from, 16), 16);
        }
        packed4x8(quads, t, scratch + (<usize>(r0 * quads) << 4), ys, rn, more);
      } else {
        outer4x8(quads, t, xi, ldx, dyp, ldy, rn, more);
      }
      outer1x8(ones, t1, x1, ldx, dyp, ldy, rn, more);
    }
    if (apart) {
      for (let j: usize = 0, end = <usize>n * width; j < end; j += 16) {
        v128.store(place + j, f32x4.add(v128.load(place + j), v128.load(sums + j)));
      }
    }
  }
}

/**
 * wt[out, k] = wᵀ, both packed: what dx = dy · wᵀ multiplies by. Eight by eight blocks are contiguous on both sides.
 * Shares are panels of wt.
 */
export function transposePacked(wt: usize, w: usize, k: i32, out: i32, part: i32, parts: i32): void {
  const panels = panelsOf(k);
  transposePanels(wt, w, k, out, shareStart(panels, part, parts), shareStart(panels, part + 1, parts));
}

/**
 * Panels q0 … q1 of transposePacked(). Columns of w outside: what is read of a panel of w for all of these panels lies in one stretch, while
 * two panels of w may be many pages apart.
 */
function transposePanels(wt: usize, w: usize, k: i32, out: i32, q0: i32, q1: i32): void {
  for (let o0 = 0; o0 < out; o0 += PANEL) {
    const ow = panelWidth(out, o0); // width of the panel of w that begins with column o0
    const panel = w + panelAt(o0, k);
    for (let q = q0; q < q1; q++) {
      const i0 = q * PANEL;
      const rows = min(PANEL, k - i0);
      const tw = rows > NARROW ? PANEL : NARROW; // width of this panel of wt
      for (let half = 0; half < ow; half += 4) {
        const from = panel + (<usize>(i0 * ow + half) << 2);
        const to = wt + <usize>q * <usize>out * PANEL_ROW + (<usize>((o0 + half) * tw) << 2);
        const cols = min(4, out - o0 - half);
        for (let h = 0; h < tw; h += 4) {
          transpose4(to + (h << 2), <usize>tw << 2, cols, from + (<usize>(h * ow) << 2), <usize>ow << 2, rows - h);
        }
      }
    }
  }
}

/** to[c][r] = from[r][c] for four rows r (those from `rows` on read as zero) and `cols` ≤ 4 columns c. @inline */
export function transpose4(to: usize, ldto: usize, cols: i32, from: usize, ldfrom: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  const a = v128.load(from);
  const b = rows > 1 ? v128.load(from + ldfrom) : zero;
  const c = rows > 2 ? v128.load(from + 2 * ldfrom) : zero;
  const d = rows > 3 ? v128.load(from + 3 * ldfrom) : zero;
  const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f64>(ab0, cd0, 0, 2));
  if (cols > 1) v128.store(to + ldto, v128.shuffle<f64>(ab0, cd0, 1, 3));
  if (cols > 2) v128.store(to + 2 * ldto, v128.shuffle<f64>(ab1, cd1, 0, 2));
  if (cols > 3) v128.store(to + 3 * ldto, v128.shuffle<f64>(ab1, cd1, 1, 3));
}

/**
 * sums[out] = Σ over rows of dy[rows, out], in row order; padding columns too. Shares are groups of 4 columns. Images (`each` rows for
 * each row of the batch) are added up by themselves in double precision, and so are very many rows.
 */
export function columnSums(sums: usize, dy: usize, rows: i32, each: i32, out: i32, add: bool, part: i32, parts: i32): void {
  const quads = ld(out) >> 2;
  const ldy = <usize>ld(out) << 2;
  const g1 = shareStart(quads, part + 1, parts);
  const images = each >= LEAST_BLOCK, blocks = images || rows > SUM_BLOCK * each;
  const block = images ? each : rows;
  // two groups at a time, because each sum waits for its last addition; a single last one is added up twice
  for (let g = shareStart(quads, part, parts); g < g1; g += 2) {
    const to = sums + (<usize>g << 4), next: usize = g + 1 < g1 ? 16 : 0;
    let p = dy + (<usize>g << 4);
    let s0 = v128.load(add ? to : 0), s1 = v128.load(add ? to + next : 0);
    if (blocks) {
      for (let r = 0; r < rows; r += block) {
        let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
        for (let i = block; i; i--, p += ldy) {
          const v = v128.load(p), w = v128.load(p + next);
          a0 = f64x2.add(a0, f64x2.promote_low_f32x4(v));
          a1 = f64x2.add(a1, promoteHigh(v));
          b0 = f64x2.add(b0, f64x2.promote_low_f32x4(w));
          b1 = f64x2.add(b1, promoteHigh(w));
        }
        s0 = f32x4.add(s0, halves(a0, a1));
        s1 = f32x4.add(s1, halves(b0, b1));
      }
    } else {
      for (let r = rows; r; r--, p += ldy) {
        s0 = f32x4.add(s0, v128.load(p));
        s1 = f32x4.add(s1, v128.load(p + next));
      }
    }
    v128.store(to, s0);
    v128.store(to + next, s1);
  }
}

/** Packed w from plain row-major [k, out], whose rows are `columns` floats apart; padding columns become zero. */
export function packWeights(w: usize, plain: usize, k: i32, out: i32, columns: i32): void {
  for (let c = 0; c < ld(out); c++) {
    const width = panelWidth(out, c);
    let to = w + panelAt(c, k) + (<usize>withinPanel(c) << 2);
    let from = plain + (<usize>c << 2);
    for (let i = 0; i < k; i++, to += width << 2, from += <usize>columns << 2) store<f32>(to, c < out ? load<f32>(from) : 0);
  }
}

/** Plain row-major [k, out], rows `columns` floats apart, from packed w. */
export function unpackWeights(plain: usize, w: usize, k: i32, out: i32, columns: i32): void {
  for (let c = 0; c < out; c++) {
    const width = panelWidth(out, c);
    let from = w + panelAt(c, k) + (<usize>withinPanel(c) << 2);
    let to = plain + (<usize>c << 2);
    for (let i = 0; i < k; i++, from += width << 2, to += <usize>columns << 2) store<f32>(to, load<f32>(from));
  }
}
