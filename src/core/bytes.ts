/**
 * Bytes that were written as printable characters, so that they survive any tool, and byte by byte, so that gzip finds in them what
 * it finds in the bytes: a third less than base64 once it is packed. Written by scripts/bytes.mjs.
 *
 * Bytes are numbered so that those frequent in WebAssembly are small: a few opcodes (i32.add, f32x4.mul …), then 253, 254, 255, 0, 1 and so
 * on. Below 88 a number is a single character, from there on one of two that begin a pair, and (n - 88) mod 90 as the second.
 */
const FREQUENT = [106, 107, 108, 127, 228, 230];
const ALPHABET_SIZE = 90;
const SINGLE = 88;

export function decodeBytes(text: string): Uint8Array<ArrayBuffer> {
  // the printable characters of ASCII without those that quotes, escapes and tags are made of
  const numbers = new Map<string, number>();
  for (let c = 32; numbers.size < ALPHABET_SIZE; c++) {
    const character = String.fromCharCode(c);
    if (!`"'\`\\<`.includes(character)) numbers.set(character, numbers.size);
  }
  const order = new Set(FREQUENT);
  for (let i = -3; i < 253; i++) order.add(i & 255);
  const byNumber = [...order];
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    let n = numbers.get(text[i])!;
    if (n >= SINGLE) n = SINGLE + (n - SINGLE) * ALPHABET_SIZE + numbers.get(text[++i])!;
    bytes[size++] = byNumber[n];
  }
  return bytes.slice(0, size);
}
