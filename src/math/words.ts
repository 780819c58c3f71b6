/** The words that random numbers are made of, and what needs no more: see random.ts for the whole. */

import { NablaError } from "../errors.ts";

/** What each stream is for. Two purposes never share one, or their numbers would be the same. */
export const STREAMS = Object.freeze({
  init: 1,
  shuffle: 2,
  split: 3,
  data: 4,
  dropout: 5,
  augment: 6,
  bootstrap: 7,
  /** Of nabla/sequences: windows of texts that begin later, and texts that are written. */
  shorter: 32,
  written: 33,
  /** Of nabla sweep: the values of a trial. */
  trials: 34,
});

const TWO_32 = 4294967296;

/** The high word of a · b, both u32. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16); // below 2^32: exact
  const other = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + (other >>> 16)) >>> 0;
}

/** One block: writes the four words for this key and counter into out[0..3]. */
export function philox(
  key0: number,
  key1: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
): void {
  let k0 = key0;
  let k1 = key1;
  let x0 = c0;
  let x1 = c1;
  let x2 = c2;
  let x3 = c3;
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, x0);
    const high1 = multiplyHigh(0xcd9e8d57, x2);
    const low0 = Math.imul(0xd2511f53, x0);
    const low1 = Math.imul(0xcd9e8d57, x2);
    x0 = high1 ^ x1 ^ k0;
    x2 = high0 ^ x3 ^ k1;
    x1 = low1;
    x3 = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** The low and high words of a seed or step; refuses what is not an integer from 0 to 2^53 - 1. */
export function wordsOf(value: number, what: string): [low: number, high: number] {
  if (!Number.isSafeInteger(value) || value < 0) {
    // not every value has a text
    const got = typeof value === "number" ? value : typeof value;
    throw new NablaError(`${what}: expected an integer from 0 to ${Number.MAX_SAFE_INTEGER}, got ${got}`);
  }
  return [value >>> 0, Math.floor(value / TWO_32)];
}

/** Walks the blocks 0, 1, 2, … of one (seed, stream, step), handing out their words in order. */
export class Words {
  readonly #block = new Uint32Array(4);
  readonly #key0: number;
  readonly #key1: number;
  readonly #step0: number;
  readonly #step1: number;
  readonly #stream: number;
  #index = 0;
  #used = 4;

  constructor(seed: number, stream: number, step = 0) {
    [this.#key0, this.#key1] = wordsOf(seed, "seed");
    [this.#step0, this.#step1] = wordsOf(step, "step");
    this.#stream = stream;
  }

  /** Goes to the first word of a block, wherever the stream was before. */
  seek(block: number): void {
    this.#index = block;
    this.#used = 4;
  }

  /** The next word, a u32. */
  next(): number {
    if (this.#used === 4) {
      philox(this.#key0, this.#key1, this.#index, this.#step0, this.#step1, this.#stream, this.#block);
      this.#index = (this.#index + 1) >>> 0;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** An integer in [0, n), every one equally likely; 1 ≤ n ≤ 2^32. Lemire's method: one word, seldom more. */
  int(n: number): number {
    if (n === TWO_32) return this.next();
    let word = this.next();
    let low = Math.imul(word, n) >>> 0;
    if (low < n) {
      const reject = (TWO_32 - n) % n; // 2^32 mod n low words belong to results that came up once too often
      while (low < reject) {
        word = this.next();
        low = Math.imul(word, n) >>> 0;
      }
    }
    return multiplyHigh(word, n);
  }
}

/**
 * The numbers 0 to n - 1 in an order that depends on (seed, stream, step) alone. Fisher–Yates from the end: for
 * i = n - 1 down to 1, swap i with `int(i + 1)`.
 */
export function permutation(n: number, seed: number, stream: number, step = 0): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const random = new Words(seed, stream, step);
  for (let i = n - 1; i > 0; i--) {
    const j = random.int(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
