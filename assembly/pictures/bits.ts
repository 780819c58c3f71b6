// The bits of a scan, between two markers (ITU-T T.81, F.2.2.5).

/** What the host is told; src/data/images/jpeg/scan.ts has the words. */
export const OK: i32 = 0;
export const NO_CODE: i32 = 1;
export const TOO_LARGE: i32 = 2;
export const TOO_MANY: i32 = 3;
export const ENDED: i32 = 4;
export const NO_RESTART: i32 = 5;

/** Set by what goes wrong; looked at once for every MCU. */
export let failure: i32 = OK;

export function fail(why: i32): void {
  if (failure == OK) failure = why;
}

/** Codes up to this length are looked up at once. */
const LOOK: i32 = 9;
/** Where in a table the largest code of each length is, what to add to a code for its symbol's place, and symbols. */
const LAST: usize = 2 << LOOK;
const OFFSET: usize = LAST + 17 * 4;
const SYMBOLS: usize = OFFSET + 17 * 4;

/** Where the next byte is, and where bytes end. Never behind the marker that ends these bits. */
let at: usize = 0;
let end: usize = 0;
/** The last bits that were read; the lowest `left` of them are to come. */
let bits: u64 = 0;
let left: i32 = 0;
/** Zeros that were put behind the last bit there is. */
let padding: i32 = 0;

/** Begins to read bits. */
export function begin(from: usize, to: usize): void {
  at = from;
  end = to;
  bits = 0;
  left = padding = failure = 0;
}

/** Where reading is: at the marker that ends a scan, or some bytes before it. */
export function position(): usize {
  return at;
}

/** At least 33 bits. */
function fill(): void {
  if (at + 4 <= end) {
    const four = load<u32>(at);
    // none of them is FF
    if ((((~four - 0x01010101) & four) & 0x80808080) == 0) {
      bits = (bits << 32) | <u64>bswap<u32>(four);
      left += 32;
      at += 4;
      return;
    }
  }
  while (left <= 32) {
    let byte: u32 = 0;
    if (at >= end) padding += 8;
    else {
      byte = load<u8>(at);
      if (byte == 0xff) {
        // FF 00 is a byte FF, and FFs before it fill; FF and anything else is a marker
        let next = at + 1;
        while (next < end && load<u8>(next) == 0xff) next++;
        if (next < end && load<u8>(next) == 0) at = next + 1;
        else {
          byte = 0;
          padding += 8;
        }
      } else at++;
    }
    bits = (bits << 8) | byte;
    left += 8;
  }
}

/** The symbol of the next code. Behind it there are bits enough for take(). @inline */
export function symbol(table: usize): i32 {
  if (left <= 32) fill();
  const found = <i32>load<u16>(table + ((<usize>(bits >> (left - LOOK)) & ((1 << LOOK) - 1)) << 1));
  if (found != 0) {
    left -= found >> 8;
    return found & 255;
  }
  return long(table);
}

function long(table: usize): i32 {
  for (let length = LOOK + 1; length <= 16; length++) {
    const code = <i32>(bits >> (left - length)) & ((1 << length) - 1);
    const place = <usize>length << 2;
    if (code > load<i32>(table + place, LAST)) continue;
    left -= length;
    return load<u8>(table + code + load<i32>(table + place, OFFSET), SYMBOLS);
  }
  fail(left < padding + 16 ? ENDED : NO_CODE);
  return 0;
}

/** The next `n` bits, at most 16, as a number. @inline */
export function take(n: i32): i32 {
  if (left < n) fill();
  left -= n;
  return <i32>(bits >> left) & ((1 << n) - 1);
}

/** The number that `n` bits stand for: those that begin with 0 are negative. @inline */
export function signed(n: i32): i32 {
  const value = take(n);
  return value < 1 << (n - 1) ? value - (1 << n) + 1 : value;
}

/** What went wrong, and whether more bits were taken than there are. */
export function status(): i32 {
  if (left < padding) return ENDED;
  return failure;
}

/** Goes on behind the restart marker of this number, `false` where it is not the next. Bytes before it do not count. */
export function restart(number: i32): bool {
  bits = 0;
  left = padding = 0;
  for (; at + 1 < end; at++) {
    if (load<u8>(at) != 0xff) continue;
    const code = <i32>load<u8>(at, 1);
    if (code < 0xc0 || code == 0xff) continue;
    if (code != 0xd0 + number) return false;
    at += 2;
    return true;
  }
  at = end;
  return false;
}
