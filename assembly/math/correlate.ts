// Gradients of convolution weights, one image at a time: dw[k, out] += patchesᵀ[k, pixels] · dy[pixels, out].
//
// Each image is added up by itself and then to those before it; an image of many pixels in several stretches (blocks.ts).
// Tiles of four or three rows of dw by eight columns stay in registers while all pixels pass by. Rows of dw are elements of the
// patch, each with its own offset into the image (see convolve.ts): `offsets[k]` in bytes.

import { NARROW, NARROW_ROW, PANEL, PANEL_ROW } from "./packed";
import { far1x4, far1x8, far3x8, far3x8WithSums, far4x4, far4x8, near4x8 } from "./correlateTiles";

/** db[4 columns] = from + (the sum of dy over n pixels). */
function sum4(db: usize, from: usize, dy: usize, dyPixel: usize, n: i32): void {
  let s = f32x4.splat(0);
  for (; n; n--, dy += dyPixel) s = f32x4.add(s, v128.load(dy));
  v128.store(db, f32x4.add(v128.load(from), s));
}

/**
 * dw[k0 … k1, out] from one image or a stretch of it, packed, k rows; add: += instead of overwriting. dy lies densely: `rows` × `columns`
 * pixels, dyPixel bytes apart. Sums run in reading order of the pixels. With db (not 0), the share with the first row of dw also sums dy.
 */
export function correlate(
  dw: usize, db: usize, x: usize, xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,
  offsets: usize, k: i32, out: i32, k0: i32, k1: i32, add: bool,
): void {
  for (let o = 0; o < out; o += PANEL) {
    const narrow = out - o <= NARROW;
    const width: usize = narrow ? NARROW_ROW : PANEL_ROW;
    const panel = dw + <usize>k * (<usize>o << 2);
    const dyp = dy + (<usize>o << 2);
    let i = k0;
    if (db && k0 == 0 && k1 > 0) {
      const sums = db + (<usize>o << 2), before: usize = add ? sums : 0;
      if (narrow || k1 < 3) {
        sum4(sums, before, dyp, dyPixel, rows * columns);
        if (!narrow) sum4(sums + NARROW_ROW, before ? before + NARROW_ROW : 0, dyp + NARROW_ROW, dyPixel, rows * columns);
      } else {
        far3x8WithSums(panel, add ? panel : 0, sums, before, x + load<usize>(offsets), x + load<usize>(offsets, 4), x + load<usize>(offsets, 8),
          xPixel, xTurn, dyp, dyPixel, rows, columns);
        i = 3;
      }
    }
    // threes first, so many that fours do the rest
    let threes = narrow || k1 - i < 6 ? 0 : (4 - ((k1 - i) & 3)) & 3;
    while (i < k1) {
      const to = panel + <usize>i * width;
      const from = add ? to : 0;
      const p = offsets + (<usize>i << 2);
      const x0 = x + load<usize>(p);
      if (threes) {
        threes--;
        far3x8(to, from, x0, x + load<usize>(p, 4), x + load<usize>(p, 8), xPixel, xTurn, dyp, dyPixel, rows, columns);
        i += 3;
      } else if (k1 - i >= 4) {
        const x1 = x + load<usize>(p, 4), x2 = x + load<usize>(p, 8), x3 = x + load<usize>(p, 12);
        if (narrow) far4x4(to, from, x0, x1, x2, x3, xPixel, xTurn, dyp, dyPixel, rows, columns);
        else if (x3 - x0 == 12) near4x8(to, from, x0, xPixel, xTurn, dyp, dyPixel, rows, columns);
        else far4x8(to, from, x0, x1, x2, x3, xPixel, xTurn, dyp, dyPixel, rows, columns);
        i += 4;
      } else {
        if (narrow) far1x4(to, from, x0, xPixel, xTurn, dyp, dyPixel, rows, columns);
        else far1x8(to, from, x0, xPixel, xTurn, dyp, dyPixel, rows, columns);
        i++;
      }
    }
  }
}
