/** Principal components by power iteration, to compare with. */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * The mean row, and the orthogonal directions of length 1 along which rows differ most.
 *
 * @param {{ data: Float32Array, shape: number[] }} x rows of numbers
 * @param {number} components
 */
export function pca({ data, shape: [rows, size] }, components) {
  const centred = Array.from({ length: size }, (_, i) => {
    const column = Float64Array.from({ length: rows }, (_, r) => data[r * size + i]);
    const mean = column.reduce((a, b) => a + b) / rows;
    return { mean, column: column.map((value) => value - mean) };
  });
  const covariance = centred.map(() => new Float64Array(size));
  centred.forEach(({ column }, i) => {
    for (let j = 0; j <= i; j++) covariance[i][j] = covariance[j][i] = dot(column, centred[j].column);
  });
  const mean = centred.map((each) => each.mean);
  /** @type {Float64Array[]} */
  const axes = [];
  while (axes.length < components) {
    let axis = Float64Array.from(mean, (_, i) => 1 + (i % (axes.length + 2)));
    for (let round = 0; round < 60; round++) {
      axis = Float64Array.from(covariance, (row) => dot(row, axis));
      for (const other of axes) {
        const along = dot(axis, other);
        axis = axis.map((value, i) => value - along * other[i]);
      }
      const length = Math.sqrt(dot(axis, axis));
      axis = axis.map((value) => value / length);
    }
    axes.push(axis);
  }
  return { mean, axes };
}

/**
 * What the components keep of a row.
 *
 * @param {Float32Array} row
 * @param {ReturnType<typeof pca>} found
 */
export function throughPca(row, { mean, axes }) {
  const centred = row.map((value, i) => value - mean[i]);
  const code = axes.map((axis) => dot(centred, axis));
  return row.map((_, i) => axes.reduce((sum, axis, c) => sum + code[c] * axis[i], mean[i]));
}
