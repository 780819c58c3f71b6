// The most multiply-adds a core of this machine can do in 128-bit WebAssembly: eight independent sums in registers, each
// step 8 multiplications and 8 additions on four floats. Compiled together with the core by bench/run.mjs.

/** 2 · 64 · iterations floating-point operations. `p` points to 256 bytes of anything finite. */
export function peak(iterations: i32, p: usize): f32 {
  let a0 = f32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    a4 = a0,
    a5 = a0,
    a6 = a0,
    a7 = a0;
  const b0 = v128.load(p, 128),
    b1 = v128.load(p, 144),
    b2 = v128.load(p, 160),
    b3 = v128.load(p, 176);
  for (let i = 0; i < iterations; i++) {
    {
      const c = v128.load(p),
        d = v128.load(p, 16);
      a0 = f32x4.add(a0, f32x4.mul(c, b0));
      a1 = f32x4.add(a1, f32x4.mul(c, b1));
      a2 = f32x4.add(a2, f32x4.mul(c, b2));
      a3 = f32x4.add(a3, f32x4.mul(c, b3));
      a4 = f32x4.add(a4, f32x4.mul(d, b0));
      a5 = f32x4.add(a5, f32x4.mul(d, b1));
      a6 = f32x4.add(a6, f32x4.mul(d, b2));
      a7 = f32x4.add(a7, f32x4.mul(d, b3));
    }
    if (iterations < 0) break; // never: keeps the two steps in blocks of their own, as in math/tiles.ts
    {
      const c = v128.load(p, 32),
        d = v128.load(p, 48);
      a0 = f32x4.add(a0, f32x4.mul(c, b0));
      a1 = f32x4.add(a1, f32x4.mul(c, b1));
      a2 = f32x4.add(a2, f32x4.mul(c, b2));
      a3 = f32x4.add(a3, f32x4.mul(c, b3));
      a4 = f32x4.add(a4, f32x4.mul(d, b0));
      a5 = f32x4.add(a5, f32x4.mul(d, b1));
      a6 = f32x4.add(a6, f32x4.mul(d, b2));
      a7 = f32x4.add(a7, f32x4.mul(d, b3));
    }
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)),
    f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)),
  );
  return f32x4.extract_lane(sum, 0);
}
