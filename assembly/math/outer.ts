// Register tiles of dw[in, out] = xᵀ[in, rows] · dy[rows, out]: like tiles.ts, but the sum runs over the rows of the batch,
// so both operands step by a stride. A tile is R rows of dw, which lie together inside a panel.
//
//   dw    first element of the tile; row r of it is r · C · 4 bytes further
//   x     first of R neighbouring values of x     ldx   bytes from one batch row of x to the next
//   dy    first of C neighbouring values of dy    ldy   bytes from one batch row of dy to the next
//   k     batch rows to sum, at least 1           init  dw itself (+=), or zeros

import { madd } from "./simd";

/** 4 rows × 8 columns of dw. */
export function outer4x8(dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, init: usize): void {
  let a00 = v128.load(init), a01 = v128.load(init, 16);
  let a10 = v128.load(init, 32), a11 = v128.load(init, 48);
  let a20 = v128.load(init, 64), a21 = v128.load(init, 80);
  let a30 = v128.load(init, 96), a31 = v128.load(init, 112);
  const end = dy + <usize>k * ldy;
  while (true) {
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
  }
  v128.store(dw, a00); v128.store(dw, a01, 16);
  v128.store(dw, a10, 32); v128.store(dw, a11, 48);
  v128.store(dw, a20, 64); v128.store(dw, a21, 80);
  v128.store(dw, a30, 96); v128.store(dw, a31, 112);
}

/** 1 row × 8 columns of dw. */
export function outer1x8(dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, init: usize): void {
  let a00 = v128.load(init), a01 = v128.load(init, 16);
  const end = dy + <usize>k * ldy;
  while (true) {
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy), v1 = v128.load(dy, 16);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
  }
  v128.store(dw, a00); v128.store(dw, a01, 16);
}

/** 4 rows × 4 columns of dw. */
export function outer4x4(dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, init: usize): void {
  let a00 = v128.load(init);
  let a10 = v128.load(init, 16);
  let a20 = v128.load(init, 32);
  let a30 = v128.load(init, 48);
  const end = dy + <usize>k * ldy;
  while (true) {
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
      s = v128.load32_splat(x, 4); a10 = madd(a10, s, v0);
      s = v128.load32_splat(x, 8); a20 = madd(a20, s, v0);
      s = v128.load32_splat(x, 12); a30 = madd(a30, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
  }
  v128.store(dw, a00);
  v128.store(dw, a10, 16);
  v128.store(dw, a20, 32);
  v128.store(dw, a30, 48);
}

/** 1 row × 4 columns of dw. */
export function outer1x4(dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, init: usize): void {
  let a00 = v128.load(init);
  const end = dy + <usize>k * ldy;
  while (true) {
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
    {
      const v0 = v128.load(dy);
      let s = v128.load32_splat(x); a00 = madd(a00, s, v0);
    }
    x += ldx; dy += ldy;
    if (dy == end) break;
  }
  v128.store(dw, a00);
}
