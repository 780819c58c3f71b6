// Register tiles of y[rows, out] = x[rows, k] · w[k, out]: the innermost loops of every matrix product.
//
// A tile holds R rows × C columns of y in registers and walks k once; each sum runs in the order of k, so a y element has the
// same bits whichever tile computes it. w comes in panels (see ARCHITECTURE.md): C columns contiguous for each k. A function
// does n tiles below each other, because a call for each would cost as much as ten steps of a short sum.
//
//   y     first element of the first tile    ldy     bytes from one row of y to the next
//   x     first element of its rows          ldx     bytes from one row of x to the next
//   panel w at the first k                   k       length of the sum, at least 1
//   init  what the sums start from: the bias (ldinit 0), y itself (ldinit ldy) or zeros
//
// Why every step of an unrolled loop ends in its own `break`: an optimising engine may hoist all loads of a basic block above
// its arithmetic. Several steps in one block then need more registers than there are, and every sum is spilled to the
// stack (half the speed in V8). A branch between steps keeps blocks small, and costs one compare.

import { madd } from "./simd";

/** 4 rows × 8 columns: eight sums in flight, six loads a step. The tile nearly all work is done in. */
export function tiles4x8(n: i32, y: usize, ldy: usize, x: usize, ldx: usize, panel: usize, k: i32, init: usize, ldinit: usize): void {
  const end = panel + <usize>k * 32;
  for (; n; n--) {
    let w = panel, x0 = x, x1 = x0 + ldx, x2 = x1 + ldx, x3 = x2 + ldx;
    let a00 = v128.load(init), a01 = v128.load(init, 16); init += ldinit;
    let a10 = v128.load(init), a11 = v128.load(init, 16); init += ldinit;
    let a20 = v128.load(init), a21 = v128.load(init, 16); init += ldinit;
    let a30 = v128.load(init), a31 = v128.load(init, 16); init += ldinit;
    while (true) {
      {
        const v0 = v128.load(w), v1 = v128.load(w, 16);
        let s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 32) break;
      {
        const v0 = v128.load(w, 32), v1 = v128.load(w, 48);
        let s = v128.load32_splat(x0, 4); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 4); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 4); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      // a build for size takes two steps a turn instead of eight
      if (ASC_SHRINK_LEVEL > 0) {
        x0 += 8; x1 += 8; x2 += 8; x3 += 8; w += 64;
        if (w == end) break;
        continue;
      }
      if (w == end - 64) break;
      {
        const v0 = v128.load(w, 64), v1 = v128.load(w, 80);
        let s = v128.load32_splat(x0, 8); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 8); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 8); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 96) break;
      {
        const v0 = v128.load(w, 96), v1 = v128.load(w, 112);
        let s = v128.load32_splat(x0, 12); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 12); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 12); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 128) break;
      {
        const v0 = v128.load(w, 128), v1 = v128.load(w, 144);
        let s = v128.load32_splat(x0, 16); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 16); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 16); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 16); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 160) break;
      {
        const v0 = v128.load(w, 160), v1 = v128.load(w, 176);
        let s = v128.load32_splat(x0, 20); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 20); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 20); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 20); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 192) break;
      {
        const v0 = v128.load(w, 192), v1 = v128.load(w, 208);
        let s = v128.load32_splat(x0, 24); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 24); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 24); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 24); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (w == end - 224) break;
      {
        const v0 = v128.load(w, 224), v1 = v128.load(w, 240);
        let s = v128.load32_splat(x0, 28); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 28); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 28); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 28); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      x0 += 32; x1 += 32; x2 += 32; x3 += 32; w += 256;
      if (w == end) break;
    }
    v128.store(y, a00); v128.store(y, a01, 16); y += ldy;
    v128.store(y, a10); v128.store(y, a11, 16); y += ldy;
    v128.store(y, a20); v128.store(y, a21, 16); y += ldy;
    v128.store(y, a30); v128.store(y, a31, 16); y += ldy;
    x += 4 * ldx;
  }
}

/** 1 row × 8 columns. */
export function tiles1x8(n: i32, y: usize, ldy: usize, x: usize, ldx: usize, panel: usize, k: i32, init: usize, ldinit: usize): void {
  const end = panel + <usize>k * 32;
  for (; n; n--) {
    let w = panel, x0 = x;
    let a00 = v128.load(init), a01 = v128.load(init, 16); init += ldinit;
    while (true) {
      {
        const v0 = v128.load(w), v1 = v128.load(w, 16);
        const s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      }
      if (w == end - 32) break;
      {
        const v0 = v128.load(w, 32), v1 = v128.load(w, 48);
        const s = v128.load32_splat(x0, 4); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      }
      x0 += 8; w += 64;
      if (w == end) break;
    }
    v128.store(y, a00); v128.store(y, a01, 16); y += ldy;
    x += ldx;
  }
}

