// The sigmoid of three straight lines, where it stands within another kernel. As in activations/hardSigmoid.ts.

/** x / 6 + ½, not below 0 and not above 1. @inline */
export function hardSigmoid4(x: v128): v128 {
  const line = f32x4.add(f32x4.mul(x, f32x4.splat(1.0 / 6.0)), f32x4.splat(0.5));
  return f32x4.pmin(f32x4.pmax(line, f32x4.splat(0)), f32x4.splat(1)); // in this order NaN passes
}

/** Its slope where it gives a. @inline */
export function slopeOfHardSigmoid4(a: v128): v128 {
  const inside = v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.lt(a, f32x4.splat(1)));
  return v128.and(f32x4.splat(1.0 / 6.0), inside);
}
