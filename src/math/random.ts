/**
 * Random numbers as a pure function of (seed, stream, step, index): Philox4x32-10 of Salmon, Moraes, Dror and Shaw,
 * "Parallel random numbers: as easy as 1, 2, 3" (2011). Nothing is carried from one number to the next, so threads, a
 * restart or another batch size cannot shift them. `assembly/math/random.ts` is the twin; the words are
 *
 *     key     = [seed low, seed high]                  the seed is a safe integer, 0 to 2^53 - 1
 *     counter = [index, step low, step high, stream]   index counts blocks of four words
 *
 * and one block gives four words w0…w3, each a uniform u32.
 *
 *     uniform  = (w >>> 8) · 2^-24                     in [0, 1), exact in f32
 *     gaussian : u1 = (w0 + 1) · 2^-32 in (0, 1],  u2 = w1 · 2^-32,  r = √(-2 log u1)
 *                z0 = r cos(2π u2),  z1 = r sin(2π u2);  z2, z3 from w2, w3 likewise
 */
import { cos, log, sin } from "./elementary.ts";
import { Words } from "./words.ts";

export { permutation, philox, STREAMS, wordsOf } from "./words.ts";

const TWO_MINUS_24 = 1 / 16777216; // `2 ** -24` goes through pow, which engines may round as they like
const TWO_MINUS_32 = 1 / 4294967296;
const TWO_PI = 6.283185307179586;

/** Numbers of several distributions from the words of one (seed, stream, step), in order. */
export class Stream extends Words {
  #spare = NaN;

  /** Goes to the first word of a block, wherever the stream was before. */
  override seek(block: number): void {
    super.seek(block);
    this.#spare = NaN;
  }

  /** In [0, 1), a multiple of 2^-24; uses one word. */
  uniform(): number {
    return (this.next() >>> 8) * TWO_MINUS_24;
  }

  /** In [low, high); uses one word. */
  range(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Mean 0, variance 1. Two words make two of them (see the top); the second waits for the next call. */
  gaussian(): number {
    const spare = this.#spare;
    if (!Number.isNaN(spare)) {
      this.#spare = NaN;
      return spare;
    }
    const r = Math.sqrt(-2 * log((this.next() + 1) * TWO_MINUS_32));
    const angle = TWO_PI * (this.next() * TWO_MINUS_32);
    this.#spare = r * sin(angle);
    return r * cos(angle);
  }
}
