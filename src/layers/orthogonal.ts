/** Matrices whose rows are orthogonal. Source: Saxe, McClelland & Ganguli 2014. */

/**
 * Rows made orthogonal and of length 1, one after the other (Gram-Schmidt, twice: once loses digits). With sums in a fixed order, and
 * nothing but + − · ÷ √, the bits are the same everywhere.
 *
 * @param drawn values of a normal distribution, row-major, rows not longer in number than in length
 */
export function orthogonal(drawn: ArrayLike<number>, rows: number): Float64Array {
  const q = Float64Array.from(drawn);
  const n = q.length / rows;
  const dot = (a: number, b: number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += q[a * n + i] * q[b * n + i];
    return sum;
  };
  for (let r = 0; r < rows; r++) {
    for (let time = 0; time < 2; time++)
      for (let s = 0; s < r; s++) {
        const along = dot(r, s);
        for (let i = 0; i < n; i++) q[r * n + i] -= along * q[s * n + i];
      }
    const length = Math.sqrt(dot(r, r));
    for (let i = 0; i < n; i++) q[r * n + i] /= length;
  }
  return q;
}
