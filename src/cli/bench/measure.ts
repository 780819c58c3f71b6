/** How speed is measured: by nabla bench, and in bench/ beside other libraries. */

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Values like the pixels of digits: four fifths are 0. */
export function pixels(n: number): Uint8Array<ArrayBuffer> {
  const x = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const hash = Math.imul(i, 2654435761) >>> 0;
    x[i] = hash % 5 === 0 ? hash >>> 24 : 0;
  }
  return x;
}

/** The same from 0 to 1. */
export const shades = (n: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(pixels(n), (value) => value / 255);

/**
 * Windows of several, in turn, so that what else the machine does meets all alike. A first round warms up and is left out.
 *
 * @returns of each, what its windows gave
 */
export async function inTurn<T>(windows: readonly (() => T | Promise<T>)[], rounds: number): Promise<T[][]> {
  const seen = windows.map((): T[] => []);
  for (let round = 0; round <= rounds; round++)
    for (const [i, window] of windows.entries()) {
      const figure = await window();
      if (round > 0) seen[i]!.push(figure);
    }
  return seen;
}

/** Milliseconds of a call. */
export async function took(call: () => unknown): Promise<number> {
  const begun = performance.now();
  await call();
  return performance.now() - begun;
}

/** How many calls take about `ms`, after as many as take twice as long, so that the engine has compiled what is hot. */
export function callsIn(call: () => unknown, ms: number): number {
  for (const begun = performance.now(); performance.now() - begun < 2 * ms; ) call();
  let count = 1;
  for (;;) {
    const begun = performance.now();
    for (let i = 0; i < count; i++) call();
    const ms1 = performance.now() - begun;
    if (ms1 >= ms / 4) return Math.max(1, Math.round((count * ms) / ms1));
    count *= 2;
  }
}