/** 4 rows × 4 columns, for a narrow last panel. */
export function tiles4x4(n: i32, y: usize, ldy: usize, x: usize, ldx: usize, panel: usize, k: i32, init: usize, ldinit: usize): void {
  const end = panel + <usize>k * 16;
  for (; n; n--) {
    let w = panel, x0 = x, x1 = x0 + ldx, x2 = x1 + ldx, x3 = x2 + ldx;
    let a00 = v128.load(init); init += ldinit;
    let a10 = v128.load(init); init += ldinit;
    let a20 = v128.load(init); init += ldinit;
    let a30 = v128.load(init); init += ldinit;
    while (true) {
      {
        const v0 = v128.load(w);
        let s = v128.load32_splat(x0); a00 = madd(a00, s, v0);
        s = v128.load32_splat(x1); a10 = madd(a10, s, v0);
        s = v128.load32_splat(x2); a20 = madd(a20, s, v0);
        s = v128.load32_splat(x3); a30 = madd(a30, s, v0);
      }
      if (w == end - 16) break;
      {
        const v0 = v128.load(w, 16);
        let s = v128.load32_splat(x0, 4); a00 = madd(a00, s, v0);
        s = v128.load32_splat(x1, 4); a10 = madd(a10, s, v0);
        s = v128.load32_splat(x2, 4); a20 = madd(a20, s, v0);
        s = v128.load32_splat(x3, 4); a30 = madd(a30, s, v0);
      }
      x0 += 8; x1 += 8; x2 += 8; x3 += 8; w += 32;
      if (w == end) break;
    }
    v128.store(y, a00); y += ldy;
    v128.store(y, a10); y += ldy;
    v128.store(y, a20); y += ldy;
    v128.store(y, a30); y += ldy;
    x += 4 * ldx;
  }
}

/** 1 row × 4 columns. */
export function tiles1x4(n: i32, y: usize, ldy: usize, x: usize, ldx: usize, panel: usize, k: i32, init: usize, ldinit: usize): void {
  const end = panel + <usize>k * 16;
  for (; n; n--) {
    let w = panel, x0 = x;
    let a00 = v128.load(init); init += ldinit;
    while (true) {
      {
        const v0 = v128.load(w);
        const s = v128.load32_splat(x0); a00 = madd(a00, s, v0);
      }
      if (w == end - 16) break;
      {
        const v0 = v128.load(w, 16);
        const s = v128.load32_splat(x0, 4); a00 = madd(a00, s, v0);
      }
      x0 += 8; w += 32;
      if (w == end) break;
    }
    v128.store(y, a00); y += ldy;
    x += ldx;
  }
}

/** 2 rows × 16 columns: two panels, `panel` bytes apart. */
export function tile2x16(y: usize, ldy: usize, x0: usize, ldx: usize, w0: usize, panel: usize, k: i32, init: usize, ldinit: usize, wide: usize): void {
  let x1 = x0 + ldx, w1 = w0 + panel;
  let a00 = v128.load(init), a01 = v128.load(init, 16), a02 = v128.load(init + wide), a03 = v128.load(init + wide, 16); init += ldinit;
  let a10 = v128.load(init), a11 = v128.load(init, 16), a12 = v128.load(init + wide), a13 = v128.load(init + wide, 16);
  const end = w0 + <usize>k * 32;
  while (true) {
    {
      const v0 = v128.load(w0), v1 = v128.load(w0, 16), v2 = v128.load(w1), v3 = v128.load(w1, 16);
      let s = v128.load32_splat(x0); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1); a02 = madd(a02, s, v2); a03 = madd(a03, s, v3);
      s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1); a12 = madd(a12, s, v2); a13 = madd(a13, s, v3);
    }
    if (w0 == end - 32) break;
    {
      const v0 = v128.load(w0, 32), v1 = v128.load(w0, 48), v2 = v128.load(w1, 32), v3 = v128.load(w1, 48);
      let s = v128.load32_splat(x0, 4); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1); a02 = madd(a02, s, v2); a03 = madd(a03, s, v3);
      s = v128.load32_splat(x1, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1); a12 = madd(a12, s, v2); a13 = madd(a13, s, v3);
    }
    if (ASC_SHRINK_LEVEL > 0) {
      x0 += 8; x1 += 8; w0 += 64; w1 += 64;
      if (w0 == end) break;
      continue;
    }
    if (w0 == end - 64) break;
    {
      const v0 = v128.load(w0, 64), v1 = v128.load(w0, 80), v2 = v128.load(w1, 64), v3 = v128.load(w1, 80);
      let s = v128.load32_splat(x0, 8); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1); a02 = madd(a02, s, v2); a03 = madd(a03, s, v3);
      s = v128.load32_splat(x1, 8); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1); a12 = madd(a12, s, v2); a13 = madd(a13, s, v3);
    }
    if (w0 == end - 96) break;
    {
      const v0 = v128.load(w0, 96), v1 = v128.load(w0, 112), v2 = v128.load(w1, 96), v3 = v128.load(w1, 112);
      let s = v128.load32_splat(x0, 12); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1); a02 = madd(a02, s, v2); a03 = madd(a03, s, v3);
      s = v128.load32_splat(x1, 12); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1); a12 = madd(a12, s, v2); a13 = madd(a13, s, v3);
    }
    x0 += 16; x1 += 16; w0 += 128; w1 += 128;
    if (w0 == end) break;
  }
  v128.store(y, a00); v128.store(y, a01, 16); v128.store(y, a02, 32); v128.store(y, a03, 48); y += ldy;
  v128.store(y, a10); v128.store(y, a11, 16); v128.store(y, a12, 32); v128.store(y, a13, 48);
}

