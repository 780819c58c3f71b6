// Whether values are numbers.

/** Whether all n floats at p are finite. */
export function allFinite(p: usize, n: i32): bool {
  let i = 0;
  // x − x is 0 for numbers and NaN for NaN and infinities; sums of NaN stay NaN. Four sums: an addition waits for the one before
  let s = f32x4.splat(0), t = s, u = s, v = s;
  for (; i + 16 <= n; i += 16) {
    const from = p + (<usize>i << 2);
    const a = v128.load(from), b = v128.load(from, 16), c = v128.load(from, 32), d = v128.load(from, 48);
    s = f32x4.add(s, f32x4.sub(a, a));
    t = f32x4.add(t, f32x4.sub(b, b));
    u = f32x4.add(u, f32x4.sub(c, c));
    v = f32x4.add(v, f32x4.sub(d, d));
  }
  s = f32x4.add(f32x4.add(s, t), f32x4.add(u, v));
  for (; i + 4 <= n; i += 4) {
    const x = v128.load(p + (<usize>i << 2));
    s = f32x4.add(s, f32x4.sub(x, x));
  }
  let rest: f32 = f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3);
  for (; i < n; i++) {
    const x = load<f32>(p + (<usize>i << 2));
    rest += x - x;
  }
  return rest == 0;
}
