// Bytes as text that gzip packs as well as the bytes (base64 costs a third or more). Read back by src/core/bytes.ts, which says how.
const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !`"'\`\\<`.includes(c),
);
const SINGLE = ALPHABET.length - 2;

/** The numbers of bytes: frequent ones are small. As in src/core/bytes.ts. */
const FREQUENT = [106, 107, 108, 127, 228, 230];
const NUMBERS = new Map(
  [...new Set([...FREQUENT, ...Array.from({ length: 256 }, (_, i) => (i - 3) & 255)])].map((byte, n) => [
    byte,
    n,
  ]),
);

export function encode(bytes) {
  let text = "";
  for (const byte of bytes) {
    const n = NUMBERS.get(byte);
    if (n < SINGLE) text += ALPHABET[n];
    else text += ALPHABET[SINGLE + Math.floor((n - SINGLE) / 90)] + ALPHABET[(n - SINGLE) % 90];
  }
  return text;
}
