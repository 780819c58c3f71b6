// Bytes as text that gzip packs as well as the bytes (base64 costs a third or more). Read back by src/core/bytes.ts, which says how.
const ALPHABET = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !`"'\`\\<`.includes(c),
);
const SINGLE = ALPHABET.length - 2;

export function encode(bytes) {
  let text = "";
  for (const byte of bytes) {
    const n = (byte + 3) & 255;
    if (n < SINGLE) text += ALPHABET[n];
    else text += ALPHABET[SINGLE + Math.floor((n - SINGLE) / 90)] + ALPHABET[(n - SINGLE) % 90];
  }
  return text;
}