/**
 * 1 row × 24 columns: three panels, `panel` bytes apart. Eight columns of one row are too few sums to keep adders busy, and with
 * 32 the values loaded for a step and the sums together are more than there are registers.
 */
export function tile1x24(y: usize, x: usize, w0: usize, panel: usize, k: i32, init: usize, wide: usize): void {
  let w1 = w0 + panel, w2 = w1 + panel;
  let a00 = v128.load(init), a01 = v128.load(init, 16); init += wide;
  let a10 = v128.load(init), a11 = v128.load(init, 16); init += wide;
  let a20 = v128.load(init), a21 = v128.load(init, 16);
  const end = w0 + <usize>k * 32;
  while (true) {
    {
      const s = v128.load32_splat(x);
      a00 = madd(a00, s, v128.load(w0)); a01 = madd(a01, s, v128.load(w0, 16));
      a10 = madd(a10, s, v128.load(w1)); a11 = madd(a11, s, v128.load(w1, 16));
      a20 = madd(a20, s, v128.load(w2)); a21 = madd(a21, s, v128.load(w2, 16));
    }
    if (w0 == end - 32) break;
    {
      const s = v128.load32_splat(x, 4);
      a00 = madd(a00, s, v128.load(w0, 32)); a01 = madd(a01, s, v128.load(w0, 48));
      a10 = madd(a10, s, v128.load(w1, 32)); a11 = madd(a11, s, v128.load(w1, 48));
      a20 = madd(a20, s, v128.load(w2, 32)); a21 = madd(a21, s, v128.load(w2, 48));
    }
    if (ASC_SHRINK_LEVEL > 0) {
      x += 8; w0 += 64; w1 += 64; w2 += 64;
      if (w0 == end) break;
      continue;
    }
    if (w0 == end - 64) break;
    {
      const s = v128.load32_splat(x, 8);
      a00 = madd(a00, s, v128.load(w0, 64)); a01 = madd(a01, s, v128.load(w0, 80));
      a10 = madd(a10, s, v128.load(w1, 64)); a11 = madd(a11, s, v128.load(w1, 80));
      a20 = madd(a20, s, v128.load(w2, 64)); a21 = madd(a21, s, v128.load(w2, 80));
    }
    if (w0 == end - 96) break;
    {
      const s = v128.load32_splat(x, 12);
      a00 = madd(a00, s, v128.load(w0, 96)); a01 = madd(a01, s, v128.load(w0, 112));
      a10 = madd(a10, s, v128.load(w1, 96)); a11 = madd(a11, s, v128.load(w1, 112));
      a20 = madd(a20, s, v128.load(w2, 96)); a21 = madd(a21, s, v128.load(w2, 112));
    }
    if (w0 == end - 128) break;
    {
      const s = v128.load32_splat(x, 16);
      a00 = madd(a00, s, v128.load(w0, 128)); a01 = madd(a01, s, v128.load(w0, 144));
      a10 = madd(a10, s, v128.load(w1, 128)); a11 = madd(a11, s, v128.load(w1, 144));
      a20 = madd(a20, s, v128.load(w2, 128)); a21 = madd(a21, s, v128.load(w2, 144));
    }
    if (w0 == end - 160) break;
    {
      const s = v128.load32_splat(x, 20);
      a00 = madd(a00, s, v128.load(w0, 160)); a01 = madd(a01, s, v128.load(w0, 176));
      a10 = madd(a10, s, v128.load(w1, 160)); a11 = madd(a11, s, v128.load(w1, 176));
      a20 = madd(a20, s, v128.load(w2, 160)); a21 = madd(a21, s, v128.load(w2, 176));
    }
    if (w0 == end - 192) break;
    {
      const s = v128.load32_splat(x, 24);
      a00 = madd(a00, s, v128.load(w0, 192)); a01 = madd(a01, s, v128.load(w0, 208));
      a10 = madd(a10, s, v128.load(w1, 192)); a11 = madd(a11, s, v128.load(w1, 208));
      a20 = madd(a20, s, v128.load(w2, 192)); a21 = madd(a21, s, v128.load(w2, 208));
    }
    if (w0 == end - 224) break;
    {
      const s = v128.load32_splat(x, 28);
      a00 = madd(a00, s, v128.load(w0, 224)); a01 = madd(a01, s, v128.load(w0, 240));
      a10 = madd(a10, s, v128.load(w1, 224)); a11 = madd(a11, s, v128.load(w1, 240));
      a20 = madd(a20, s, v128.load(w2, 224)); a21 = madd(a21, s, v128.load(w2, 240));
    }
    x += 32; w0 += 256; w1 += 256; w2 += 256;
    if (w0 == end) break;
  }
  v128.store(y, a00); v128.store(y, a01, 16);
  v128.store(y, a10, 32); v128.store(y, a11, 48);
  v128.store(y, a20, 64); v128.store(y, a21, 80);
}
