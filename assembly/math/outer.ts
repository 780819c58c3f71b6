// Register tiles of dw[in, out] = xᵀ[in, rows] · dy[rows, out]: like tiles.ts, but the sum runs over the rows of the batch,
// so both operands step by a stride. A tile is R rows of dw, which lie together inside a panel; a function does n tiles,
// one below the other.
//
//   dw    first element of the first tile
//   x     first of R neighbouring values of x     ldx   bytes from one batch row of x to the next
//   dy    first of C neighbouring values of dy    ldy   bytes from one batch row of dy to the next
//   k     batch rows to sum, at least 1           add   += instead of overwriting (the first product then is not rounded away
//                                                       from a zero: it starts the sum)
//
// packed…: x as [n][k][4] and dy as [k][C], copied together, where strides would thrash the cache.

import { madd } from "./simd";

/** 4 rows × 8 columns of dw. */
export function outer4x8(n: i32, dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, add: bool): void {
  const end = dy + <usize>k * ldy;
  for (; n; n--) {
    let p = x, q = dy;
    let a00: v128, a01: v128;
    let a10: v128, a11: v128;
    let a20: v128, a21: v128;
    let a30: v128, a31: v128;
    if (add) {
      a00 = v128.load(dw); a01 = v128.load(dw, 16);
      a10 = v128.load(dw, 32); a11 = v128.load(dw, 48);
      a20 = v128.load(dw, 64); a21 = v128.load(dw, 80);
      a30 = v128.load(dw, 96); a31 = v128.load(dw, 112);
    } else {
      const v0 = v128.load(q), v1 = v128.load(q, 16);
      let s = v128.load32_splat(p); a00 = f32x4.mul(s, v0); a01 = f32x4.mul(s, v1);
      s = v128.load32_splat(p, 4); a10 = f32x4.mul(s, v0); a11 = f32x4.mul(s, v1);
      s = v128.load32_splat(p, 8); a20 = f32x4.mul(s, v0); a21 = f32x4.mul(s, v1);
      s = v128.load32_splat(p, 12); a30 = f32x4.mul(s, v0); a31 = f32x4.mul(s, v1);
      p += ldx; q += ldy;
    }
    if (q != end) while (true) {
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
    }
    v128.store(dw, a00); v128.store(dw, a01, 16);
    v128.store(dw, a10, 32); v128.store(dw, a11, 48);
    v128.store(dw, a20, 64); v128.store(dw, a21, 80);
    v128.store(dw, a30, 96); v128.store(dw, a31, 112);
    dw += 128; x += 16;
  }
}

/** 4 rows × 8 columns of dw, packed. */
export function packed4x8(n: i32, dw: usize, x: usize, dy: usize, k: i32, add: bool): void {
  const end = dy + <usize>k * 32;
  for (; n; n--) {
    let q = dy, x1 = x + 4, x2 = x + 8, x3 = x + 12;
    let a00: v128, a01: v128;
    let a10: v128, a11: v128;
    let a20: v128, a21: v128;
    let a30: v128, a31: v128;
    if (add) {
      a00 = v128.load(dw); a01 = v128.load(dw, 16);
      a10 = v128.load(dw, 32); a11 = v128.load(dw, 48);
      a20 = v128.load(dw, 64); a21 = v128.load(dw, 80);
      a30 = v128.load(dw, 96); a31 = v128.load(dw, 112);
    } else {
      const v0 = v128.load(q), v1 = v128.load(q, 16);
      let s = v128.load32_splat(x); a00 = f32x4.mul(s, v0); a01 = f32x4.mul(s, v1);
      s = v128.load32_splat(x1); a10 = f32x4.mul(s, v0); a11 = f32x4.mul(s, v1);
      s = v128.load32_splat(x2); a20 = f32x4.mul(s, v0); a21 = f32x4.mul(s, v1);
      s = v128.load32_splat(x3); a30 = f32x4.mul(s, v0); a31 = f32x4.mul(s, v1);
      x += 16; x1 += 16; x2 += 16; x3 += 16; q += 32;
    }
    if (q != end) while (true) {
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        let s = v128.load32_splat(x); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 32) { x += 16; break; }
      {
        const v0 = v128.load(q, 32), v1 = v128.load(q, 48);
        let s = v128.load32_splat(x, 16); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 16); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 16); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 16); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 64) { x += 32; break; }
      {
        const v0 = v128.load(q, 64), v1 = v128.load(q, 80);
        let s = v128.load32_splat(x, 32); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 32); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 32); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 32); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 96) { x += 48; break; }
      {
        const v0 = v128.load(q, 96), v1 = v128.load(q, 112);
        let s = v128.load32_splat(x, 48); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 48); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 48); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 48); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 128) { x += 64; break; }
      {
        const v0 = v128.load(q, 128), v1 = v128.load(q, 144);
        let s = v128.load32_splat(x, 64); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 64); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 64); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 64); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 160) { x += 80; break; }
      {
        const v0 = v128.load(q, 160), v1 = v128.load(q, 176);
        let s = v128.load32_splat(x, 80); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 80); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 80); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 80); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 192) { x += 96; break; }
      {
        const v0 = v128.load(q, 192), v1 = v128.load(q, 208);
        let s = v128.load32_splat(x, 96); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 96); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 96); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 96); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      if (q == end - 224) { x += 112; break; }
      {
        const v0 = v128.load(q, 224), v1 = v128.load(q, 240);
        let s = v128.load32_splat(x, 112); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
        s = v128.load32_splat(x1, 112); a10 = madd(a10, s, v0); a11 = madd(a11, s, v1);
        s = v128.load32_splat(x2, 112); a20 = madd(a20, s, v0); a21 = madd(a21, s, v1);
        s = v128.load32_splat(x3, 112); a30 = madd(a30, s, v0); a31 = madd(a31, s, v1);
      }
      x += 128; x1 += 128; x2 += 128; x3 += 128; q += 256;
      if (q == end) break;
    }
    v128.store(dw, a00); v128.store(dw, a01, 16);
    v128.store(dw, a10, 32); v128.store(dw, a11, 48);
    v128.store(dw, a20, 64); v128.store(dw, a21, 80);
    v128.store(dw, a30, 96); v128.store(dw, a31, 112);
    dw += 128;
  }
}

