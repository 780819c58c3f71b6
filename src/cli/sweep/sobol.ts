/**
 * Points that fill a cube more evenly than random ones do (Sobol 1967), in the order of Antonov and Saleev (1979): the n-th point is the
 * exclusive or of the directions v[j] of all bits j that are set in n's Gray code, n ^ (n >>> 1).
 *
 * The directions of a dimension follow from a primitive polynomial over GF(2) and the first odd numbers m[1] … m[s]:
 *
 *     m[k] = 2 a[1] m[k-1] ⊕ 4 a[2] m[k-2] ⊕ … ⊕ 2^s m[k-s] ⊕ m[k-s],   v[k] = m[k] · 2^(32-k)
 *
 * Both are the first of the file new-joe-kuo-6.21201 that belongs to S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better
 * two-dimensional projections", SIAM J. Sci. Comput. 30 (2008), 2635–2654: https://web.maths.unsw.edu.au/~fkuo/sobol/
 */

/** By dimension from the second on: the polynomial with a bit for each coefficient, and m[1] … m[s]. */
const DIRECTIONS: readonly (readonly [polynomial: number, ...m: number[]])[] = [
  [3, 1],
  [7, 1, 3],
  [11, 1, 3, 1],
  [13, 1, 1, 1],
  [19, 1, 1, 3, 3],
  [25, 1, 3, 5, 13],
  [37, 1, 1, 5, 5, 17],
  [41, 1, 1, 5, 5, 5],
  [47, 1, 1, 7, 11, 19],
  [55, 1, 1, 5, 1, 1],
  [59, 1, 1, 1, 3, 11],
  [61, 1, 3, 5, 5, 31],
  [67, 1, 3, 3, 9, 7, 49],
  [91, 1, 1, 1, 15, 21, 21],
  [97, 1, 3, 1, 13, 27, 49],
  [103, 1, 1, 1, 15, 7, 5],
  [109, 1, 3, 1, 15, 13, 25],
  [115, 1, 1, 5, 5, 19, 61],
  [131, 1, 3, 7, 11, 23, 15, 103],
  [137, 1, 3, 7, 13, 13, 15, 69],
  [143, 1, 1, 3, 13, 7, 35, 63],
  [145, 1, 3, 5, 9, 1, 25, 53],
  [157, 1, 3, 1, 13, 9, 35, 107],
  [167, 1, 3, 1, 5, 27, 61, 31],
  [171, 1, 1, 5, 11, 19, 41, 61],
  [185, 1, 3, 5, 3, 3, 13, 69],
  [191, 1, 1, 7, 13, 1, 19, 1],
  [193, 1, 3, 7, 5, 13, 19, 59],
  [203, 1, 1, 3, 9, 25, 29, 41],
  [211, 1, 3, 5, 13, 23, 1, 55],
  [213, 1, 3, 7, 3, 13, 59, 17],
];

/** Dimensions there are numbers for. */
export const DIMENSIONS = DIRECTIONS.length + 1;

const BITS = 32;

function directionsOf(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let k = 0; k < BITS; k++) v[k] = (1 << (BITS - 1 - k)) >>> 0;
    return v;
  }
  const [polynomial, ...m] = DIRECTIONS[dimension - 1]!;
  const s = m.length;
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      v[k] = (m[k]! << (BITS - 1 - k)) >>> 0;
      continue;
    }
    // the same recurrence, of what is shifted to the left already
    let bits = v[k - s]! ^ (v[k - s]! >>> s);
    for (let i = 1; i < s; i++) if ((polynomial >>> (s - i)) & 1) bits ^= v[k - i]!;
    v[k] = bits >>> 0;
  }
  return v;
}

/**
 * @param n which point, from 0; below 2^32
 * @returns for each dimension 32 bits: the coordinate times 2^32
 */
export function sobolPoint(n: number, dimensions: number): Uint32Array {
  const gray = (n ^ (n >>> 1)) >>> 0;
  return Uint32Array.from({ length: dimensions }, (_, dimension) => {
    const v = directionsOf(dimension);
    let bits = 0;
    for (let j = 0; j < BITS; j++) if ((gray >>> j) & 1) bits ^= v[j]!;
    return bits >>> 0;
  });
}
