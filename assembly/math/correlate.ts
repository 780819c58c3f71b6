// Gradients of convolution weights, one image at a time: dw[k, out] += patchesᵀ[k, pixels] · dy[pixels, out].
//
// Tiles of four or three rows of dw by eight columns stay in registers while all pixels pass by. Rows of dw are elements of the
// patch, each with its own offset into the image (see convolve.ts): `offsets[k]` in bytes.

import { madd } from "./simd";

// What every function here takes:
//   dw       first row of the tile in its panel      from   where the sums start: dw itself, or zeros
//   x, dy    first pixels                            xPixel, dyPixel   bytes to the next pixel in a row
//   xTurn    added after a row's last pixel, on top of xPixel; dy lies densely

/** Four rows × eight columns, the rows at consecutive floats of the image. */
function near4x8(
  dw: usize, from: usize, x: usize, xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a00 = v128.load(from), a01 = v128.load(from, 16), a10 = v128.load(from, 32), a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64), a21 = v128.load(from, 80), a30 = v128.load(from, 96), a31 = v128.load(from, 112);
  do {
    let c = columns;
    do {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      x += xPixel; dy += dyPixel;
    } while (--c);
    x += xTurn;
  } while (--rows);
  v128.store(dw, a00); v128.store(dw, a01, 16); v128.store(dw, a10, 32); v128.store(dw, a11, 48);
  v128.store(dw, a20, 64); v128.store(dw, a21, 80); v128.store(dw, a30, 96); v128.store(dw, a31, 112);
}

/** Four rows × eight columns. */
function far4x8(
  dw: usize, from: usize, x0: usize, x1: usize, x2: usize, x3: usize, xPixel: usize, xTurn: usize,
  dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a00 = v128.load(from), a01 = v128.load(from, 16), a10 = v128.load(from, 32), a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64), a21 = v128.load(from, 80), a30 = v128.load(from, 96), a31 = v128.load(from, 112);
  do {
    let c = columns;
    do {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x3); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      x0 += xPixel; x1 += xPixel; x2 += xPixel; x3 += xPixel; dy += dyPixel;
    } while (--c);
    x0 += xTurn; x1 += xTurn; x2 += xTurn; x3 += xTurn;
  } while (--rows);
  v128.store(dw, a00); v128.store(dw, a01, 16); v128.store(dw, a10, 32); v128.store(dw, a11, 48);
  v128.store(dw, a20, 64); v128.store(dw, a21, 80); v128.store(dw, a30, 96); v128.store(dw, a31, 112);
}

/** Three rows × eight columns: six sums still hide the latency of an addition, and 4s and 3s make up every k ≥ 6. */
function far3x8(
  dw: usize, from: usize, x0: usize, x1: usize, x2: usize, xPixel: usize, xTurn: usize,
  dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a00 = v128.load(from), a01 = v128.load(from, 16), a10 = v128.load(from, 32), a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64), a21 = v128.load(from, 80);
  do {
    let c = columns;
    do {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      x0 += xPixel; x1 += xPixel; x2 += xPixel; dy += dyPixel;
    } while (--c);
    x0 += xTurn; x1 += xTurn; x2 += xTurn;
  } while (--rows);
  v128.store(dw, a00); v128.store(dw, a01, 16); v128.store(dw, a10, 32); v128.store(dw, a11, 48);
  v128.store(dw, a20, 64); v128.store(dw, a21, 80);
}

/** The same three rows, and db[8 columns] += the sum of dy over the pixels: two more additions for values that are at hand. */
function far3x8WithSums(
  dw: usize, from: usize, db: usize, dbFrom: usize, x0: usize, x1: usize, x2: usize, xPixel: usize, xTurn: usize,
  dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a00 = v128.load(from), a01 = v128.load(from, 16), a10 = v128.load(from, 32), a11 = v128.load(from, 48);
  let a20 = v128.load(from, 64), a21 = v128.load(from, 80), s0 = v128.load(dbFrom), s1 = v128.load(dbFrom, 16);
  do {
    let c = columns;
    do {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      s0 = f32x4.add(s0, v0); s1 = f32x4.add(s1, v1);
      let s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      x0 += xPixel; x1 += xPixel; x2 += xPixel; dy += dyPixel;
    } while (--c);
    x0 += xTurn; x1 += xTurn; x2 += xTurn;
  } while (--rows);
  v128.store(dw, a00); v128.store(dw, a01, 16); v128.store(dw, a10, 32); v128.store(dw, a11, 48);
  v128.store(dw, a20, 64); v128.store(dw, a21, 80); v128.store(db, s0); v128.store(db, s1, 16);
}