/** 1 row × 8 columns of dw. */
export function outer1x8(n: i32, dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, add: bool): void {
  const end = dy + <usize>k * ldy;
  for (; n; n--) {
    let p = x, q = dy;
    let a00: v128, a01: v128;
    if (add) {
      a00 = v128.load(dw); a01 = v128.load(dw, 16);
    } else {
      const v0 = v128.load(q), v1 = v128.load(q, 16);
      const s = v128.load32_splat(p); a00 = f32x4.mul(s, v0); a01 = f32x4.mul(s, v1);
      p += ldx; q += ldy;
    }
    if (q != end) while (true) {
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        const s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q), v1 = v128.load(q, 16);
        const s = v128.load32_splat(p); a00 = madd(a00, s, v0); a01 = madd(a01, s, v1);
      }
      p += ldx; q += ldy;
      if (q == end) break;
    }
    v128.store(dw, a00); v128.store(dw, a01, 16);
    dw += 32; x += 4;
  }
}

/** 4 rows × 4 columns of dw. */
export function outer4x4(n: i32, dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, add: bool): void {
  const end = dy + <usize>k * ldy;
  for (; n; n--) {
    let p = x, q = dy;
    let a00: v128;
    let a10: v128;
    let a20: v128;
    let a30: v128;
    if (add) {
      a00 = v128.load(dw);
      a10 = v128.load(dw, 16);
      a20 = v128.load(dw, 32);
      a30 = v128.load(dw, 48);
    } else {
      const v0 = v128.load(q);
      let s = v128.load32_splat(p); a00 = f32x4.mul(s, v0);
      s = v128.load32_splat(p, 4); a10 = f32x4.mul(s, v0);
      s = v128.load32_splat(p, 8); a20 = f32x4.mul(s, v0);
      s = v128.load32_splat(p, 12); a30 = f32x4.mul(s, v0);
      p += ldx; q += ldy;
    }
    if (q != end) while (true) {
      {
        const v0 = v128.load(q);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q);
        let s = v128.load32_splat(p); a00 = madd(a00, s, v0);
        s = v128.load32_splat(p, 4); a10 = madd(a10, s, v0);
        s = v128.load32_splat(p, 8); a20 = madd(a20, s, v0);
        s = v128.load32_splat(p, 12); a30 = madd(a30, s, v0);
      }
      p += ldx; q += ldy;
      if (q == end) break;
    }
    v128.store(dw, a00);
    v128.store(dw, a10, 16);
    v128.store(dw, a20, 32);
    v128.store(dw, a30, 48);
    dw += 64; x += 16;
  }
}

/** 1 row × 4 columns of dw. */
export function outer1x4(n: i32, dw: usize, x: usize, ldx: usize, dy: usize, ldy: usize, k: i32, add: bool): void {
  const end = dy + <usize>k * ldy;
  for (; n; n--) {
    let p = x, q = dy;
    let a00: v128;
    if (add) {
      a00 = v128.load(dw);
    } else {
      const v0 = v128.load(q);
      const s = v128.load32_splat(p); a00 = f32x4.mul(s, v0);
      p += ldx; q += ldy;
    }
    if (q != end) while (true) {
      {
        const v0 = v128.load(q);
        const s = v128.load32_splat(p); a00 = madd(a00, s, v0);
      }
      p += ldx; q += ldy;
      if (q == end) break;
      {
        const v0 = v128.load(q);
        const s = v128.load32_splat(p); a00 = madd(a00, s, v0);
      }
      p += ldx; q += ldy;
      if (q == end) break;
    }
    v128.store(dw, a00);
    dw += 16; x += 4;
  }
}
