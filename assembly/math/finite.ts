// Whether values are numbers.

/** Whether all n floats at p are finite. */
export function allFinite(p: usize, n: i32): bool {
  let i = 0;
  // x − x is 0 for numbers and NaN for NaN and infinities; sums of NaN stay NaN
  let s = f32x4.splat(0);
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