/** db[4 columns] += the sum of dy over n pixels. */
function sum4(db: usize, from: usize, dy: usize, dyPixel: usize, n: i32): void {
  let s = v128.load(from);
  for (; n; n--, dy += dyPixel) s = f32x4.add(s, v128.load(dy));
  v128.store(db, s);
}

/** One row × eight columns. */
function far1x8(
  dw: usize, from: usize, x: usize, xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a00 = v128.load(from), a01 = v128.load(from, 16);
  do {
    let c = columns;
    do {
      const s = v128.load32_splat(x);
      a00 = madd(a00, s, v128.load(dy)); a01 = madd(a01, s, v128.load(dy, 16));
      x += xPixel; dy += dyPixel;
    } while (--c);
    x += xTurn;
  } while (--rows);
  v128.store(dw, a00); v128.store(dw, a01, 16);
}

/** Four rows × four columns, for a narrow last panel. */
function far4x4(
  dw: usize, from: usize, x0: usize, x1: usize, x2: usize, x3: usize, xPixel: usize, xTurn: usize,
  dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a0 = v128.load(from), a1 = v128.load(from, 16), a2 = v128.load(from, 32), a3 = v128.load(from, 48);
  do {
    let c = columns;
    do {
      const v = v128.load(dy);
      a0 = madd(a0, v128.load32_splat(x0), v); a1 = madd(a1, v128.load32_splat(x1), v);
      a2 = madd(a2, v128.load32_splat(x2), v); a3 = madd(a3, v128.load32_splat(x3), v);
      x0 += xPixel; x1 += xPixel; x2 += xPixel; x3 += xPixel; dy += dyPixel;
    } while (--c);
    x0 += xTurn; x1 += xTurn; x2 += xTurn; x3 += xTurn;
  } while (--rows);
  v128.store(dw, a0); v128.store(dw, a1, 16); v128.store(dw, a2, 32); v128.store(dw, a3, 48);
}

/** One row × four columns. */
function far1x4(
  dw: usize, from: usize, x: usize, xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,
): void {
  let a = v128.load(from);
  do {
    let c = columns;
    do {
      a = madd(a, v128.load32_splat(x), v128.load(dy));
      x += xPixel; dy += dyPixel;
    } while (--c);
    x += xTurn;
  } while (--rows);
  v128.store(dw, a);
}

/**
 * dw[k0 … k1, out] from one image, in panels of k rows; add: += instead of overwriting. dy lies densely: `rows` × `columns`
 * pixels, dyPixel bytes apart. Sums run in reading order of the pixels. With db (not 0), whoever has the first row of dw also adds up dy.
 */
export function correlate(
  dw: usize, db: usize, x: usize, xPixel: usize, xTurn: usize, dy: usize, dyPixel: usize, rows: i32, columns: i32,
  offsets: usize, k: i32, out: i32, k0: i32, k1: i32, add: bool,
): void {
  for (let o = 0; o < out; o += 8) {
    const narrow = out - o <= 4;
    const width: usize = narrow ? 16 : 32;
    const panel = dw + <usize>k * (<usize>o << 2);
    const dyp = dy + (<usize>o << 2);
    let i = k0;
    if (db && k0 == 0 && k1 > 0) {
      const sums = db + (<usize>o << 2), before: usize = add ? sums : 0;
      if (narrow || k1 < 3) {
        sum4(sums, before, dyp, dyPixel, rows * columns);
        if (!narrow) sum4(sums + 16, before ? before + 16 : 0, dyp + 16, dyPixel, rows * columns);
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
