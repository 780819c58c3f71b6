/** Random numbers that are the same in every run and every engine (Mulberry32 by Tommy Ettinger). */

/**
 * @param {number} seed an integer
 * @returns {() => number} the next number in [0, 1)
 */
export function randomNumbers(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
