// SHA-256 (FIPS 180-4), for checksums of files: in JavaScript it would take most of the time a model needs to load.
//
// `state` points to 8 + 64 + 64 words: the hash so far, room for the message schedule, and the constants of the rounds.

const K: usize = 32 + 256;
/** Bytes of the state. */
export const SHA256_STATE: i32 = 32 + 256 + 256;

/** The first 32 bits of a number's fractional part. @inline */
function fraction(x: f64): u32 {
  return <u32>((x - floor(x)) * 4294967296);
}

/**
 * Sets the state to that of an empty message. Its constants are the fractional parts of the square roots of the first 8 primes and of the
 * cube roots of the first 64: computed, because as a table they are a third of this function's bytes and no packer makes them smaller.
 */
export function sha256Init(state: usize): void {
  let at: usize = 0;
  for (let n = 2; at < 256; n++) {
    let divisor = 2;
    while (n % divisor) divisor++;
    if (divisor < n) continue;
    const prime = <f64>n;
    if (at < 32) store<u32>(state + at, fraction(sqrt(prime)));
    let root = prime;
    // Newton's: 20 steps from 311, the last prime, are as exact as f64
    for (let i = 0; i < 20; i++) root -= (root - prime / (root * root)) / 3;
    store<u32>(state + at, fraction(root), K);
    at += 4;
  }
}

/** Takes in `blocks` blocks of 64 bytes at `p`. */
export function sha256Blocks(state: usize, p: usize, blocks: i32): void {
  const w = state + 32;
  for (; blocks; blocks--, p += 64) {
    for (let i: usize = 0; i < 64; i += 4) store<u32>(w + i, bswap(load<u32>(p + i)));
    for (let i: usize = 64; i < 256; i += 4) {
      const s = load<u32>(w + i - 60), t = load<u32>(w + i - 8);
      const s0 = rotr(s, 7) ^ rotr(s, 18) ^ (s >> 3), s1 = rotr(t, 17) ^ rotr(t, 19) ^ (t >> 10);
      store<u32>(w + i, load<u32>(w + i - 64) + s0 + load<u32>(w + i - 28) + s1);
    }
    let a = load<u32>(state), b = load<u32>(state, 4), c = load<u32>(state, 8), d = load<u32>(state, 12);
    let e = load<u32>(state, 16), f = load<u32>(state, 20), g = load<u32>(state, 24), h = load<u32>(state, 28);
    for (let i: usize = 0; i < 256; i += 4) {
      const s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
      const t1 = h + s1 + ((e & f) ^ (~e & g)) + load<u32>(state + i, K) + load<u32>(w + i);
      const s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
      const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g; g = f; f = e; e = d + t1; d = c; c = b; b = a; a = t1 + t2;
    }
    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
    store<u32>(state, load<u32>(state, 20) + f, 20);
    store<u32>(state, load<u32>(state, 24) + g, 24);
    store<u32>(state, load<u32>(state, 28) + h, 28);
  }
}
