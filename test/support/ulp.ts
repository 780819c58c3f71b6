/** Errors in units of the last place (ulp): the distance between neighbouring floats at the exact value. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Distance from the float nearest to `value` to the next one. */
export function ulp(value: number): number {
  float[0] = Math.abs(value);
  return 2 ** (Math.max(bits[0] >>> 23, 1) - 150);
}

/** |got − want| in ulp; infinite where one of them is NaN, an infinity or a signed zero and the other is not the same. */
export function ulps(got: number, want: number): number {
  if (Object.is(got, Math.fround(want))) return Math.min(0.5, Math.abs(got - want) / ulp(want) || 0);
  const d = Math.abs(got - want) / ulp(want);
  return Number.isNaN(d) || (want === 0 && got === 0) ? Infinity : d;
}
